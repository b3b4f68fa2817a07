import { language } from './strings.js';

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(language, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const full = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', hour12: false });

/** 1,204; from a hundred thousand on 120K. */
export const number = (n: number): string => (n < 100_000 ? whole.format(n) : compact.format(n));

/** 0.2, 12. */
export const rate = (n: number): string => (n < 10 ? tenths.format(n) : number(n));

/** Milliseconds as people read them: 93 ms, 1.2 s, 4 min 12 s, 3 h 5 min, 2 d 4 h. */
export function duration(ms: number): string {
  const abs = Math.abs(ms);
  const sign = ms < 0 ? '−' : '';
  if (abs < 1_000) return `${sign}${whole.format(abs)} ms`;
  if (abs < 60_000) return `${sign}${tenths.format(abs / 1_000)} s`;
  const seconds = Math.round(abs / 1_000);
  const two = (a: number, unitA: string, b: number, unitB: string): string =>
    `${sign}${a} ${unitA}${b > 0 ? ` ${b} ${unitB}` : ''}`;
  if (seconds < 3_600) return two(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  if (seconds < 86_400) return two(Math.floor(seconds / 3_600), 'h', Math.floor((seconds % 3_600) / 60), 'min');
  return two(Math.floor(seconds / 86_400), 'd', Math.floor((seconds % 86_400) / 3_600), 'h');
}

/** How long ago, without fractions: it changes every second. */
export const coarse = (ms: number): string =>
  duration(Math.max(0, Math.round(ms / 1_000) * 1_000)).replace(/^0 ms$/, '0 s');

/** 03:47:48, in the reader's time. */
export const timeOf = (at: number): string => clock.format(at);
export const instantOf = (at: string | number): string => full.format(new Date(at));
