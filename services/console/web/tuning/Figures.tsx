import type { ReactNode } from 'react';
import { duration, percent, rate } from '../format.js';
import { inMine } from '../words/pick.js';
import { tuning } from '../words/tuning.js';
import styles from './Tuning.module.css';
import type { At, CurveAnswer, Estimate } from './types.js';

export const words = inMine(tuning);

function Figure({ name, value, children }: { name: string; value: ReactNode; children?: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className={styles.value}>{value}</span>
        {children}
      </dd>
    </div>
  );
}

/** Too little evidence is said, and no figure shown that one could go by. */
export function littleOf({ decisions, lacking, low, high }: Estimate & { enough: false }): string {
  if (decisions === 0) return words.nobody;
  const said = words.lacking(rate(lacking), rate(decisions));
  return low > 0.01 || high < 0.99 ? `${said} ${words.between(percent(low), percent(high))}` : said;
}

function Quality({ name, of, what }: { name: string; of: Estimate; what: string }) {
  if (!of.enough)
    return (
      <Figure name={name} value={<span className={styles.little}>{words.little}</span>}>
        <p>{littleOf(of)}</p>
      </Figure>
    );
  return (
    <Figure name={name} value={percent(of.value)}>
      <p>
        <strong>{words.interval(percent(of.low), percent(of.high))}</strong> {what}
      </p>
    </Figure>
  );
}

/** All that follows at one threshold. */
export function Figures({ at, basis, moved }: { at: At; basis: CurveAnswer; moved: boolean }) {
  const changes = [
    ...(at.addedPerDay > 0 ? [words.more(rate(at.addedPerDay))] : []),
    ...(at.droppedPerDay > 0 ? [words.fewer(rate(at.droppedPerDay))] : []),
  ].join(', ');
  const { handlingSeconds, reviewers } = basis;
  return (
    <dl className={styles.figures} aria-label={words.figures}>
      <Figure name={words.reviewed} value={rate(at.reviewedPerDay)}>
        <p>{changes || (moved ? words.same : '')}</p>
      </Figure>
      <Figure name={words.removed} value={rate(at.removedPerDay)} />
      <Figure name={words.hours} value={at.reviewHoursPerDay === undefined ? '–' : rate(at.reviewHoursPerDay)}>
        <p>
          {handlingSeconds === undefined
            ? words.hoursNone
            : words.pace(duration(handlingSeconds * 1_000), rate(reviewers))}
        </p>
      </Figure>
      <Figure name={words.clocks} value={at.clocksAtRiskPerDay === undefined ? '–' : rate(at.clocksAtRiskPerDay)}>
        <p>
          {at.clocksAtRiskPerDay !== undefined
            ? words.clocksOf(percent(at.clocksAtRisk ?? 0))
            : handlingSeconds === undefined
              ? words.hoursNone
              : words.clocksNone}
        </p>
      </Figure>
      <Quality name={words.precision} of={at.precision} what={words.precisionOf} />
      <Quality name={words.recall} of={at.recall} what={words.recallOf} />
    </dl>
  );
}
