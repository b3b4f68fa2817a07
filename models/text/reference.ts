import { type Calibration, calibrated, type Thresholds } from './calibrate.js';
import { Features } from './features.js';
import type { Model } from './fit.js';
import { type Label, labels } from './labels.js';
import { type Language, languageOf } from './language.js';

/** What gives logits their meaning. */
export interface Meaning {
  calibration: Calibration;
  thresholds: Thresholds;
}

/** Logits in the order of `labels`. */
export interface Halves {
  deep: Float64Array;
  wide: Float64Array;
}

/** The logits of a model in plain JavaScript: what training measures with, and what the wasm one has to agree with. */
export class Logits {
  readonly features = new Features();
  readonly #mean: Float64Array;

  constructor(readonly model: Model) {
    this.#mean = new Float64Array(model.scale.length);
  }

  /** In the order of `labels`; undefined for a text without words. */
  of(text: string): Float64Array | undefined {
    const halves = this.halves(text);
    return halves?.deep.map((deep, l) => deep + halves.wide[l]!);
  }

  /** The logits of the vectors' half and of the linear one, apart. */
  halves(text: string): Halves | undefined {
    const { width, hidden, head, wideBias } = this.model;
    if (this.features.read(text) === 0) return undefined;
    const mean = meanOf(this.model, this.features, this.#mean);
    const root = rootOf(this.model, this.features.count, mean);
    const wide = Float64Array.from(wideBias, (bias, l) => bias + mean[width + l]! * root);
    const deep = Float64Array.from(head.bias);
    for (let d = 0; d < width; d++)
      for (let l = 0; l < labels.length; l++) deep[l]! += mean[d]! * head.skip[d * labels.length + l]!;
    for (let h = 0; h < hidden; h++) {
      const sum = hiddenUnit(this.model, mean, h);
      if (sum > 0) for (let l = 0; l < labels.length; l++) deep[l]! += sum * head.outer[h * labels.length + l]!;
    }
    return { deep, wide };
  }
}

/** The model as it is used, in plain JavaScript. */
export class ReferenceModel {
  readonly #logits: Logits;
  #language: Language = 'other';

  constructor(readonly weights: Model & Meaning) {
    this.#logits = new Logits(weights);
  }

  get features(): Features {
    return this.#logits.features;
  }

  /** Calibrated scores in the order of `labels`, each from 0 to 1; all 0 for a text without words. */
  score(text: string, tag?: string): number[] {
    const logits = this.#logits.of(text);
    this.#language = languageOf(tag, this.features);
    return logits ? scoresOf(logits, this.weights.calibration, this.#language) : labels.map(() => 0);
  }

  /** The labels whose score reaches its threshold in the language of the post scored last. */
  overThreshold(scores: readonly number[]): Label[] {
    return overThreshold(scores, this.weights.thresholds, this.#language);
  }
}

/** Calibrated scores from logits, in the order of `labels`. */
export function scoresOf(logits: ArrayLike<number>, calibration: Calibration, language: Language): number[] {
  return labels.map((label, l) => calibrated(logits[l]!, calibration[label][language]));
}

/** The labels whose score reaches its threshold in `language`. */
export function overThreshold(scores: ArrayLike<number>, thresholds: Thresholds, language: Language): Label[] {
  return labels.filter((label, l) => scores[l]! > 0 && scores[l]! >= thresholds[label][language]);
}

/** Start and end in UTF-16 units of the text that was given. */
export type Span = [start: number, end: number];

/**
 * The words that raised the score of each of `wanted` most, where they stand in the post and in the order they stand in, each at least a third of
 * the first: by the gradient of the logit at the post's mean. Call it for the post that `features` read last.
 */
export function reasons(model: Model, features: Features, wanted: readonly Label[], most = 5): Map<Label, Span[]> {
  const { width, hidden, table, scale, head } = model;
  const stride = scale.length;
  const mean = meanOf(model, features, new Float64Array(stride));
  const root = rootOf(model, features.count, mean);
  const active = Array.from({ length: hidden }, (_, h) => h).filter(h => hiddenUnit(model, mean, h) > 0);
  const found = new Map<Label, number[]>();
  for (const label of wanted) {
    const l = labels.indexOf(label);
    const slope = Float64Array.from({ length: width }, (_, d) => head.skip[d * labels.length + l]!);
    for (const h of active) {
      const out = head.outer[h * labels.length + l]!;
      for (let d = 0; d < width; d++) slope[d]! += head.inner[d * hidden + h]! * out;
    }
    for (let d = 0; d < width; d++) slope[d]! *= scale[d]!;
    const byToken = new Float64Array(features.tokens);
    for (let k = 0; k < features.count; k++) {
      const row = features.ids[k]! * stride;
      let sum = table[row + width + l]! * scale[width + l]! * root;
      for (let d = 0; d < width; d++) sum += table[row + d]! * slope[d]!;
      byToken[features.tokenOf[k]!]! += sum;
    }
    const least = Math.max(...byToken) / 3;
    const best = [...byToken.keys()].filter(t => byToken[t]! > 0 && byToken[t]! >= least);
    best.sort((a, b) => byToken[b]! - byToken[a]! || a - b);
    found.set(label, best.slice(0, most));
  }
  const tokens = [...new Set([...found.values()].flat())];
  const spans = features.spans(tokens);
  return new Map(
    [...found].map(([label, own]) => [
      label,
      own
        .flatMap(token => {
          const span = spans[tokens.indexOf(token)];
          return span ? [span] : [];
        })
        .sort((a, b) => a[0] - b[0]),
    ]),
  );
}

/** What the means of the weights are multiplied by, to be their sum over the length of the post's TF-IDF. */
function rootOf({ width }: Model, count: number, mean: Float64Array): number {
  return Math.sqrt(count / mean[width + labels.length]!);
}

function meanOf({ table, scale }: Model, features: Features, mean: Float64Array): Float64Array {
  const stride = scale.length;
  mean.fill(0);
  for (let k = 0; k < features.count; k++) {
    const row = features.ids[k]! * stride;
    for (let d = 0; d < stride; d++) mean[d]! += table[row + d]!;
  }
  for (let d = 0; d < stride; d++) mean[d]! *= scale[d]! / Math.max(features.count, 1);
  return mean;
}

function hiddenUnit({ width, hidden, head }: Model, mean: Float64Array, h: number): number {
  let sum = head.innerBias[h]!;
  for (let d = 0; d < width; d++) sum += mean[d]! * head.inner[d * hidden + h]!;
  return sum;
}
