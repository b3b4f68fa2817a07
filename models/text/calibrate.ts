import type { LabelledPost } from './data.js';
import { type Label, labels } from './labels.js';
import { type Language, languages } from './language.js';
import { thresholdAt } from './measure.js';
import { ReferenceModel } from './reference.js';
import type { Thresholds, Weights } from './weights.js';

/** Native negatives may reach a threshold this often. */
const falsePositives = 0.01;

/**
 * Thresholds by language, from posts labelled `none` that were not trained on, and how many of each source there were.
 * A label without a positive was not `learnt`, and is never told.
 */
export function calibrate(
  weights: Pick<Weights, 'width' | 'hidden' | 'table' | 'scale' | 'head'>,
  heldOut: readonly LabelledPost[],
  learnt: ReadonlySet<Label>,
): { thresholds: Thresholds; negatives: Record<string, Record<string, number>> } {
  const model = new ReferenceModel(weights);
  const negatives: Record<string, Record<string, number>> = {};
  const scores = new Map<string, Map<string, Float32Array[]>>(languages.map(language => [language, new Map()]));
  for (const post of heldOut) {
    const sources = scores.get(post.lang);
    if (post.label !== 'none' || !sources) continue;
    const found = sources.get(post.src) ?? [];
    found.push(model.score(post.text));
    sources.set(post.src, found);
    negatives[post.lang] ??= {};
    negatives[post.lang]![post.src] = found.length;
  }
  const of = (label: Label): Record<Language, number> => {
    const at = labels.indexOf(label);
    const threshold = (language: string) => {
      if (!learnt.has(label)) return 1;
      return thresholdAt(
        falsePositives,
        new Map([...scores.get(language)!].map(([source, rows]) => [source, rows.map(row => row[at]!)])),
      );
    };
    const native = { en: threshold('en'), fr: threshold('fr'), de: threshold('de'), ar: threshold('ar') };
    return { ...native, other: Math.max(...Object.values(native)) };
  };
  return { thresholds: Object.fromEntries(labels.map(label => [label, of(label)])) as Thresholds, negatives };
}
