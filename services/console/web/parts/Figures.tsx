import type { ReactNode } from 'react';
import type { LiveFrame, ShownAction } from '../../api/live/frame.js';
import { duration, number, rate, timeOf } from '../format.js';
import { strings } from '../strings.js';
import styles from './Figures.module.css';
import { Spark } from './Spark.js';

const words = strings.figures;
const shownActions: readonly ShownAction[] = ['remove', 'withhold', 'review', 'allow'];

function Figure({
  label,
  value,
  tone,
  children,
}: {
  label: string;
  value: string;
  tone?: string;
  children: ReactNode;
}) {
  return (
    <div className={styles.figure}>
      <h3>{label}</h3>
      <p className={styles.value} data-tone={tone}>
        {value}
      </p>
      <div className={styles.sub}>{children}</div>
    </div>
  );
}

/** What was assessed, as one bar of its actions. */
function Actions({ byAction }: { byAction: LiveFrame['assessed']['byAction'] }) {
  const some = shownActions.filter(action => byAction[action] > 0);
  return (
    <>
      <div className={styles.bar} aria-hidden="true">
        {some.map(action => (
          <span key={action} data-action={action} style={{ flexGrow: byAction[action] }} />
        ))}
      </div>
      {some.length > 0 && <p>{some.map(action => words.actions[action](number(byAction[action]))).join(', ')}</p>}
    </>
  );
}

function OpenClocks({ frame }: { frame: LiveFrame }) {
  const open = frame.clocks.reduce((all, clock) => all + clock.open, 0);
  const late = frame.clocks.reduce((all, clock) => all + clock.late, 0);
  const nearest = Math.min(...frame.clocks.flatMap(({ nextDue }) => nextDue ?? []));
  const left = nearest - frame.at;
  const due = Number.isFinite(left)
    ? left >= 0
      ? words.nextDue(duration(Math.ceil(left / 1_000) * 1_000))
      : words.overdue(duration(Math.ceil(-left / 1_000) * 1_000))
    : words.clocksNone;
  return (
    <Figure label={words.clocks} value={number(open)} tone={left < 0 ? 'bad' : undefined}>
      <p data-tone={left < 0 ? 'bad' : undefined}>{due}</p>
      <p data-tone={late > 0 ? 'bad' : undefined}>{words.breaches(late)}</p>
    </Figure>
  );
}

export function Figures({ frame }: { frame: LiveFrame }) {
  const { received, assessed, removals, cases, steps } = frame;
  const gone = removals.outcomes.gone ?? 0;
  const whole = frame.at - frame.since > 3_590_000;
  const total = frame.clocks.find(clock => clock.obligation === 'removal')?.ended ?? 0;
  const times = steps['received-gone'];
  return (
    <section aria-labelledby="figures" className={styles.section}>
      <h2 id="figures" className={styles.title}>
        {words.title}
        {!whole && <span>{words.since(timeOf(frame.since))}</span>}
      </h2>
      <div className={styles.figures}>
        <Figure label={words.received} value={number(received.hour)}>
          <Spark received={received.seconds} gone={removals.seconds} />
          <p>{words.receivedSub(number(received.minute), rate(received.minute / 60))}</p>
        </Figure>
        <Figure label={words.assessed} value={number(assessed.hour)}>
          <Actions byAction={assessed.byAction} />
        </Figure>
        <Figure label={words.gone} value={number(gone)}>
          {times && <p>{words.goneSub(duration(times.p50), duration(times.p99))}</p>}
          {!times && removals.pending === 0 && <p>{words.goneNone}</p>}
          {removals.pending > 0 && <p>{words.pending(number(removals.pending))}</p>}
          {total > gone && <p>{words.total(number(total))}</p>}
        </Figure>
        <Figure label={words.cases} value={number(cases.open)}>
          <p>{cases.open > 0 ? words.casesSome : words.casesNone}</p>
          {removals.escalated > 0 && <p data-tone="bad">{words.escalated(removals.escalated)}</p>}
        </Figure>
        <OpenClocks frame={frame} />
      </div>
    </section>
  );
}
