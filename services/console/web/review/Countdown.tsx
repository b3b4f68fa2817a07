import { useEffect, useState } from 'react';
import type { ReviewCase } from '../../api/review-types.js';
import { duration, shortOf } from '../format.js';
import { strings } from '../strings.js';
import styles from './Countdown.module.css';

const words = strings.review;

export function useNow(every: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** Whole minutes while there are hours left, then seconds: what changes every second is looked at every second. */
export function left(ms: number): string {
  const whole =
    Math.abs(ms) >= 3_600_000 ? Math.floor(Math.abs(ms) / 60_000) * 60_000 : Math.floor(Math.abs(ms) / 1_000) * 1_000;
  return whole === 0 ? '0 s' : duration(whole);
}

/** The time that is left, the largest thing on a case. */
export function Countdown({ clock }: { clock: ReviewCase['clock'] }) {
  const now = useNow(1_000);
  const rest = clock.dueAt - now;
  const part = rest / Math.max(1, clock.dueAt - clock.from);
  const tone = rest < 0 ? 'over' : part < 0.2 ? 'short' : 'calm';
  return (
    <div className={styles.clock} data-tone={tone}>
      <p className={styles.time} role="timer">
        {left(rest)}
      </p>
      <p className={styles.what}>
        {rest < 0 ? words.over : words.left}{' '}
        {words.clock[clock.obligation] ?? strings.desk.clocks[clock.obligation] ?? clock.obligation}
        <span>{words.due(shortOf(clock.dueAt))}</span>
      </p>
    </div>
  );
}
