import type { ReactNode } from 'react';
import { ask } from '../api.js';
import { shortOf } from '../format.js';
import { left, useNow } from '../review/Countdown.js';
import { language } from '../strings.js';
import { de, en, fr, type OrderWords } from '../words/orders.js';
import { inMine } from '../words/pick.js';
import styles from './Legal.module.css';
import { held, type Phase, running } from './types.js';

export const words: OrderWords = inMine({ en, fr, de });

/** What goes before an explanation; French has a space there. */
export const colon = language === 'fr' ? '\u00a0:' : ':';

const cited = {
  en: [],
  fr: [
    ['Regulation (EU)', 'Règlement (UE)'],
    ['(number from memory)', '(numéro donné de mémoire)'],
    ['recital', 'considérant'],
  ],
  de: [
    ['Regulation (EU)', 'Verordnung (EU)'],
    ['(number from memory)', '(Nummer aus dem Gedächtnis)'],
    ['recital', 'Erwägungsgrund'],
  ],
} as const;
/** An article as the reader's language cites it. */
export const articleOf = (article: string): string =>
  cited[language].reduce<string>((text, [from, to]) => text.replaceAll(from, to), article);

/** The server's clock counts, not this machine's: `ahead` is by how much (ms) the server's is ahead. */
let ahead = 0;
export function heardAt(now: string): void {
  ahead = Date.parse(now) - Date.now();
}
/** Asks the server for its time, where no list has told it yet. */
export async function hearTime(): Promise<string> {
  const { now } = await ask<{ now: string }>('/v1/desk/orders?limit=1');
  heardAt(now);
  return now;
}
export const useLegalNow = (): number => useNow(1_000) + ahead;

type Timed = { phase: Phase; dueAt: string; executedAt?: string; holds?: readonly { late?: true; endedAt?: string }[] };

/** How a limit stands: what is left, or that it stands still, or that it is over. */
export function useLeft({ phase, dueAt, holds }: Timed): { tone: 'calm' | 'short' | 'over' | 'still'; text: string } {
  const now = useLegalNow();
  const rest = Date.parse(dueAt) - now;
  const last = holds?.at(-1);
  const runsOn = held.includes(phase) && last?.late && last.endedAt === undefined;
  if (!running.includes(phase) && !runsOn) return { tone: 'still', text: held.includes(phase) ? '–' : '' };
  const tone = rest < 0 ? 'over' : rest < 12 * 60_000 ? 'short' : 'calm';
  return { tone, text: left(rest) };
}

/** The time that is left, in a list. */
export function Left({ of }: { of: Timed }) {
  const { tone, text } = useLeft(of);
  const said =
    tone === 'over'
      ? words.over
      : tone !== 'still'
        ? words.left
        : held.includes(of.phase)
          ? words.still
          : words.phases[of.phase];
  return (
    <div className={styles.left} data-tone={tone}>
      {text && <p className={styles.time}>{text}</p>}
      <p>{said}</p>
    </div>
  );
}

/** A large figure of time, with what it is. */
export function BigTime({
  title,
  tone,
  time,
  children,
}: {
  title: string;
  tone: string;
  time: string;
  children: ReactNode;
}) {
  return (
    <section className={styles.big} data-tone={tone} aria-label={title}>
      <p className={styles.bigTitle}>{title}</p>
      <p className={styles.bigTime} role="timer">
        {time}
      </p>
      <p className={styles.bigWhat}>{children}</p>
    </section>
  );
}

/** A legal limit, and since when one waits: both run before the eyes. */
export function LegalClock({ of }: { of: Timed & { receivedAt: string; instrument: 'tco' | 'dsa9' } }) {
  const now = useLegalNow();
  const { tone, text } = useLeft(of);
  const { phase, executedAt, receivedAt, dueAt, instrument } = of;
  const done = executedAt !== undefined && !running.includes(phase) && !held.includes(phase);
  const since = left(Math.max(0, (done ? Date.parse(executedAt) : now) - Date.parse(receivedAt)));
  return (
    <div className={styles.clocks}>
      <BigTime title={words.legalClock} tone={done ? 'done' : tone} time={text || (done ? words.ended : '–')}>
        {tone === 'over' && `${words.over}, `}
        {tone === 'calm' || tone === 'short' ? `${words.left}, ` : ''}
        {tone !== 'still'
          ? words.dueAt(shortOf(dueAt))
          : held.includes(phase)
            ? words.clockHeld
            : done
              ? words.clockDone(shortOf(executedAt))
              : words.clockNone}
        <span>{instrument === 'tco' ? words.limitTco : words.limitDsa}</span>
      </BigTime>
      <BigTime title={words.sinceFirst} tone="plain" time={since}>
        {done ? words.tookAll : words.sinceHint(shortOf(receivedAt))}
      </BigTime>
    </div>
  );
}
