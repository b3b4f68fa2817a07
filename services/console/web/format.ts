import { locale, strings } from './strings.js';

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(locale, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', hour12: false });

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
  return two(Math.floor(seconds / 86_400), strings.units.days, Math.floor((seconds % 86_400) / 3_600), 'h');
}

/** How long ago, without fractions: it changes every second. */
export const coarse = (ms: number): string =>
  duration(Math.max(0, Math.round(ms / 1_000) * 1_000)).replace(/^0 ms$/, '0 s');

/** 03:47:48, in the reader's time. */
export const timeOf = (at: number): string => clock.format(at);
export const instantOf = (at: string | number): string => full.format(new Date(at));

const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
const short = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short', hour12: false });
const ofMonth = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });
export const dayOf = (at: string | number): string => day.format(new Date(at));
/** Day and minute. */
export const shortOf = (at: string | number): string => short.format(new Date(at));
export const monthOf = (at: number): string => ofMonth.format(at);

const hundredths = new Intl.NumberFormat(locale, {
  style: 'percent',
  minimumFractionDigits: 0,
  maximumFractionDigits: 2,
});
/** Cut, not rounded: what is not all is never told as 100 %. */
export const share = (of: number): string => hundredths.format(Math.floor(of * 10_000) / 10_000);

const wholePercent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
/** For what is no figure of record. */
export const percent = (of: number): string => wholePercent.format(of);

const tenthsPercent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
/** A share to a tenth of a hundredth, cut as `share` is. */
export const tenthsShare = (of: number): string => tenthsPercent.format(Math.floor(of * 1_000) / 1_000);

const twoPlaces = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
/** 0.62. */
export const decimal = (n: number): string => twoPlaces.format(n);

const names = new Intl.DisplayNames(locale, { type: 'language' });
/** A language by its tag; of none, that none is told. */
export function nameOfLanguage(tag: string): string {
  if (tag === '' || tag === 'und') return strings.review.noLanguage;
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
