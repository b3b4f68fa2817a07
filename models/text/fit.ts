import { setImmediate as nextTurn } from 'node:timers/promises';
import { crop, type Dictionary, disguise, switched } from './augment.js';
import type { LabelledPost } from './data.js';
import { Embedding } from './embedding.js';
import { Features, featureSettings } from './features.js';
import { type Batch, loadTensorFlow, TrainedHead } from './head.js';
import { labels, target, weight } from './labels.js';
import { type Counts, type Linear, trainLinear } from './linear.js';
import { type Random, seeded, shuffle } from './random.js';
import { quantise, strideOf, type Weights } from './weights.js';

/** What a model is trained with beside the posts. */
export const recipe = {
  width: 48,
  hidden: 64,
  epochs: 5,
  batchSize: 1024,
  peakRate: 4e-3,
  /** The rate falls to this part of the peak by the last step. */
  endRate: 0.05,
  idsKept: 0.5,
  dropout: 0.2,
  /** Times that the linear half goes over the posts. */
  rounds: 6,
  /** And how many of them are disguised for it: it remembers what is written, and most disguises are undone before. */
  linearDisguised: 0.05,
  disguised: 0.25,
  switchedShare: 0.35,
  /** The part of the posts labelled `none` that are cut to a few words, or a word alone would say too much. */
  cropped: 0.15,
  /** Rare positives count more: how many negatives there are to each, to this power. */
  balance: 0.5,
};
export type Recipe = typeof recipe;

/** The numbers of a model, without what they mean to a post. */
export type Model = Pick<Weights, 'width' | 'hidden' | 'table' | 'scale' | 'head' | 'wideBias'>;

export interface FitOptions {
  dictionaries: Map<string, Dictionary>;
  seed: number;
  recipe?: Partial<Recipe>;
  /** A model to go on from. */
  from?: Model;
  onStep?: (done: number, all: number, loss: number) => void;
}

export interface Fit {
  model: Model;
  backend: string;
  steps: number;
  loss: number;
  rowsSeen: number;
}

/** Trains a model. The same posts, options and backend give the same numbers. */
export async function fitModel(posts: readonly LabelledPost[], options: FitOptions): Promise<Fit> {
  const chosen: Recipe = { ...recipe, ...options.recipe };
  const { width, hidden, epochs, batchSize, peakRate, endRate, dropout } = chosen;
  const random = seeded(options.seed);
  const { tf, backend } = loadTensorFlow();
  const embedding = new Embedding(featureSettings.buckets, width, random, options.from);
  const head = new TrainedHead(tf, width, hidden, random, options.from?.head);
  const batches = new Batches(positiveWeights(posts, chosen.balance), chosen.idsKept, random);
  let steps = 0;
  let loss = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const texts = epochOf(posts, options.dictionaries, chosen, random);
    const perEpoch = Math.ceil(texts.length / batchSize);
    const all = perEpoch * epochs;
    for (let b = 0; b < perEpoch; b++) {
      const progress = (epoch + b / perEpoch) / epochs;
      const rate = peakRate * (1 - (1 - endRate) * progress);
      const { ids, offsets, batch } = batches.make(texts.slice(b * batchSize, (b + 1) * batchSize));
      batch.means = embedding.mean(ids, offsets, batch.posts);
      const result = head.step(batch, rate, dropout);
      steps++;
      embedding.update(ids, offsets, batch.posts, result.byMean, rate, steps);
      loss = steps === 1 ? result.loss : 0.98 * loss + 0.02 * result.loss;
      options.onStep?.(epoch * perEpoch + b + 1, all, loss);
      // Lets progress be drawn and signals arrive.
      await nextTurn();
    }
  }
  const last = epochOf(posts, options.dictionaries, { ...chosen, disguised: chosen.linearDisguised }, random);
  const linear = trainLinear(last.map(countsOf()), last, {
    columns: featureSettings.buckets,
    rounds: chosen.rounds,
    random,
    from: options.from && linearOf(options.from),
  });
  const rowsSeen = options.from ? 0 : embedding.clearUnseen();
  const model = {
    width,
    hidden,
    ...quantise(beside(embedding.values, linear, width), strideOf(width)),
    head: head.weights(),
    wideBias: linear.bias,
  };
  head.dispose();
  return { model, backend, steps, loss: Number(loss.toFixed(4)), rowsSeen };
}

/** A reader of posts for the linear half. */
function countsOf(): (post: LabelledPost) => Counts {
  const features = new Features();
  return post => {
    const count = features.read(post.text);
    return { ids: features.ids.slice(0, count), values: new Float32Array(count).fill(1) };
  };
}

/** Both halves in one table, a row an n-gram: its vector, its weight for each label by its rarity, and the square of that rarity. */
function beside(deep: Float32Array, { weights, idf }: Linear, width: number): Float32Array {
  const outputs = labels.length;
  const stride = strideOf(width);
  const all = new Float32Array(featureSettings.buckets * stride);
  for (let id = 0; id < featureSettings.buckets; id++) {
    const row = id * stride;
    all.set(deep.subarray(id * width, (id + 1) * width), row);
    for (let l = 0; l < outputs; l++) all[row + width + l] = weights[id * outputs + l]! * idf[id]!;
    all[row + width + outputs] = idf[id]! ** 2;
  }
  return all;
}

/** The linear half of a model, to go on from. */
function linearOf({ width, table, scale, wideBias }: Model): Linear {
  const outputs = labels.length;
  const stride = strideOf(width);
  const rarity = width + outputs;
  const idf = Float32Array.from({ length: featureSettings.buckets }, (_, id) =>
    Math.sqrt(table[id * stride + rarity]! * scale[rarity]!),
  );
  const weights = Float32Array.from({ length: featureSettings.buckets * outputs }, (_, i) => {
    const id = Math.floor(i / outputs);
    const column = width + (i % outputs);
    return (table[id * stride + column]! * scale[column]!) / idf[id]!;
  });
  return { idf, weights, bias: wideBias.slice() };
}

/** The posts of an epoch in their order: all of them, switched copies, some cropped, some disguised, drawn anew each time. */
function epochOf(
  posts: readonly LabelledPost[],
  dictionaries: Map<string, Dictionary>,
  { cropped, switchedShare, disguised }: Recipe,
  random: Random,
): LabelledPost[] {
  const crops = posts
    .filter(post => post.label === 'none' && random() < cropped)
    .map(post => ({ ...post, text: crop(post.text, random), context: undefined }));
  const all = shuffle([...posts, ...crops, ...switched(posts, dictionaries, switchedShare, random)], random);
  return all.map(post => (random() < disguised ? { ...post, text: disguise(post.text, random) } : post));
}

function positiveWeights(posts: readonly LabelledPost[], power: number): number[] {
  return labels.map(label => {
    let positives = 0;
    let negatives = 0;
    for (const post of posts) {
      const right = target(label, post);
      if (right === 1) positives++;
      else if (right === 0) negatives++;
    }
    return positives === 0 ? 0 : (negatives / positives) ** power;
  });
}

/** Turns posts into ids, targets and weights. */
class Batches {
  readonly #features = new Features();

  constructor(
    readonly positiveWeight: readonly number[],
    readonly idsKept: number,
    readonly random: Random,
  ) {}

  make(posts: readonly LabelledPost[]): { ids: Int32Array; offsets: Int32Array; batch: Batch } {
    const features = this.#features;
    const ids = new Int32Array(posts.length * featureSettings.maxIds);
    const offsets = new Int32Array(posts.length + 1);
    const targets = new Float32Array(posts.length * labels.length);
    const weights = new Float32Array(posts.length * labels.length);
    let used = 0;
    posts.forEach((post, p) => {
      const count = features.read(post.text);
      const first = used;
      for (let k = 0; k < count; k++) if (this.random() < this.idsKept) ids[used++] = features.ids[k]!;
      // A short post may have lost every id.
      if (used === first && count > 0) ids[used++] = features.ids[0]!;
      offsets[p + 1] = used;
      if (used === first) return;
      labels.forEach((label, l) => {
        const right = target(label, post);
        if (right === undefined) return;
        const at = p * labels.length + l;
        targets[at] = right;
        weights[at] = weight(label, post.label) * (right === 1 ? this.positiveWeight[l]! : 1);
      });
    });
    return { ids, offsets, batch: { posts: posts.length, means: new Float32Array(), targets, weights } };
  }
}
