import { duration, number, share as shareOf } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Card } from '../parts/Card.js';
import { nameOfObligation } from '../words/obligations.js';
import type { PanelProps } from './Panels.js';
import styles from './Panels.module.css';
import type { Reading } from './reading.js';
import { Table } from './Table.js';
import type { Words } from './words.js';

const seconds = (n: number | undefined): string => (n === undefined ? '–' : duration(n * 1_000));
const count = (n: number | undefined): string => number(n ?? 0);

/** Which histogram an obligation is in. */
const histogramOf = (last: Reading, obligation: string): string =>
  ['takedown_seconds', 'takedown_long_seconds'].find(name => last.sum(`${name}_count`, { obligation })) ??
  'takedown_seconds';

function Kept({ words, last }: PanelProps) {
  const obligations = [
    ...new Set(
      [
        'takedown_objective_ratio',
        'takedown_clocks_open',
        'takedown_seconds_count',
        'takedown_long_seconds_count',
      ].flatMap(name => last.values(name, 'obligation')),
    ),
  ];
  const rows = obligations.map(obligation => {
    const of = { obligation };
    const [promised] = last.all('takedown_objective_ratio', of);
    const inTime = last.sum('takedown_in_time_total', of) ?? 0;
    const missed =
      (last.sum('takedown_breaches_total', of) ?? 0) - (last.sum('takedown_breaches_withdrawn_total', of) ?? 0);
    const all = inTime + missed;
    const share = promised && all > 0 ? shareOf(inTime / all) : '–';
    return [
      nameOfObligation(obligation),
      seconds(promised && Number(promised.labels.within)),
      missed > 0 ? (
        <Badge key="share" tone="bad">
          {share}
        </Badge>
      ) : (
        share
      ),
      count(last.sum(`${histogramOf(last, obligation)}_count`, of)),
      count(last.sum('takedown_breaches_total', of)),
      count(last.sum('takedown_breaches_withdrawn_total', of)),
      count(last.sum('takedown_clocks_open', of)),
      seconds(last.least('takedown_next_due_seconds', of)),
    ];
  });
  const { obligation, limit, inTime, ended, breaches, withdrawn, open, due } = words;
  return (
    <Card title={words.kept}>
      <Table columns={[obligation, limit, inTime, ended, breaches, withdrawn, open, due]} rows={rows} />
    </Card>
  );
}

/** A histogram as bars, from the first bucket with something in it to the last. */
function Bars({ words, last, obligation }: { words: Words; last: Reading; obligation: string }) {
  const name = histogramOf(last, obligation);
  const buckets = last.buckets(name, { obligation });
  const filled = buckets.map(({ count }, i) => (count > 0 ? i : -1)).filter(i => i >= 0);
  const shown = buckets.slice(Math.max(0, (filled[0] ?? 0) - 1), (filled.at(-1) ?? 0) + 2);
  const most = Math.max(...shown.map(({ count }) => count), 1);
  const at = (q: number): string => seconds(last.quantile(q, name, { obligation }));
  return (
    <Card
      title={words.took(nameOfObligation(obligation))}
      aside={
        <p className={styles.dim}>{`${words.half} ${at(0.5)}, ${words.most} ${at(0.95)}, ${words.all} ${at(0.99)}`}</p>
      }
    >
      <Table
        columns={[words.upTo, words.clocks, '']}
        rows={shown.map(({ upTo, count }) => [
          upTo === Number.POSITIVE_INFINITY ? words.beyond : seconds(upTo),
          number(count),
          <span
            key="bar"
            className={styles.bar}
            style={{ width: `${(count / most) * 100}%`, minWidth: count > 0 ? 2 : 0 }}
          />,
        ])}
      />
    </Card>
  );
}

function Checked({ words, last }: PanelProps) {
  const size = last.sum('ledger_size');
  const signed = last.most('ledger_checkpoint_timestamp_seconds');
  const check = last.least('ledger_verification_success');
  return (
    <Card title={words.checked}>
      <dl className={styles.list}>
        <dt>{words.entries}</dt>
        <dd>{size === undefined ? words.elsewhere : number(size)}</dd>
        <dt>{words.checkpoint}</dt>
        <dd>{signed === undefined ? words.elsewhere : duration(Math.max(0, last.at - signed * 1_000))}</dd>
        <dt>{words.selfCheck}</dt>
        <dd>
          {check === undefined ? (
            words.elsewhere
          ) : (
            <Badge tone={check === 1 ? 'good' : 'bad'}>{check === 1 ? words.asSigned : words.changed}</Badge>
          )}
        </dd>
        <dt>{words.probe}</dt>
        <dd>{seconds(last.quantile(0.5, 'takedown_probe_seconds', { stage: 'gone', route: 'sandbox' }))}</dd>
      </dl>
    </Card>
  );
}

export function Regulator(props: PanelProps) {
  const { words, last } = props;
  const ended = ['takedown_seconds_count', 'takedown_long_seconds_count'].flatMap(name =>
    last.values(name, 'obligation'),
  );
  return (
    <>
      <div className={styles.wide}>
        <Kept {...props} />
      </div>
      {ended.length === 0 && (
        <Card title={words.took('–')}>
          <p className={styles.dim}>{words.nothing}</p>
        </Card>
      )}
      {ended.map(obligation => (
        <Bars key={obligation} words={words} last={last} obligation={obligation} />
      ))}
      <Checked {...props} />
    </>
  );
}
