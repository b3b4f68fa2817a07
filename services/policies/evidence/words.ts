import type { Estimate } from './estimate.js';

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** Too little evidence, in words: what is lacking, and what can be said all the same. */
export function wordsFor(what: 'precision' | 'recall', estimate: Estimate & { enough: false }): string {
  const { decisions, lacking, low, high } = estimate;
  if (decisions === 0) return 'Too little evidence: nobody has decided any of these posts yet.';
  const more = `about ${lacking.toLocaleString('en')} more decisions are needed`;
  const certain =
    low > 0.01 && high < 0.99
      ? `it lies between ${percent(low)} and ${percent(high)}`
      : low > 0.01
        ? `it is at least ${percent(low)}`
        : high < 0.99
          ? `it is at most ${percent(high)}`
          : undefined;
  const said = certain ? ` All that can be said of the ${what} is that ${certain}.` : '';
  return `Too little evidence: ${more}, beside the ${decisions.toLocaleString('en')} there are.${said}`;
}
