import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { calibrationFrom, type Held, isNegative, thresholdsFrom } from './calibrate.js';
import { foldOf, type LabelledPost, readPosts } from './data.js';
import { figuresOf, type Row } from './figures.js';
import { fitModel, type Recipe } from './fit.js';
import { contexts, type Label, labels, postLabels, target } from './labels.js';
import { type Language, languageOf, languages } from './language.js';
import { Logits, type Meaning, scoresOf } from './reference.js';
import { changesTable } from './tables.js';
import type { Progress, Trained } from './train.js';
import { readWeights, shippedWeights, type Weights, writeWeights } from './weights.js';

/** A decision as scored by a model that did not see it. */
type Spoken = Held & { language: Language };

export interface RetrainOptions {
  /** Decisions of the operator's own people: labelled posts, one JSON object a line, also gzip. */
  decisions: string;
  /** A new folder, for the candidate. */
  out: string;
  /** The folder of the weights to go on from; by default the shipped ones. */
  from?: string | undefined;
  seed?: number;
  epochs?: number;
  onStep?: Progress;
}

/**
 * Small steps from what is known: the data that the weights were made from is not at hand, and must not be forgotten. Words
 * that the decisions do not hold keep their vectors as they are.
 */
const gently: Partial<Recipe> = {
  epochs: 4,
  batchSize: 256,
  peakRate: 4e-4,
  endRate: 0.1,
  switchedShare: 0,
  rounds: 2,
};
const folds = 4;
const leastPosts = 100;
const mostPosts = 500_000;
/** Negatives of a language from which a threshold is set anew. */
const leastForThreshold = 500;

/**
 * Goes on training from weights with the operator's own decisions, and writes a candidate: weights, and a card that compares them with those they came from on
 * decisions that were not trained on. It changes nothing that runs.
 * @throws on a line that is no decision, on too few of them, or on a folder that the running weights are in
 */
export async function retrain(options: RetrainOptions): Promise<Trained & { card: string }> {
  const { decisions, out, from = shippedWeights(), seed = 1, onStep } = options;
  if ([from, shippedWeights()].some(folder => path.resolve(folder) === path.resolve(out)))
    throw new Error(`${out} holds weights that are in use: a candidate goes into a folder of its own`);
  const started = process.hrtime.bigint();
  const posts = await readDecisions(decisions);
  const before = readWeights(from);
  const chosen = { ...gently, width: before.width, hidden: before.hidden, epochs: options.epochs ?? gently.epochs! };
  const fitOn = (some: readonly LabelledPost[], part: number) =>
    fitModel(some, {
      dictionaries: new Map(),
      seed,
      recipe: chosen,
      from: before,
      onStep: (done, all, loss) => onStep?.(part * all + done, (folds + 1) * all, loss),
    });
  const held: Spoken[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const { model } = await fitOn(
      posts.filter(post => foldOf(post, seed, folds) !== fold),
      fold,
    );
    const logits = new Logits(model);
    for (const post of posts) {
      if (foldOf(post, seed, folds) !== fold) continue;
      const values = logits.of(post.text) ?? new Float64Array(labels.length).fill(-20);
      held.push({ post, values, language: languageOf(post.lang, logits.features) });
    }
  }
  const last = await fitOn(posts, folds);
  const meaning = adjusted(before, held);
  const figures = {
    ...before.figures,
    from: before.version,
    seed,
    folds,
    epochs: chosen.epochs,
    steps: last.steps,
    backend: last.backend,
    seconds: Math.round(Number(process.hrtime.bigint() - started) / 1e9),
    posts: { decisions: posts.length },
    lastLoss: last.loss,
  };
  const weights: Omit<Weights, 'version'> = { ...last.model, ...meaning, figures };
  const version = await writeWeights(out, weights);
  const card = compare(version, before, held, meaning);
  await writeFile(path.join(out, 'card.md'), card);
  return { version, weights, card };
}

/** @throws an error that names the line of a label or context that the model does not know, or says what is missing */
async function readDecisions(file: string): Promise<LabelledPost[]> {
  const posts = await readPosts(file, mostPosts);
  const unknown = posts.findIndex(({ label }) => !postLabels.has(label));
  if (unknown >= 0)
    throw new Error(
      `${file}, post ${unknown + 1}: label ${posts[unknown]!.label}, not one of ${[...postLabels].join(', ')}`,
    );
  const negatives = posts.filter(({ label }) => label === 'none').length;
  if (posts.length < leastPosts || negatives === 0 || negatives === posts.length)
    throw new Error(
      `${file} holds ${posts.length} decisions, ${negatives} of them "none": it takes ${leastPosts} or more, of both kinds (contexts: ${contexts.join(', ')})`,
    );
  return posts;
}

/** Calibration and thresholds anew where the decisions are enough to say; as they were where they are not. */
function adjusted(before: Weights, held: readonly Spoken[]): Meaning {
  const fresh = calibrationFrom(held);
  const calibration = structuredClone(before.calibration);
  const enough = (label: Label, language: string) => {
    const own = held.filter(({ post }) => post.lang === language).map(({ post }) => target(label, post));
    return own.filter(right => right === 1).length >= 50 && own.filter(right => right === 0).length >= 50;
  };
  for (const label of labels)
    for (const language of languages)
      if (enough(label, language)) calibration[label][language] = fresh[label][language];
  const scored = held.map(({ post, values, language }) => ({ post, values: scoresOf(values, calibration, language) }));
  const anew = thresholdsFrom(scored, new Set(labels));
  const thresholds = structuredClone(before.thresholds);
  for (const label of labels)
    for (const language of languages) {
      const negatives = held.filter(({ post }) => post.lang === language && isNegative(label, post)).length;
      if (negatives >= leastForThreshold) thresholds[label][language] = anew[label][language];
    }
  for (const label of labels)
    thresholds[label].other = Math.max(...languages.map(language => thresholds[label][language]));
  return { calibration, thresholds };
}

/** The candidate's card: on decisions that the scoring model did not see, beside the weights it came from. */
function compare(version: string, before: Weights, held: readonly Spoken[], meaning: Meaning): string {
  const old = new Logits(before);
  const rows = held.map(({ post, values, language }): Row => {
    const was = old.of(post.text);
    return {
      post,
      scores: scoresOf(values, meaning.calibration, language),
      baseline: was ? scoresOf(was, before.calibration, language) : labels.map(() => 0),
    };
  });
  return changesTable(version, before.version, figuresOf(rows, meaning.thresholds, before.thresholds));
}
