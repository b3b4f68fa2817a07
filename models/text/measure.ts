/** The chance that a positive scores above a negative, ties half: the area under the ROC curve. NaN where either is missing. */
export function auc(positives: readonly number[], negatives: readonly number[]): number {
  const all = [...positives.map(score => ({ score, up: 1 })), ...negatives.map(score => ({ score, up: 0 }))];
  all.sort((a, b) => a.score - b.score);
  let rankSum = 0;
  for (let i = 0; i < all.length; ) {
    let j = i;
    while (j < all.length && all[j]!.score === all[i]!.score) j++;
    // Ranks i+1 to j are shared by the ties.
    for (let k = i; k < j; k++) if (all[k]!.up) rankSum += (i + 1 + j) / 2;
    i = j;
  }
  const n1 = positives.length;
  return (rankSum - (n1 * (n1 + 1)) / 2) / (n1 * negatives.length);
}

/** A source counts by its posts up to this many, so that neither a large one nor a small noisy one decides alone. */
const sourceCap = 200;

/** The least score that at most `share` of the negatives reach, balanced by source. */
export function thresholdAt(share: number, bySource: ReadonlyMap<string, readonly number[]>): number {
  const sources = [...bySource.values()].filter(scores => scores.length > 0);
  const total = sources.reduce((sum, scores) => sum + Math.min(scores.length, sourceCap), 0);
  const weighted = sources
    .flatMap(scores =>
      scores.map(score => ({ score, weight: Math.min(scores.length, sourceCap) / scores.length / total })),
    )
    .sort((a, b) => b.score - a.score);
  let reached = 0;
  for (const { score, weight } of weighted) {
    reached += weight;
    if (reached > share) return Math.min(1, (Math.floor(score * 1e6) + 1) / 1e6);
  }
  return 1;
}

/** Posts of like score: how sure the model was of them, and how many it was right of. */
export interface Bin {
  posts: number;
  score: number;
  share: number;
}

/** Scores below this are too many, and too little is done with them, to count in the error. */
const leastScore = 0.1;
const leastInBin = 100;
const mostBins = 10;

/**
 * Expected calibration error over scores of 0.1 and more: bins of equally many posts, up to ten, each of a hundred or more
 * where there are as many. Undefined where nothing scores so high.
 */
export function reliability(
  scored: readonly { score: number; right: 0 | 1 }[],
): { error: number; bins: Bin[] } | undefined {
  const counted = scored.filter(({ score }) => score >= leastScore).sort((a, b) => a.score - b.score);
  if (counted.length === 0) return undefined;
  const number = Math.max(1, Math.min(mostBins, Math.floor(counted.length / leastInBin)));
  const bins = Array.from({ length: number }, (_, b) => {
    const own = counted.slice(
      Math.floor((b * counted.length) / number),
      Math.floor(((b + 1) * counted.length) / number),
    );
    const sum = (value: (s: (typeof own)[number]) => number) => own.reduce((all, s) => all + value(s), 0);
    return { posts: own.length, score: sum(s => s.score) / own.length, share: sum(s => s.right) / own.length };
  });
  const error = bins.reduce((sum, bin) => sum + (bin.posts / counted.length) * Math.abs(bin.score - bin.share), 0);
  return { error, bins };
}
