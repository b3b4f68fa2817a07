import { type RecallAt, recallAt, type Scored, shareOf } from './bootstrap.js';
import { isNegative, type Thresholds } from './calibrate.js';
import { groupOf, type LabelledPost } from './data.js';
import { contextOfSource, type Label, labels, target } from './labels.js';
import { languages } from './language.js';
import { auc, type Bin, reliability } from './measure.js';

/** A post with what the model and the baseline say of it, in the order of `labels`; scores of the model are calibrated. */
export interface Row {
  post: LabelledPost;
  scores: ArrayLike<number>;
  baseline?: ArrayLike<number> | undefined;
}

/** With fewer, a slice's figures are left out: they would say nothing. */
const leastPositives = 20;
const leastForCalibration = 50;
const leastForOneInThousand = 3000;

/** How well a label is told in a slice: a language, or one source of it. Shares are from 0 to 1. */
export interface SliceFigures {
  language: string;
  /** Left out for a whole language. */
  source?: string;
  label: Label;
  positives: number;
  negatives: number;
  auc: number;
  baselineAuc?: number;
  /** At 1 % of false positives; where the slice has 3,000 negatives, also at 0.1 %. */
  atPercent: RecallAt;
  atPerMille?: RecallAt;
}

/** What follows from the thresholds that are shipped. */
export interface LabelFigures {
  language: string;
  label: Label;
  positives: number;
  negatives: number;
  threshold: number;
  precision: number | null;
  recall: number | null;
  falsePositives: number;
  /** Absent with fewer than 50 positives: not evaluated. */
  calibration?: { error: number; bins: Bin[] };
}

export interface SourceFigures {
  language: string;
  source: string;
  kind: string;
  posts: number;
  flagged: Partial<Record<Label, ReturnType<typeof shareOf>>>;
  baseline?: Partial<Record<Label, number>>;
}

export interface Figures {
  slices: SliceFigures[];
  labels: LabelFigures[];
  /** `ve` against all that is not: `hate` counts as a negative too. The order a review queue would have. */
  ranking: { language: string; positives: number; others: number; auc: number; baselineAuc?: number }[];
  sources: SourceFigures[];
}

/** Counts. Thresholds are those of the language that a post is labelled with. */
export function figuresOf(rows: readonly Row[], thresholds: Thresholds, baseline?: Thresholds): Figures {
  const spoken = [...new Set(rows.map(({ post }) => post.lang))].sort();
  return {
    slices: spoken.flatMap(language =>
      slicesOf(
        language,
        rows.filter(({ post }) => post.lang === language),
      ),
    ),
    labels: spoken.flatMap(language =>
      labelsOf(
        language,
        rows.filter(({ post }) => post.lang === language),
        thresholds,
      ),
    ),
    ranking: spoken.flatMap(language =>
      rankingOf(
        language,
        rows.filter(({ post }) => post.lang === language),
      ),
    ),
    sources: sourcesOf(rows, thresholds, baseline),
  };
}

function slicesOf(language: string, here: readonly Row[]): SliceFigures[] {
  const sources = [...new Set(here.map(({ post }) => post.src))].sort();
  return labels.flatMap((label, l) => {
    const all = slice({ language, label }, l, here, here);
    const ofSources = sources.flatMap(source => {
      const own = here.filter(({ post }) => post.src === source);
      // A source without posts labelled `none` is measured against all of the language.
      const rest = own.filter(({ post }) => isNegative(label, post)).length >= 2 * leastPositives ? own : here;
      return slice({ language, source, label }, l, own, rest);
    });
    return all.length > 0 && ofSources.length > 1 ? [...all, ...ofSources] : all;
  });
}

function slice(
  of: Pick<SliceFigures, 'language' | 'source' | 'label'>,
  at: number,
  own: readonly Row[],
  rest: readonly Row[],
): SliceFigures[] {
  const scored = ({ post, scores, baseline }: Row): Scored => ({
    score: scores[at]!,
    beside: baseline?.[at],
    group: groupOf(post),
  });
  const positives = own.filter(({ post }) => target(of.label, post) === 1).map(scored);
  const negatives = rest.filter(({ post }) => isNegative(of.label, post)).map(scored);
  if (positives.length < leastPositives || negatives.length < leastPositives) return [];
  const area = (by: (s: Scored) => number) => auc(positives.map(by), negatives.map(by));
  const figures: SliceFigures = {
    ...of,
    positives: positives.length,
    negatives: negatives.length,
    auc: area(s => s.score),
    atPercent: recallAt(0.01, positives, negatives),
  };
  if (positives[0]!.beside !== undefined) figures.baselineAuc = area(s => s.beside!);
  if (negatives.length >= leastForOneInThousand) figures.atPerMille = recallAt(0.001, positives, negatives);
  return [figures];
}

function labelsOf(language: string, here: readonly Row[], thresholds: Thresholds): LabelFigures[] {
  const known = languages.find(one => one === language) ?? 'other';
  return labels.flatMap((label, l) => {
    const threshold = thresholds[label][known];
    const over = ({ scores }: Row) => scores[l]! > 0 && scores[l]! >= threshold;
    const positives = here.filter(({ post }) => target(label, post) === 1);
    const negatives = here.filter(({ post }) => isNegative(label, post));
    if (positives.length === 0) return [];
    const hits = positives.filter(over).length;
    const falsePositives = negatives.filter(over).length;
    const figures: LabelFigures = {
      language,
      label,
      positives: positives.length,
      negatives: negatives.length,
      threshold,
      precision: hits + falsePositives === 0 ? null : hits / (hits + falsePositives),
      recall: hits / positives.length,
      falsePositives,
    };
    const told = here.flatMap(({ post, scores }) => {
      const right = target(label, post);
      return right === undefined ? [] : [{ score: scores[l]!, right }];
    });
    const calibration = positives.length >= leastForCalibration ? reliability(told) : undefined;
    return [calibration ? { ...figures, calibration } : figures];
  });
}

function rankingOf(language: string, here: readonly Row[]): Figures['ranking'] {
  const at = labels.indexOf('ve');
  const of = (right: 0 | 1) => here.filter(({ post }) => target('ve', post) === right);
  const [positives, others] = [of(1), of(0)];
  if (positives.length === 0 || others.length === 0) return [];
  const area = (by: (row: Row) => number) => auc(positives.map(by), others.map(by));
  const figures = { language, positives: positives.length, others: others.length, auc: area(row => row.scores[at]!) };
  const both = here.every(({ baseline }) => baseline);
  return [both ? { ...figures, baselineAuc: area(row => row.baseline![at]!) } : figures];
}

const kinds = { news: 'news and wiki', religious: 'scripture', other: 'ordinary talk' } as const;

function sourcesOf(rows: readonly Row[], thresholds: Thresholds, baseline?: Thresholds): SourceFigures[] {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.post.label !== 'none') continue;
    const key = `${row.post.lang}/${row.post.src}`;
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return [...found.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => {
      const { lang, src } = own[0]!.post;
      const known = languages.find(one => one === lang) ?? 'other';
      const figures: SourceFigures = {
        language: lang,
        source: src,
        kind: kinds[contextOfSource[src] ?? 'other'],
        posts: own.length,
        flagged: {},
      };
      const besides: Partial<Record<Label, number>> = {};
      labels.forEach((label, l) => {
        if (label.startsWith('context-')) return;
        const threshold = thresholds[label][known];
        figures.flagged[label] = shareOf(
          own.map(({ post, scores }) => ({ flagged: scores[l]! > 0 && scores[l]! >= threshold, group: groupOf(post) })),
        );
        if (baseline)
          besides[label] = own.filter(row => row.baseline![l]! >= baseline[label][known]).length / own.length;
      });
      return baseline ? { ...figures, baseline: besides } : figures;
    });
}
