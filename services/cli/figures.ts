/** The value below which `share` (0 to 1) of the values lie, by nearest rank; NaN of none. `sorted` ascending. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

/** `p50 3 ms · p95 8 ms · p99 12 ms · max 20 ms`, or a dash where there is nothing. */
export function percentiles(values: readonly number[]): string {
  if (values.length === 0) return '–';
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => `${Math.round(percentile(sorted, share))} ms`;
  return `p50 ${at(0.5)} · p95 ${at(0.95)} · p99 ${at(0.99)} · max ${at(1)}`;
}
