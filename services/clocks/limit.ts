import type { Config } from '../runtime/index.js';
import { beforeNextYears, endOfDay, plusDays, plusMonths } from './calendar.js';

/**
 * A limit. `seconds` is its nominal length, an edge of the histogram; `due` the instant (ms since 1970) of a clock that starts at `start`; `words` what the
 * page that shows the table says.
 */
export interface Limit {
  seconds: number;
  words: string;
  due(start: number): number;
}

const day = 24 * 3600;
const plural = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;

/** A length in words, in the largest unit that it is a whole number of. */
function inWords(ms: number): string {
  const units: [number, string][] = [
    [3600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ];
  const [size, unit] = units.find(([size]) => ms >= size && ms % size === 0) ?? [1, 'millisecond'];
  return plural(ms / size, unit);
}

/** A limit by elapsed time, whatever the calendar says: the law's hours. */
export const elapsed = (ms: number): Limit => ({ seconds: ms / 1000, words: inWords(ms), due: start => start + ms });

/** The law's hours. */
export const hours = (n: number) => (): Limit => elapsed(n * 3600_000);

/**
 * Weeks by the calendar: the same day of the week and time of day. Regulation (EEC, Euratom) No 1182/71 lets such a period run to the end of its last
 * day; what has to be done is due here at the time of day at which it began, which is never later.
 */
export const weeks =
  (n: number) =>
  ({ LEGAL_ZONE: zone }: Pick<Config, 'LEGAL_ZONE'>): Limit => ({
    seconds: n * 7 * day,
    words: plural(n, 'week'),
    due: start => plusDays(zone, start, n * 7),
  });

/** Months by the calendar: the same day and time of day, or the month's last day. */
export const months =
  (n: number) =>
  ({ LEGAL_ZONE: zone }: Pick<Config, 'LEGAL_ZONE'>): Limit => ({
    seconds: n * 30 * day,
    words: plural(n, 'month'),
    due: start => plusMonths(zone, start, n),
  });

/** Days by the calendar. */
export const days =
  (n: number) =>
  ({ LEGAL_ZONE: zone }: Pick<Config, 'LEGAL_ZONE'>): Limit => ({
    seconds: n * day,
    words: plural(n, 'day'),
    due: start => plusDays(zone, start, n),
  });

/** What is to last at least so long lasts to the end of its last day. */
export const throughLastDay =
  (limit: (config: Pick<Config, 'LEGAL_ZONE'>) => Limit) =>
  (config: Pick<Config, 'LEGAL_ZONE'>): Limit => {
    const inner = limit(config);
    return { ...inner, due: start => endOfDay(config.LEGAL_ZONE, inner.due(start)) };
  };

/** Before a day of the year that follows the one in which it began. */
export const beforeDayOfNextYear =
  (month: number, dayOfMonth: number, words: string) =>
  ({ LEGAL_ZONE: zone }: Pick<Config, 'LEGAL_ZONE'>): Limit => ({
    seconds: 365 * day,
    words,
    due: start => beforeNextYears(zone, start, month, dayOfMonth),
  });
