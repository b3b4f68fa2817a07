import { type Known, labels, target } from './labels.js';
import { type Random, shuffle } from './random.js';

const outputs = labels.length;
const rate = 0.5;
const decay = 1e-6;

/** A post's n-grams by column, each with how often it stands there (or something of it). */
export interface Counts {
  ids: Int32Array;
  values: Float32Array;
}

/** A logistic regression a label on TF-IDF. */
export interface Linear {
  idf: Float32Array;
  /** By column, a weight for each label. */
  weights: Float32Array;
  bias: Float32Array;
}

export interface LinearOptions {
  columns: number;
  /** Times that it goes over the posts. */
  rounds: number;
  random: Random;
  /** One to go on from; it is changed. */
  from?: Linear | undefined;
}

/** Logits in the order of `labels`. */
export function logitsOf({ ids, values }: Counts, { idf, weights, bias }: Linear): Float64Array {
  const { share, weighed } = weigh(ids, values, idf);
  const logits = Float64Array.from(bias);
  for (let k = 0; k < ids.length; k++) {
    const value = weighed[k]! * share;
    for (let l = 0, at = ids[k]! * outputs; l < outputs; l++) logits[l]! += weights[at + l]! * value;
  }
  return logits;
}

/** Trains by Adagrad, each label on the posts that say something about it. */
export function trainLinear(
  counts: readonly Counts[],
  known: readonly Known[],
  { columns, rounds, random, from }: LinearOptions,
): Linear {
  const idf = from?.idf ?? idfOf(counts, columns);
  const goals = known.map(post => labels.map(label => target(label, post)));
  const order = counts.map((_, i) => i);
  const bias = from?.bias ?? new Float32Array(outputs).fill(-2);
  const weights = from?.weights ?? new Float32Array(columns * outputs);
  // What goes on from a model takes its steps as if it had been trained for a while.
  const biasSquares = new Float32Array(outputs).fill(from ? 10 : 1);
  const squares = new Float32Array(columns * outputs).fill(from ? 1 : 1e-3);
  const model = { idf, weights, bias };
  for (let round = 0; round < rounds; round++) {
    for (const p of shuffle(order, random)) {
      const { ids, values } = counts[p]!;
      const errors = logitsOf(counts[p]!, model);
      for (let l = 0; l < outputs; l++) {
        const right = goals[p]![l];
        errors[l] = right === undefined ? 0 : 1 / (1 + Math.exp(-errors[l]!)) - right;
        biasSquares[l]! += errors[l]! ** 2;
        bias[l]! -= (rate * errors[l]!) / Math.sqrt(biasSquares[l]!);
      }
      const { share, weighed } = weigh(ids, values, idf);
      // Adagrad: rare n-grams keep a large step.
      for (let k = 0; k < ids.length; k++) {
        const value = weighed[k]! * share;
        for (let l = 0, at = ids[k]! * outputs; l < outputs; l++, at++) {
          if (errors[l] === 0) continue;
          const slope = errors[l]! * value + decay * weights[at]!;
          squares[at]! += slope * slope;
          weights[at]! -= (rate * slope) / Math.sqrt(squares[at]!);
        }
      }
    }
  }
  return model;
}

/** The rarer an n-gram, the more it counts. */
function idfOf(counts: readonly Counts[], columns: number): Float32Array {
  const idf = new Float32Array(columns);
  const last = new Int32Array(columns).fill(-1);
  counts.forEach(({ ids }, p) => {
    for (const id of ids) {
      if (last[id] === p) continue;
      last[id] = p;
      idf[id]!++;
    }
  });
  return idf.map(posts => 1 + Math.log((1 + counts.length) / (1 + posts)));
}

const buffer = new Float32Array(20_000);

/** The values by their rarity, and what makes the whole as long as 1. */
function weigh(ids: Int32Array, values: Float32Array, idf: Float32Array): { share: number; weighed: Float32Array } {
  let square = 0;
  for (let k = 0; k < ids.length; k++) {
    const value = values[k]! * idf[ids[k]!]!;
    buffer[k] = value;
    square += value * value;
  }
  return { share: 1 / (Math.sqrt(square) || 1), weighed: buffer };
}
