import type { LabelledPost } from './data.js';
import { isContext, type Label, labels, target } from './labels.js';
import { type Language, languages } from './language.js';
import { thresholdAt } from './measure.js';

/** What a model that never saw a post says of it: logits, or scores, in the order of `labels`. */
export interface Held {
  post: LabelledPost;
  values: ArrayLike<number>;
}

/** A score is the sigmoid of slope · logit + shift. */
export type Calibration = Record<Label, Record<Language, Platt>>;
export interface Platt {
  slope: number;
  shift: number;
}

/** Scores from which a label is told, by language. */
export type Thresholds = Record<Label, Record<Language, number>>;

/** Positives and negatives of a language from which its own calibration is made; with fewer, that of all languages together holds. */
const enough = 30;
/** Native negatives may reach a threshold this often. */
const falsePositives = 0.01;

/** A calibrated score, rounded as it is told: thresholds are compared with what is seen. */
export function calibrated(logit: number, { slope, shift }: Platt): number {
  return Math.round(10_000 / (1 + Math.exp(-(slope * logit + shift)))) / 10_000;
}

/** Calibration by label and language on posts that were not trained on. */
export function calibrationFrom(held: readonly Held[]): Calibration {
  return byLabel((label, l) => {
    const known = held.filter(({ post }) => target(label, post) !== undefined);
    const pairs = (rows: readonly Held[]): Pair[] =>
      rows.map(({ post, values }) => ({ logit: values[l]!, right: target(label, post)! }));
    const other = platt(pairs(known));
    return byLanguage(language => {
      const own = balanced(
        label,
        known.filter(({ post }) => post.lang === language),
        pairs,
      );
      const positives = own.filter(({ right }) => right === 1).length;
      return Math.min(positives, own.length - positives) >= enough ? platt(own) : other;
    }, other);
  });
}

/**
 * For harms, scripture and news count together at most as much as the rest: where they are most of what there is in a language, as in no platform's
 * posts, talk would be held for as harmless as they are.
 */
function balanced(label: Label, rows: readonly Held[], pairs: (rows: readonly Held[]) => Pair[]): Pair[] {
  const own = pairs(rows);
  if (isContext(label)) return own;
  const edited = rows.map(({ post }) => post.context === 'news' || post.context === 'religious');
  const many = edited.filter(Boolean).length;
  const weight = Math.min(1, (rows.length - many) / many);
  return own.map((pair, i) => (edited[i] ? { ...pair, weight } : pair));
}

interface Pair {
  logit: number;
  right: 0 | 1;
  weight?: number;
}

/** Platt's scaling: the logistic regression of what is right by the logit, with his two pseudo-counts, by Newton's method. */
export function platt(pairs: readonly Pair[]): Platt {
  const positives = pairs.reduce((sum, { right, weight = 1 }) => sum + right * weight, 0);
  const negatives = pairs.reduce((sum, { weight = 1 }) => sum + weight, 0) - positives;
  const goal = [1 / (negatives + 2), (positives + 1) / (positives + 2)] as const;
  let slope = 1;
  let shift = 0;
  for (let round = 0; round < 50; round++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-6, 0, 1e-6];
    for (const { logit, right, weight = 1 } of pairs) {
      const p = 1 / (1 + Math.exp(-(slope * logit + shift)));
      const error = weight * (p - goal[right]);
      const curve = weight * Math.max(p * (1 - p), 1e-9);
      g0 += error * logit;
      g1 += error;
      h00 += curve * logit * logit;
      h01 += curve * logit;
      h11 += curve;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-12)) break;
    // Bounded steps: far from the optimum the curve says little.
    const bound = (step: number) => Math.max(-2, Math.min(2, step));
    const [bySlope, byShift] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    slope = Math.max(0.05, slope - bound(bySlope));
    shift -= bound(byShift);
    if (Math.abs(bySlope) + Math.abs(byShift) < 1e-7) break;
  }
  return { slope: round(slope), shift: round(shift) };
}

/**
 * Thresholds by language, balanced by source: for harms from posts labelled `none`, for contexts from posts of other contexts. A label
 * without a positive was not `learnt`, and is never told.
 */
export function thresholdsFrom(scored: readonly Held[], learnt: ReadonlySet<Label>): Thresholds {
  return byLabel((label, l) => {
    const threshold = (language: string) => {
      const sources = new Map<string, number[]>();
      for (const { post, values } of scored) {
        if (post.lang !== language || !isNegative(label, post)) continue;
        const scores = sources.get(post.src) ?? [];
        scores.push(values[l]!);
        sources.set(post.src, scores);
      }
      return learnt.has(label) ? thresholdAt(falsePositives, sources) : 1;
    };
    const native = languages.map(threshold);
    return byLanguage(language => native[languages.indexOf(language)]!, Math.max(...native));
  });
}

/** A post that should not be told of: for harms, one labelled `none`. */
export function isNegative(label: Label, post: LabelledPost): boolean {
  return isContext(label) ? target(label, post) === 0 : post.label === 'none';
}

function byLabel<T>(make: (label: Label, at: number) => T): Record<Label, T> {
  return Object.fromEntries(labels.map((label, l) => [label, make(label, l)])) as Record<Label, T>;
}

function byLanguage<T>(make: (language: (typeof languages)[number]) => T, other: T): Record<Language, T> {
  return { ...Object.fromEntries(languages.map(language => [language, make(language)])), other } as Record<Language, T>;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
