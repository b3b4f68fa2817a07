import { Features } from './features.js';
import { type Label, labels } from './labels.js';
import { type Language, languageOf } from './language.js';
import type { Thresholds, Weights } from './weights.js';

/** The model in plain JavaScript: what evaluation and thresholds are measured with, and what the wasm one has to agree with. */
export class ReferenceModel {
  readonly features = new Features();
  readonly #mean: Float64Array;

  constructor(readonly weights: Pick<Weights, 'width' | 'hidden' | 'table' | 'scale' | 'head'>) {
    this.#mean = new Float64Array(weights.width);
  }

  /** Scores in the order of `labels`, each from 0 to 1; all 0 for a text without words. */
  score(text: string): Float32Array {
    const { width, hidden, table, scale, head } = this.weights;
    const count = this.features.read(text);
    if (count === 0) return new Float32Array(labels.length);
    const mean = this.#mean.fill(0);
    for (let k = 0; k < count; k++) {
      const row = this.features.ids[k]! * width;
      for (let d = 0; d < width; d++) mean[d]! += table[row + d]!;
    }
    for (let d = 0; d < width; d++) mean[d]! *= scale[d]! / count;
    const logits = Float64Array.from(head.bias);
    for (let d = 0; d < width; d++)
      for (let l = 0; l < labels.length; l++) logits[l]! += mean[d]! * head.skip[d * labels.length + l]!;
    for (let h = 0; h < hidden; h++) {
      let sum = head.innerBias[h]!;
      for (let d = 0; d < width; d++) sum += mean[d]! * head.inner[d * hidden + h]!;
      if (sum > 0) for (let l = 0; l < labels.length; l++) logits[l]! += sum * head.outer[h * labels.length + l]!;
    }
    return Float32Array.from(logits, logit => 1 / (1 + Math.exp(-logit)));
  }

  /** The language whose thresholds apply to the post scored last. */
  language(tag?: string): Language {
    return languageOf(tag, this.features);
  }
}

/** The labels whose score reaches its threshold in `language`. */
export function overThreshold(scores: ArrayLike<number>, thresholds: Thresholds, language: Language): Label[] {
  return labels.filter((label, i) => scores[i]! > 0 && scores[i]! >= thresholds[label][language]);
}

/**
 * The words that raised the `ve` score most, as they stand in the post, each at least a third of the first: by the gradient of the
 * logit at the post's mean. Call it for the post that `features` read last.
 */
export function highlights(weights: ReferenceModel['weights'], features: Features, most = 5): string[] {
  const { width, hidden, table, scale, head } = weights;
  const ve = labels.indexOf('ve');
  const mean = new Float64Array(width);
  for (let k = 0; k < features.count; k++)
    for (let d = 0; d < width; d++) mean[d]! += table[features.ids[k]! * width + d]!;
  for (let d = 0; d < width; d++) mean[d]! *= scale[d]! / Math.max(features.count, 1);
  const slope = Float64Array.from({ length: width }, (_, d) => head.skip[d * labels.length + ve]!);
  for (let h = 0; h < hidden; h++) {
    let sum = head.innerBias[h]!;
    for (let d = 0; d < width; d++) sum += mean[d]! * head.inner[d * hidden + h]!;
    if (sum > 0)
      for (let d = 0; d < width; d++) slope[d]! += head.inner[d * hidden + h]! * head.outer[h * labels.length + ve]!;
  }
  const byToken = new Float64Array(features.tokens);
  for (let k = 0; k < features.count; k++) {
    const row = features.ids[k]! * width;
    for (let d = 0; d < width; d++) byToken[features.tokenOf[k]!]! += table[row + d]! * scale[d]! * slope[d]!;
  }
  const least = Math.max(...byToken) / 3;
  const best = [...byToken.keys()]
    .filter(t => byToken[t]! > 0 && byToken[t]! >= least)
    .sort((a, b) => byToken[b]! - byToken[a]!);
  return [...new Set(best.map(t => features.token(t)))].slice(0, most);
}
