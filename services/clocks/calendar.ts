/**
 * Days, weeks and months by the calendar of a zone. Written for legal limits: `Temporal` is not in every Node that this runs on, and what is needed of it is
 * a page.
 */

/** What a clock on the wall shows, as if it were UTC: milliseconds since 1970. */
type Wall = number;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}

/** What the clock on the wall of `zone` shows at an instant. */
export function wallAt(zone: string, at: number): Wall {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000);
}

const aDay = 24 * 3600_000;

/**
 * The instant at which the wall shows this. Of a time that comes twice (clocks put back) the first; one that never comes (clocks put forward) is as
 * much later as was left out.
 */
export function instantAt(zone: string, wall: Wall): number {
  const offsets = [wall - aDay, wall + aDay].map(near => wallAt(zone, near) - near);
  const real = offsets.map(offset => wall - offset).filter(at => wallAt(zone, at) === wall);
  return real.length > 0 ? Math.min(...real) : wall - (offsets[0] ?? 0);
}

/** The same time of day so many days later. */
export const plusDays = (zone: string, at: number, days: number): number =>
  instantAt(zone, wallAt(zone, at) + days * aDay);

/** The same day of the month and time of day so many months later; the month's last day where it has no such day. */
export function plusMonths(zone: string, at: number, months: number): number {
  const wall = new Date(wallAt(zone, at));
  const first = Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + months);
  const length = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + months + 1, 0)).getUTCDate();
  const day = Math.min(wall.getUTCDate(), length);
  const ofDay = wall.getTime() % aDay;
  return instantAt(zone, first + (day - 1) * aDay + (ofDay < 0 ? ofDay + aDay : ofDay));
}

/** The last millisecond of an instant's day. */
export function endOfDay(zone: string, at: number): number {
  const wall = wallAt(zone, at);
  return instantAt(zone, wall - (((wall % aDay) + aDay) % aDay) + aDay) - 1;
}

/** The last millisecond before a day of the year that follows. `month` from 1. */
export function beforeNextYears(zone: string, at: number, month: number, day: number): number {
  const year = new Date(wallAt(zone, at)).getUTCFullYear() + 1;
  return instantAt(zone, Date.UTC(year, month - 1, day)) - 1;
}

/** The date that the calendar of `zone` shows: `2026-11-22`. */
export const dateAt = (zone: string, at: number): string => new Date(wallAt(zone, at)).toISOString().slice(0, 10);
