import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Dictionary, readDictionaries } from './augment.js';
import { type Baseline, trainBaseline } from './baseline.js';
import { writeBaseline } from './baseline-file.js';
import { calibrationFrom, type Held, thresholdsFrom } from './calibrate.js';
import { foldOf, type LabelledPost, readNeutral, readPosts } from './data.js';
import { type Figures, figuresOf, type Row } from './figures.js';
import { type Fit, type FitOptions, fitModel, type Recipe, recipe } from './fit.js';
import { type Label, labels, target } from './labels.js';
import { languageOf } from './language.js';
import { type Mix, mixedLogits, mixedModel, mixFrom } from './mix.js';
import { seeded } from './random.js';
import { type Halves, Logits, type Meaning, scoresOf } from './reference.js';
import { type Weights, writeWeights } from './weights.js';

export interface TrainOptions {
  /** The folder with posts.train.jsonl.gz and parallel/. */
  data: string;
  /** Where the weights go. */
  out: string;
  seed?: number;
  epochs?: number;
  /** Parts that the posts are cut into, by author or thread, for scores of posts that were not trained on (3). */
  folds?: number;
  /** Told after every step: steps done, steps in all, the loss of late. */
  onStep?: Progress;
}
export type Progress = (done: number, all: number, loss: number) => void;

export interface Trained {
  version: string;
  weights: Omit<Weights, 'version'>;
}

/**
 * Trains the text model and its baseline, and writes both. Scores are calibrated, and thresholds set, on posts that the scoring model was not
 * trained on. The same data, options and backend give the same weights.
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const { data, out, seed = 1, folds = 3, onStep } = options;
  const started = process.hrtime.bigint();
  const material = await readMaterial(data, ['posts.train.jsonl.gz'], seed);
  const own: Partial<Recipe> = { epochs: options.epochs ?? recipe.epochs };
  const { posts, neutral } = material;
  // The parts are some of the models that are trained; the last is the one that is written.
  const first: Progress = (done, steps, loss) => onStep?.(done, Math.round((steps * (folds + 1)) / folds), loss);
  const { held: scored, mix } = await crossFit(material, { recipe: own, seed, folds, onStep: first });
  const held = scored.slice(0, posts.length);
  const all = [...posts, ...neutral];
  const last = await fitModel(all, { ...material, seed, recipe: own, onStep: part(onStep, folds, folds + 1) });
  const learnt = learntBy(all);
  const meaning = meaningOf(held, learnt);
  const weights = {
    ...mixedModel(last.model, mix),
    ...meaning,
    figures: trainingFigures(last, { seed, folds, epochs: own.epochs!, all, held, started }),
  };
  const version = await writeWeights(out, weights);
  const beside = thresholdsFrom(
    held.map(({ post, baseline }) => ({ post, values: baseline })),
    learnt,
  );
  await writeBaseline(out, trainBaseline(all, seeded(seed)), beside);
  return { version, weights };
}

/**
 * What choices are made by: each part of the train and dev posts is scored by a model trained on the others, and calibrated on the rest of what was so
 * scored.
 */
export async function crossValidate(options: Omit<TrainOptions, 'out'>): Promise<{ posts: number; figures: Figures }> {
  const { data, seed = 1, folds = 3, onStep } = options;
  const material = await readMaterial(data, ['posts.train.jsonl.gz', 'posts.dev.jsonl.gz'], seed);
  const own = { epochs: options.epochs ?? recipe.epochs };
  const { held } = await crossFit(material, { recipe: own, seed, folds, onStep: part(onStep, 0, 1) });
  const learnt = learntBy(material.posts);
  const native = held.slice(0, material.posts.length);
  const foldsOf = native.map(({ post }) => foldOf(post, seed, folds));
  const rows: Row[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const calibration = calibrationFrom(native.filter((_, i) => foldsOf[i] !== fold));
    native.forEach(({ post, values, language, baseline }, i) => {
      if (foldsOf[i] === fold) rows.push({ post, scores: scoresOf(values, calibration, language), baseline });
    });
  }
  const thresholds = thresholdsFrom(
    rows.map(({ post, scores }) => ({ post, values: scores })),
    learnt,
  );
  const beside = thresholdsFrom(
    rows.map(({ post, baseline }) => ({ post, values: baseline! })),
    learnt,
  );
  return { posts: rows.length, figures: figuresOf(rows, thresholds, beside) };
}

interface Material {
  posts: LabelledPost[];
  neutral: LabelledPost[];
  dictionaries: Map<string, Dictionary>;
}

async function readMaterial(data: string, files: readonly string[], seed: number): Promise<Material> {
  const random = seeded(seed);
  const posts: LabelledPost[] = [];
  for (const file of files) {
    const name = path.join(data, file);
    if (file === files[0] || existsSync(name)) posts.push(...(await readPosts(name)));
  }
  const parallel = path.join(data, 'parallel');
  const neutral = await readNeutral(parallel, random);
  const dictionaries = await readDictionaries(parallel);
  return { posts, neutral, dictionaries };
}

/** A post as scored by a model, and a baseline, that did not see it. */
export interface CrossHeld extends Held {
  language: ReturnType<typeof languageOf>;
  baseline: Float32Array;
}

export interface CrossOptions extends Pick<FitOptions, 'recipe' | 'from' | 'onStep' | 'seed'> {
  folds: number;
}

/** Every post, native ones first, scored by a model trained on the other parts, and the mixture of its halves that is best for the native ones. */
async function crossFit(
  { posts, neutral, dictionaries }: Material,
  { folds, onStep, ...options }: CrossOptions,
): Promise<{ held: CrossHeld[]; mix: Mix }> {
  const all = [...posts, ...neutral];
  const found = new Array<Unmixed>(all.length);
  for (let fold = 0; fold < folds; fold++) {
    const rest = all.filter(post => foldOf(post, options.seed, folds) !== fold);
    const own = { ...options, dictionaries, onStep: part(onStep, fold, folds) };
    const { model } = await fitModel(rest, own);
    const baseline = trainBaseline(rest, seeded(options.seed));
    const logits = new Logits(model);
    all.forEach((post, i) => {
      if (foldOf(post, options.seed, folds) === fold) found[i] = heldBy(logits, baseline, post);
    });
  }
  const mix = mixFrom(found.slice(0, posts.length));
  return { held: found.map(({ halves, ...rest }) => ({ ...rest, values: mixedLogits(halves, mix) })), mix };
}

type Unmixed = Omit<CrossHeld, 'values'> & { halves: Halves | undefined };

function heldBy(logits: Logits, baseline: Baseline, post: LabelledPost): Unmixed {
  const halves = logits.halves(post.text);
  return { post, halves, language: languageOf(post.lang, logits.features), baseline: baseline.score(post.text) };
}

/** On the posts themselves: the plain sentences are for training, and would take up the false positives that talk is allowed. */
function meaningOf(native: readonly CrossHeld[], learnt: ReadonlySet<Label>): Meaning {
  const calibration = calibrationFrom(native);
  const scored = native.map(({ post, values, language }) => ({
    post,
    values: scoresOf(values, calibration, language),
  }));
  return { calibration, thresholds: thresholdsFrom(scored, learnt) };
}

function learntBy(posts: readonly LabelledPost[]): Set<Label> {
  return new Set(labels.filter(label => posts.some(post => target(label, post) === 1)));
}

function trainingFigures(
  { steps, backend, loss, rowsSeen }: Fit,
  of: {
    seed: number;
    folds: number;
    epochs: number;
    all: readonly LabelledPost[];
    held: readonly CrossHeld[];
    started: bigint;
  },
) {
  const negatives: Record<string, Record<string, number>> = {};
  for (const { post } of of.held) {
    if (post.label !== 'none') continue;
    negatives[post.lang] ??= {};
    const sources = negatives[post.lang]!;
    sources[post.src] = (sources[post.src] ?? 0) + 1;
  }
  return {
    seed: of.seed,
    folds: of.folds,
    steps,
    epochs: of.epochs,
    backend,
    seconds: Math.round(Number(process.hrtime.bigint() - of.started) / 1e9),
    posts: counts(of.all),
    rowsSeen,
    lastLoss: loss,
    negatives,
  };
}

/** Progress of one part of the work as progress of all of it. */
function part(onStep: Progress | undefined, at: number, parts: number): Progress {
  return (done, all, loss) => onStep?.(at * all + done, parts * all, loss);
}

function counts(posts: readonly LabelledPost[]): Record<string, number> {
  const bySource: Record<string, number> = {};
  for (const post of posts) bySource[`${post.src}/${post.lang}`] = (bySource[`${post.src}/${post.lang}`] ?? 0) + 1;
  return bySource;
}
