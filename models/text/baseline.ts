import type { Known } from './labels.js';
import { type Counts, type Linear, logitsOf, trainLinear } from './linear.js';
import type { Random } from './random.js';

/** Columns that n-grams are hashed to. */
export const columns = 1 << 18;
const rounds = 6;
/** Left out here as in the model: in these sources, having them or not gives the source away. */
const linkOrHandle = /(?:https?:|www\.)\S*|@[\p{L}\p{N}_]+/giu;

/**
 * What the model has to be better than: character n-grams of 2 to 5 within words, TF-IDF, a logistic regression a label. It reads the text as it
 * is, in lower case, undoes no disguise and knows no language.
 */
export class Baseline {
  constructor(readonly linear: Linear) {}

  /** Scores in the order of `labels`, from 0 to 1. */
  score(text: string): Float32Array {
    return Float32Array.from(logitsOf(countsOf(text), this.linear), logit => 1 / (1 + Math.exp(-logit)));
  }
}

/** Trains on posts as they are. */
export function trainBaseline(posts: readonly (Known & { text: string })[], random: Random): Baseline {
  const counts = posts.map(post => countsOf(post.text));
  return new Baseline(trainLinear(counts, posts, { columns, rounds, random }));
}

function countsOf(text: string): Counts {
  const found = new Map<number, number>();
  for (const word of text.slice(0, 4096).replace(linkOrHandle, ' ').toLowerCase().split(/\s+/)) {
    if (!word) continue;
    const padded = ` ${word.slice(0, 60)} `;
    for (let i = 0; i < padded.length; i++) {
      let hash = 0x811c9dc5;
      for (let j = i; j < Math.min(i + 5, padded.length); j++) {
        hash = Math.imul(hash ^ padded.charCodeAt(j), 0x01000193);
        if (j === i) continue;
        const id = ((hash ^ (hash >>> 15)) >>> 0) % columns;
        found.set(id, (found.get(id) ?? 0) + 1);
      }
    }
  }
  return { ids: Int32Array.from(found.keys()), values: Float32Array.from(found.values(), n => 1 + Math.log(n)) };
}
