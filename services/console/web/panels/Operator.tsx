import { coarse, duration, number, rate } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Card } from '../parts/Card.js';
import { bytes } from './bytes.js';
import type { PanelProps } from './Panels.js';
import styles from './Panels.module.css';
import { rateOf } from './reading.js';
import { Table } from './Table.js';

const aSecond = (n: number | undefined): string => (n === undefined ? '–' : rate(n));

function Posts({ words, last, readings }: PanelProps) {
  const tiers = Object.keys(words.tiers).filter(tier => last.sum('classify_posts_total', { tier }) !== undefined);
  return (
    <Card title={words.posts}>
      {tiers.length === 0 && <p className={styles.dim}>{words.elsewhere}</p>}
      <dl className={styles.list}>
        {tiers.flatMap(tier => [
          <dt key={tier}>{words.tiers[tier]}</dt>,
          <dd key={`${tier} n`}>{aSecond(rateOf(readings, 'classify_posts_total', { tier }))}</dd>,
        ])}
        <dt>{words.sentBack}</dt>
        <dd>{number(last.sum('ingest_refused_total') ?? 0)}</dd>
      </dl>
    </Card>
  );
}

/** How far a stage was behind at each reading, the last one right; the highest is as high as the line. */
function Behind({ readings, stage, label }: { readings: PanelProps['readings']; stage: string; label: string }) {
  const wide = 96;
  const high = 22;
  const points = readings.map(reading => reading.most('pipeline_lag_seconds', { stage }) ?? 0);
  // Under a second nothing is behind: small noise is drawn small.
  const most = Math.max(1, ...points);
  const step = wide / Math.max(1, points.length - 1);
  const drawn = points.map(
    (value, i) => `${(i * step).toFixed(1)},${(high - 1 - (value / most) * (high - 3)).toFixed(1)}`,
  );
  return (
    <svg
      className={styles.behind}
      viewBox={`0 0 ${wide} ${high}`}
      width={wide}
      height={high}
      role="img"
      aria-label={label}
    >
      <polyline points={drawn.length > 1 ? drawn.join(' ') : `0,${high - 1} ${wide},${high - 1}`} />
    </svg>
  );
}

function Stages({ words, last, readings }: PanelProps) {
  const stages = last.values('pipeline_lag_seconds', 'stage');
  const rows = stages.map(stage => {
    const time = last.quantile(0.95, 'pipeline_stage_seconds', { stage });
    const behind = last.most('pipeline_lag_seconds', { stage }) ?? 0;
    const parked = last.most('pipeline_parked', { stage }) ?? 0;
    return [
      stage,
      aSecond(rateOf(readings, 'pipeline_results_total', { stage })),
      time === undefined ? '–' : duration(time * 1_000),
      behind > 60 ? (
        <Badge key="behind" tone="bad">
          {coarse(behind * 1_000)}
        </Badge>
      ) : (
        duration(behind * 1_000)
      ),
      <Behind
        key="drawn"
        readings={readings}
        stage={stage}
        label={words.drawnBehind(stage, duration(behind * 1_000))}
      />,
      parked > 0 ? (
        <Badge key="parked" tone="warn">
          {number(parked)}
        </Badge>
      ) : (
        '0'
      ),
    ];
  });
  return (
    <Card title={words.stages}>
      {rows.length > 0 ? (
        <Table columns={[words.stage, words.rate, words.time, words.behind, words.drawn, words.parked]} rows={rows} />
      ) : (
        <p className={styles.dim}>{words.elsewhere}</p>
      )}
    </Card>
  );
}

function Lists({ words, last }: PanelProps) {
  const models = last.values('classify_model_live', 'model').map(model => {
    const open = last.most('classify_circuit_open', { model }) === 1;
    const live = last.least('classify_model_live', { model }) === 1;
    return [
      model,
      <Badge key="state" tone={live && !open ? 'good' : 'warn'}>
        {open ? words.circuit : live ? words.live : words.away}
      </Badge>,
    ];
  });
  const lists = last.values('exchange_failures_in_a_row', 'source').map(source => {
    const age = last.most('exchange_pull_age_seconds', { source });
    const failures = last.most('exchange_failures_in_a_row', { source }) ?? 0;
    const pulled = age === undefined ? words.neverPulled : words.pulled(coarse(age * 1_000));
    return [
      source,
      <Badge key="state" tone={failures > 0 ? 'warn' : 'good'}>
        {failures > 0 ? `${pulled}, ${words.failures(number(failures))}` : pulled}
      </Badge>,
    ];
  });
  const rows = [...models, ...lists];
  return (
    <Card title={words.lists}>
      {rows.length > 0 ? (
        <Table columns={[words.name, words.state]} rows={rows} />
      ) : (
        <p className={styles.dim}>{words.noLists}</p>
      )}
    </Card>
  );
}

function Process({ words, last }: PanelProps) {
  const late = last.most('nodejs_eventloop_lag_p99_seconds');
  return (
    <Card title={words.process}>
      <dl className={styles.list}>
        <dt>{words.dead}</dt>
        <dd>{number(last.sum('dead_letters') ?? 0)}</dd>
        <dt>{words.database}</dt>
        <dd>{bytes(last.most('database_disk_bytes'))}</dd>
        <dt>{words.free}</dt>
        <dd>{bytes(last.least('data_disk_free_bytes'))}</dd>
        <dt>{words.memory}</dt>
        <dd>{bytes(last.most('process_resident_memory_bytes'))}</dd>
        <dt>{words.loop}</dt>
        <dd>{late === undefined ? '–' : duration(late * 1_000)}</dd>
      </dl>
    </Card>
  );
}

export function Operator(props: PanelProps) {
  return (
    <>
      <Posts {...props} />
      <Process {...props} />
      <div className={styles.wide}>
        <Stages {...props} />
      </div>
      <div className={styles.wide}>
        <Lists {...props} />
      </div>
    </>
  );
}
