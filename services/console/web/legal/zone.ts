const day = 24 * 3600_000;

/** By how much (ms) a zone is ahead of UTC at an instant. */
function offsetAt(zone: string, at: number): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}

/**
 * The instant that a clock on the wall showed as `local` (2026-10-25T02:30). Where it showed it twice, the earlier: a limit is then never later than it is.
 * @returns undefined where it is no whole date and time
 */
export function instantIn(zone: string, local: string): number | undefined {
  const plain = Date.parse(`${local}Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local) || Number.isNaN(plain)) return undefined;
  const guesses = [plain - offsetAt(zone, plain - day), plain - offsetAt(zone, plain + day)];
  const shown = guesses.filter(at => at + offsetAt(zone, at) === plain);
  return Math.min(...(shown.length > 0 ? shown : guesses));
}

/** What a clock on the wall shows at an instant, to the minute. */
export const localIn = (zone: string, at: number): string =>
  new Date(at + offsetAt(zone, at)).toISOString().slice(0, 16);

export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** This machine's, then UTC, then those of Europe. */
export const zones: readonly string[] = [
  ...new Set([ownZone, 'UTC', ...Intl.supportedValuesOf('timeZone').filter(name => name.startsWith('Europe/'))]),
];
