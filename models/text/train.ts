import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crop, type Dictionary, disguise, readDictionaries, switched } from './augment.js';
import { calibrate } from './calibrate.js';
import { foldOf, type LabelledPost, readNeutral, readPosts } from './data.js';
import { Embedding } from './embedding.js';
import { Features, featureSettings } from './features.js';
import { type Batch, loadTensorFlow, TrainedHead } from './head.js';
import { labels, target, weight } from './labels.js';
import { type Random, seeded, shuffle } from './random.js';
import { quantise, shippedWeights, type Weights, writeWeights } from './weights.js';

export interface TrainOptions {
  /** The folder with posts.train.jsonl.gz and parallel/. */
  data: string;
  /** Where the weights go; by default where the shipped ones are. */
  out?: string;
  seed?: number;
  epochs?: number;
  width?: number;
  hidden?: number;
  /** Told after every step: steps done, steps in all, the loss of late. */
  onStep?: (done: number, all: number, loss: number) => void;
}

const batchSize = 1024;
const peakRate = 4e-3;
/** The rate falls to this part of the peak by the last step. */
const endRate = 0.05;
const idsKept = 0.5;
const dropout = 0.2;
const disguised = 0.25;
const switchedShare = 0.35;
/** The part of the posts labelled `none` that are cut to a few words, or a word alone would say too much. */
const cropped = 0.15;
const folds = 10;

/** Trains the text model and writes its weights. The same data, options and backend give the same weights. */
export async function train(options: TrainOptions): Promise<{ version: string; weights: Omit<Weights, 'version'> }> {
  const { data, out = shippedWeights(), seed = 1, epochs = 5, width = 64, hidden = 64 } = options;
  const started = process.hrtime.bigint();
  const random = seeded(seed);
  const posts = await readPosts(path.join(data, 'posts.train.jsonl.gz'));
  posts.push(...(await readNeutral(path.join(data, 'parallel'), random)));
  const dictionaries = await readDictionaries(path.join(data, 'parallel'));
  // One part in ten is kept from training: the thresholds are set on it.
  const heldOut = posts.filter(post => foldOf(post, seed, folds) === 0);
  const trained = posts.filter(post => foldOf(post, seed, folds) !== 0);

  const { tf, backend } = loadTensorFlow();
  const embedding = new Embedding(featureSettings.buckets, width, random);
  const head = new TrainedHead(tf, width, hidden, random);
  const balance = positiveWeights(trained);
  const batches = new Batches(balance, random);
  let steps = 0;
  let loss = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const texts = epochOf(trained, dictionaries, random);
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
  const rowsSeen = embedding.clearUnseen();
  const model = { width, hidden, ...quantise(embedding.values, width), head: head.weights() };
  head.dispose();
  const { thresholds, negatives } = calibrate(model, heldOut, new Set(labels.filter((_, l) => balance[l]! > 0)));
  const figures = {
    seed,
    epochs,
    steps,
    backend,
    seconds: Math.round(Number(process.hrtime.bigint() - started) / 1e9),
    posts: counts(trained),
    rowsSeen,
    lastLoss: Number(loss.toFixed(4)),
    negatives,
  };
  const weights = { ...model, thresholds, figures };
  return { version: await writeWeights(out, weights), weights };
}

/** The posts of an epoch in their order: all of them, switched copies, some cropped, some disguised, drawn anew each time. */
function epochOf(posts: LabelledPost[], dictionaries: Map<string, Dictionary>, random: Random): LabelledPost[] {
  const crops = posts
    .filter(post => post.label === 'none' && random() < cropped)
    .map(post => ({ ...post, text: crop(post.text, random) }));
  const all = shuffle([...posts, ...crops, ...switched(posts, dictionaries, switchedShare, random)], random);
  return all.map(post => (random() < disguised ? { ...post, text: disguise(post.text, random) } : post));
}

/** Rare positives count more: the root of how many negatives there are to each. */
function positiveWeights(posts: readonly LabelledPost[]): number[] {
  return labels.map(label => {
    let positives = 0;
    let negatives = 0;
    for (const post of posts) {
      const right = target(label, post.label);
      if (right === 1) positives++;
      else if (right === 0) negatives++;
    }
    return positives === 0 ? 0 : Math.sqrt(negatives / positives);
  });
}

/** Turns posts into ids, targets and weights. */
class Batches {
  readonly #features = new Features();

  constructor(
    readonly positiveWeight: readonly number[],
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
      for (let k = 0; k < count; k++) if (this.random() < idsKept) ids[used++] = features.ids[k]!;
      // A short post may have lost every id.
      if (used === first && count > 0) ids[used++] = features.ids[0]!;
      offsets[p + 1] = used;
      if (used === first) return;
      labels.forEach((label, l) => {
        const right = target(label, post.label);
        if (right === undefined) return;
        const at = p * labels.length + l;
        targets[at] = right;
        weights[at] = weight(label, post.label) * (right === 1 ? this.positiveWeight[l]! : 1);
      });
    });
    return { ids, offsets, batch: { posts: posts.length, means: new Float32Array(), targets, weights } };
  }
}

function counts(posts: readonly LabelledPost[]): Record<string, number> {
  const bySource: Record<string, number> = {};
  for (const post of posts) bySource[`${post.src}/${post.lang}`] = (bySource[`${post.src}/${post.lang}`] ?? 0) + 1;
  return bySource;
}
