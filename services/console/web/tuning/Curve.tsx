import { useState } from 'react';
import { decimal, percent, rate } from '../format.js';
import { Card } from '../parts/Card.js';
import { Choice } from '../parts/Choice.js';
import { Table } from '../parts/Table.js';
import table from '../parts/Table.module.css';
import { words } from './Figures.js';
import styles from './Tuning.module.css';
import type { At, Estimate } from './types.js';

const width = 400;
const height = 120;
const x = (threshold: number): number => threshold * width;

/** The parts of a curve on which there is something to draw. */
function runsOf(
  curve: readonly At[],
  what: 'precision' | 'recall',
): { threshold: number; of: Estimate & { enough: true } }[][] {
  const runs: { threshold: number; of: Estimate & { enough: true } }[][] = [];
  let open = false;
  for (const at of curve) {
    const of = at[what];
    if (of.enough) {
      if (!open) runs.push([]);
      runs.at(-1)!.push({ threshold: at.threshold, of });
    }
    open = of.enough;
  }
  return runs;
}

const line = (points: readonly (readonly [number, number])[]): string =>
  points.map(([a, b], n) => `${n === 0 ? 'M' : 'L'}${a.toFixed(1)} ${b.toFixed(1)}`).join('');

function Marks({ here, today }: { here: number; today: number | undefined }) {
  return (
    <>
      {today !== undefined && <line data-mark="today" x1={x(today)} x2={x(today)} y1={0} y2={height} />}
      <line data-mark="here" x1={x(here)} x2={x(here)} y1={0} y2={height} />
    </>
  );
}

interface Drawn {
  curve: readonly At[];
  here: number;
  today: number | undefined;
}

function Axis() {
  return (
    <div className={styles.axis} aria-hidden="true">
      {[0, 0.25, 0.5, 0.75, 1].map(at => (
        <span key={at}>{decimal(at)}</span>
      ))}
    </div>
  );
}

function Volume({ curve, here, today }: Drawn) {
  const most = Math.max(1, ...curve.flatMap(({ reviewedPerDay, removedPerDay }) => [reviewedPerDay, removedPerDay]));
  // Low thresholds take nearly all posts: drawn by the logarithm, the part that matters stays visible.
  const y = (posts: number): number => height - (Math.log1p(Math.max(0, posts)) / Math.log1p(most)) * height;
  const of = (name: 'reviewedPerDay' | 'removedPerDay') =>
    line(curve.map(at => [x(at.threshold), y(at[name])] as const));
  const at = curve[Math.round(here * 100)];
  return (
    <figure className={styles.chart}>
      <figcaption>
        {words.volume} <span data-key="a">{words.legend.reviewed}</span>{' '}
        <span data-key="b">{words.legend.removed}</span>
      </figcaption>
      <div className={styles.plot}>
        <span aria-hidden="true">{rate(most)}</span>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={words.chartOf(decimal(here), rate(at?.reviewedPerDay ?? 0), rate(at?.removedPerDay ?? 0))}
        >
          <path data-line="a" d={of('reviewedPerDay')} />
          <path data-line="b" d={of('removedPerDay')} />
          <Marks here={here} today={today} />
        </svg>
      </div>
      <Axis />
    </figure>
  );
}

function Quality({ curve, here, today }: Drawn) {
  const y = (share: number): number => height - share * height;
  const drawn = (['precision', 'recall'] as const).map(what => ({ what, runs: runsOf(curve, what) }));
  const some = drawn.some(({ runs }) => runs.length > 0);
  return (
    <figure className={styles.chart}>
      <figcaption>
        {words.quality} <span data-key="a">{words.legend.precision}</span>{' '}
        <span data-key="b">{words.legend.recall}</span>
      </figcaption>
      {some ? (
        <>
          <div className={styles.plot}>
            <span aria-hidden="true">{percent(1)}</span>
            <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={words.qualityOf}>
              {drawn.map(({ what, runs }) =>
                runs.map(run => {
                  const up = run.map(({ threshold, of }) => [x(threshold), y(of.high)] as const);
                  const down = run.map(({ threshold, of }) => [x(threshold), y(of.low)] as const).reverse();
                  const key = what === 'precision' ? 'a' : 'b';
                  return (
                    <g key={`${what}${run[0]?.threshold}`}>
                      <path data-band={key} d={`${line([...up, ...down])}Z`} />
                      <path
                        data-line={key}
                        d={line(run.map(({ threshold, of }) => [x(threshold), y(of.value)] as const))}
                      />
                    </g>
                  );
                }),
              )}
              <Marks here={here} today={today} />
            </svg>
          </div>
          <Axis />
        </>
      ) : (
        <p className={table.none}>{words.qualityNone}</p>
      )}
    </figure>
  );
}

const shown = (of: Estimate): string =>
  of.enough ? `${percent(of.value)} (${percent(of.low)} – ${percent(of.high)})` : words.little;

/** One line for each threshold, or language. */
export function Rows({ rows, head }: { rows: readonly { name: string; at: At; here?: boolean }[]; head: string }) {
  return (
    <Table label={head}>
      <thead>
        <tr>
          <th scope="col">{head}</th>
          {[words.reviewed, words.removed, words.hours].map(name => (
            <th scope="col" data-number key={name}>
              {name}
            </th>
          ))}
          <th scope="col">{words.precision}</th>
          <th scope="col">{words.recall}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, at, here = false }) => (
          <tr key={name} aria-current={here ? 'true' : undefined} className={here ? styles.here : undefined}>
            <th scope="row" className={table.line}>
              {name}
            </th>
            <td data-number>{rate(at.reviewedPerDay)}</td>
            <td data-number>{rate(at.removedPerDay)}</td>
            <td data-number>{at.reviewHoursPerDay === undefined ? '–' : rate(at.reviewHoursPerDay)}</td>
            <td>{shown(at.precision)}</td>
            <td>{shown(at.recall)}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** The whole curve, drawn or as figures. */
export function Curve(drawn: Drawn) {
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const { curve, here } = drawn;
  const rows = curve
    .filter(({ threshold }, n) => n % 5 === 0 || Math.abs(threshold - here) < 0.001)
    .map(at => ({ name: decimal(at.threshold), at, here: Math.abs(at.threshold - here) < 0.001 }));
  return (
    <Card
      title={words.chart}
      aside={
        <Choice
          label={words.view}
          value={view}
          onChange={setView}
          options={(['chart', 'table'] as const).map(name => [name, words.views[name]] as const)}
        />
      }
    >
      {view === 'chart' ? (
        <div className={styles.charts}>
          <Volume {...drawn} />
          <Quality {...drawn} />
        </div>
      ) : (
        <Rows rows={rows} head={words.threshold} />
      )}
    </Card>
  );
}
