import type { Action } from '../../contracts/index.js';
import type { Class } from './tables.js';

/** Scores are counted in hundredths, 1 by itself: bucket n holds scores from n / 100 on. */
export const bucketCount = 101;

/** A score such as 0.29 is no whole number of hundredths in binary: it still belongs to bucket 29. */
export const bucketOf = (score: number): number =>
  Math.min(bucketCount - 1, Math.max(0, Math.floor(score * 100 + 1e-9)));

/** The bands of the highest score by which the audit's strata go: from here on. */
export const bandsFrom = [0, 0.02, 0.1, 0.3, 0.6] as const;

export function bandOf(score: number): number {
  let band = 0;
  while (band + 1 < bandsFrom.length && score >= bandsFrom[band + 1]!) band++;
  return band;
}

/** What an action means for who looked at the post. */
export const classOf = (action: Action): Class =>
  action === 'allow' ? 'allowed' : action === 'remove' ? 'removed' : 'reviewed';
