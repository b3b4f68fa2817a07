/** When the volume of what a rule does by itself is too sudden. */
export interface BreakerTerms {
  /** So many in a minute never trip it. */
  least: number;
  /** Times the usual busiest minute of an hour. */
  factor: number;
  /** And so many robust standard deviations above it, where hours differ much. */
  deviations: number;
}

export const usualBreaker: BreakerTerms = { least: 60, factor: 5, deviations: 6 };

const hour = 3600_000;
const week = 7 * 24 * hour;

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The hours that tell what is usual at an instant: this hour of the week and its neighbours, `weeks` weeks back; their starts. */
export function usualHours(now: number, weeks = 8): number[] {
  const start = Math.floor(now / hour) * hour;
  return Array.from({ length: weeks }, (_, n) => start - (n + 1) * week).flatMap(at => [at - hour, at, at + hour]);
}

/**
 * The most in a minute that is not sudden. Pure. The median and the median deviation of the busiest minutes: one flash crowd of the past, or a rule that was
 * broken for a day, does not move it.
 * @param peaks the busiest minute of each hour that tells what is usual; hours without any count as 0
 */
export function limitOf(peaks: readonly number[], { least, factor, deviations }: BreakerTerms = usualBreaker): number {
  const usual = median(peaks);
  const deviation = 1.4826 * median(peaks.map(peak => Math.abs(peak - usual)));
  return Math.max(least, factor * usual, usual + deviations * deviation);
}
