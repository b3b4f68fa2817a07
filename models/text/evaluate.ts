import { type LabelledPost, readPosts } from './data.js';
import { type Label, labels, target } from './labels.js';
import { languages } from './language.js';
import { auc } from './measure.js';
import { overThreshold, ReferenceModel } from './reference.js';
import { readWeights } from './weights.js';

export interface EvaluateOptions {
  /** Labelled posts, one JSON object a line (`id`, `text`, `lang`, `label`, `src`), also gzip. */
  file: string;
  /** The folder of the weights; by default the shipped ones. */
  weights?: string;
  onPost?: (done: number, all: number) => void;
}

/** How well a label is told in a language. Negatives are the posts labelled `none`; shares are from 0 to 1, null where nothing can be counted. */
export interface LabelFigures {
  language: string;
  label: Label;
  positives: number;
  negatives: number;
  auc: number | null;
  threshold: number;
  precision: number | null;
  recall: number | null;
  falsePositives: number;
}

/** How many posts labelled `none` of a source reach the threshold of a label. */
export interface SourceFigures {
  language: string;
  source: string;
  posts: number;
  flagged: Partial<Record<Label, number>>;
}

export interface Evaluation {
  version: string;
  posts: number;
  labels: LabelFigures[];
  /** `ve` against all that is not: `hate` counts as a negative too. The order a review queue would have. */
  ranking: { language: string; positives: number; others: number; auc: number | null }[];
  sources: SourceFigures[];
}

/** Scores labelled posts and counts. Thresholds are those of the language that a post is labelled with. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const posts = await readPosts(options.file);
  const weights = readWeights(options.weights);
  const model = new ReferenceModel(weights);
  const scored = posts.map((post, i) => {
    const scores = model.score(post.text);
    options.onPost?.(i + 1, posts.length);
    const language = model.language(post.lang);
    return { post, scores, over: overThreshold(scores, weights.thresholds, language) };
  });
  const spoken = [...new Set(posts.map(post => post.lang))].sort();
  return {
    version: weights.version,
    posts: posts.length,
    labels: spoken.flatMap(language => {
      const here = scored.filter(({ post }) => post.lang === language);
      const known = languages.find(one => one === language) ?? 'other';
      return labels
        .map((label, l) => figuresOf(language, label, l, weights.thresholds[label][known], here))
        .filter(figures => figures.positives > 0);
    }),
    ranking: spoken.flatMap(language => {
      const here = scored.filter(({ post }) => post.lang === language && target('ve', post.label) !== undefined);
      const at = labels.indexOf('ve');
      const score = (right: 0 | 1) =>
        here.filter(({ post }) => target('ve', post.label) === right).map(s => s.scores[at]!);
      const [positives, others] = [score(1), score(0)];
      if (positives.length === 0) return [];
      return [{ language, positives: positives.length, others: others.length, auc: round(auc(positives, others)) }];
    }),
    sources: sourcesOf(scored),
  };
}

interface Scored {
  post: LabelledPost;
  scores: Float32Array;
  over: Label[];
}

function figuresOf(
  language: string,
  label: Label,
  at: number,
  threshold: number,
  scored: readonly Scored[],
): LabelFigures {
  const positives = scored.filter(({ post }) => target(label, post.label) === 1);
  const negatives = scored.filter(({ post }) => post.label === 'none');
  const hits = positives.filter(({ over }) => over.includes(label)).length;
  const falsePositives = negatives.filter(({ over }) => over.includes(label)).length;
  return {
    language,
    label,
    positives: positives.length,
    negatives: negatives.length,
    auc: round(
      auc(
        positives.map(s => s.scores[at]!),
        negatives.map(s => s.scores[at]!),
      ),
    ),
    threshold: round(threshold) ?? 1,
    precision: round(hits / (hits + falsePositives)),
    recall: round(hits / positives.length),
    falsePositives,
  };
}

function sourcesOf(scored: readonly Scored[]): SourceFigures[] {
  const found = new Map<string, SourceFigures>();
  for (const { post, over } of scored) {
    if (post.label !== 'none') continue;
    const key = `${post.lang}/${post.src}`;
    const figures = found.get(key) ?? { language: post.lang, source: post.src, posts: 0, flagged: {} };
    figures.posts++;
    for (const label of over) figures.flagged[label] = (figures.flagged[label] ?? 0) + 1;
    found.set(key, figures);
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, figures]) => figures);
}

function round(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null;
}

/** The card's tables, as Markdown. */
export function evaluationTable(evaluation: Evaluation): string {
  const share = (value: number | null) => (value === null ? '-' : value.toFixed(3));
  const percent = (part: number, all: number) => `${((100 * part) / all).toFixed(1)} %`;
  return [
    `Model ${evaluation.version}, ${evaluation.posts} posts. Negatives are posts labelled \`none\` of the same language.`,
    '',
    ...table(
      ['language', 'label', 'positives', 'negatives', 'AUC', 'threshold', 'precision', 'recall', 'false positives'],
      evaluation.labels.map(f => [
        f.language,
        f.label,
        `${f.positives}`,
        `${f.negatives}`,
        share(f.auc),
        share(f.threshold),
        share(f.precision),
        share(f.recall),
        percent(f.falsePositives, f.negatives),
      ]),
    ),
    '',
    'The order of a review queue: `ve` against everything else, hate included.',
    '',
    ...table(
      ['language', 'positives', 'others', 'AUC'],
      evaluation.ranking.map(r => [r.language, `${r.positives}`, `${r.others}`, share(r.auc)]),
    ),
    '',
    'Posts labelled `none` over a threshold, by source.',
    '',
    ...table(
      ['language', 'source', 'posts', ...labels],
      evaluation.sources.map(s => [
        s.language,
        s.source,
        `${s.posts}`,
        ...labels.map(label => percent(s.flagged[label] ?? 0, s.posts)),
      ]),
    ),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map(row => row[i]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)];
}
