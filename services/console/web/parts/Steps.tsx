import type { LiveFrame, StepName } from '../../api/live/frame.js';
import { duration, number } from '../format.js';
import { strings } from '../strings.js';
import { Card } from './Card.js';
import styles from './Steps.module.css';
import { TestPost } from './TestPost.js';

const words = strings.steps;
const parts = ['received-assessed', 'assessed-called', 'called-accepted', 'accepted-gone'] as const;
const shares = ['p50', 'p95'] as const;
const width = 1_000;

/** At most four round numbers from nought to `most`: more don't fit side by side. */
function ticksTo(most: number): number[] {
  const rough = most / 3;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find(n => n * unit >= rough) ?? 10) * unit;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, n) => n * step);
}

/** Two stacked bars on one scale: half of the posts took no longer for each step, and nineteen of twenty. */
function Bars({ steps }: { steps: LiveFrame['steps'] }) {
  const sums = shares.map(share => parts.reduce((sum, part) => sum + (steps[part]?.[share] ?? 0), 0));
  const most = Math.max(...sums, 1);
  const ticks = ticksTo(most);
  const x = (ms: number): number => (ms / most) * width;
  return (
    <div className={styles.chart}>
      {shares.map(share => {
        let from = 0;
        const told = parts.map(part => `${words.names[part]} ${duration(steps[part]?.[share] ?? 0)}`).join(', ');
        return (
          <div className={styles.row} key={share}>
            <span aria-hidden="true">{share === 'p50' ? words.half : words.most}</span>
            <svg viewBox={`0 0 ${width} 28`} preserveAspectRatio="none" role="img" aria-label={words.bar(share, told)}>
              {parts.map((part, n) => {
                const ms = steps[part]?.[share] ?? 0;
                const at = from;
                from += ms;
                return (
                  <rect
                    key={part}
                    x={x(at)}
                    y="0"
                    width={Math.max(0, x(ms) - 2)}
                    height="28"
                    style={{ fill: `var(--step-${n + 1})` }}
                  />
                );
              })}
            </svg>
          </div>
        );
      })}
      <div className={styles.axis} aria-hidden="true">
        {ticks.map(ms => (
          <span key={ms} data-end={ms / most > 0.9} style={{ left: `${(ms / most) * 100}%` }}>
            {ms === 0 ? 0 : duration(ms)}
          </span>
        ))}
      </div>
    </div>
  );
}

function Row({ step, steps, mark }: { step: StepName; steps: LiveFrame['steps']; mark?: number }) {
  const figures = steps[step];
  return (
    <tr data-step={step}>
      <th scope="row" data-marked={mark !== undefined}>
        {mark !== undefined && <i style={{ background: `var(--step-${mark})` }} />}
        {words.names[step]}
        {words.hints[step] && <small>{words.hints[step]}</small>}
      </th>
      {(['p50', 'p95', 'p99'] as const).map(share => (
        <td key={share}>{figures ? duration(figures[share]) : '–'}</td>
      ))}
    </tr>
  );
}

export function Steps({ frame }: { frame: LiveFrame }) {
  const { steps } = frame;
  const n = steps['received-gone']?.count ?? 0;
  return (
    <Card
      title={words.title}
      aside={n > 0 && <p className={styles.sub}>{n === 1 ? words.one : words.sub(number(n))}</p>}
    >
      {n > 0 ? (
        <Bars steps={steps} />
      ) : (
        <div className={styles.none}>
          <p>{words.none}</p>
          {frame.sandbox && (
            <>
              <p>{words.noneHint}</p>
              <TestPost words={frame.testPost} />
            </>
          )}
        </div>
      )}
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{words.column}</th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
            <th scope="col">p99</th>
          </tr>
        </thead>
        <tbody>
          {n > 0 && parts.map((part, i) => <Row key={part} step={part} steps={steps} mark={i + 1} />)}
          {n > 0 && <Row step="received-gone" steps={steps} />}
          <Row step="any-assessed" steps={steps} />
        </tbody>
      </table>
    </Card>
  );
}
