import type { Interval, RecallAt } from './bootstrap.js';
import type { Evaluation, Robustness } from './evaluate.js';
import type { Figures, LabelFigures, SliceFigures } from './figures.js';
import { harms, isContext } from './labels.js';

/** What no data at hand can tell: neither training nor these posts hold any of it. */
const notEvaluated =
  'Not evaluated, for want of data: instruction, counter-speech, satire, and recall of violent extremism in French and Arabic.';

/** The card's tables, as Markdown. */
export function evaluationTable({ figures, robustness, version, posts }: Evaluation): string {
  return [...figuresTable(`Model ${version}`, posts, figures), ...robustnessTable(robustness), '', notEvaluated].join(
    '\n',
  );
}

/** The tables of what was counted. */
export function figuresTable(what: string, posts: number, figures: Figures): string[] {
  return [
    `${what}, ${posts} posts. Negatives are posts labelled \`none\` of the same slice (for a context: posts of another one). In brackets, 95 % of the bootstrap's resamples by author or thread.`,
    '',
    'Recall at 1 % of false positives (at 0.1 % where a slice has 3,000 negatives), beside the baseline: character TF-IDF with logistic regression on the same rows.',
    '',
    ...table(
      [
        'slice',
        'label',
        'positives',
        'negatives',
        'AUC',
        'baseline',
        'recall at 1 %',
        'baseline',
        'ahead by',
        'at 0.1 %',
        'baseline',
      ],
      figures.slices.map(sliceRow),
    ),
    '',
    verdict(figures.slices),
    '',
    'The order of a review queue: `ve` against everything else, hate included.',
    '',
    ...table(
      ['language', 'positives', 'others', 'AUC', 'baseline'],
      figures.ranking.map(r => [r.language, `${r.positives}`, `${r.others}`, decimals(r.auc), decimals(r.baselineAuc)]),
    ),
    '',
    'At the thresholds that are shipped, and how far scores of 0.1 and more are off (expected calibration error).',
    '',
    ...table(
      [
        'language',
        'label',
        'positives',
        'negatives',
        'threshold',
        'precision',
        'recall',
        'false positives',
        'calibration error',
      ],
      figures.labels.map(thresholdRow),
    ),
    '',
    'Reliability: by bins of equally many posts, the mean score → the share that was right.',
    '',
    ...table(['language', 'label', 'posts in a bin', 'score → right'], figures.labels.flatMap(reliabilityRow)),
    '',
    'Posts labelled `none` over a threshold, by source; behind the stroke, the baseline at thresholds set the same way.',
    '',
    ...table(
      ['language', 'source', 'kind', 'posts', ...harms],
      figures.sources.map(s => [
        s.language,
        s.source,
        s.kind,
        `${s.posts}`,
        ...harms.map(label => {
          const own = s.flagged[label]!;
          const beside = s.baseline?.[label];
          return `${percent(own.share)} [${percentages(own.interval)}]${beside === undefined ? '' : ` / ${percent(beside)}`}`;
        }),
      ]),
    ),
    '',
    '',
  ];
}

function robustnessTable(robustness: Robustness): string[] {
  return [
    'Recall at the threshold when about half of the words are disguised, all languages together.',
    '',
    ...table(
      ['label', 'positives', 'plain', ...robustness.disguises, 'none flagged, plain', 'most, disguised'],
      robustness.rows.map(r => [
        r.label,
        `${r.positives}`,
        decimals(r.plain),
        ...r.disguised.map(recall => `${decimals(recall)} (${signed(recall - r.plain)})`),
        percent(r.falsePositives),
        percent(r.mostFalsePositives),
      ]),
    ),
  ];
}

/** The card of a candidate, as Markdown: its figures beside those of the weights that it came from. */
export function changesTable(version: string, from: string, figures: Figures): string {
  return [
    `# ${version}, a candidate`,
    '',
    `It went on from ${from} with the decisions of this operator. Run it in shadow, and look at what it would have changed, before two people promote it.`,
    '',
    'Each decision was scored by a model that was not trained on it, nor on its author or thread. "before": the weights it came from.',
    '',
    ...table(
      [
        'slice',
        'label',
        'positives',
        'negatives',
        'AUC',
        'before',
        'recall at 1 % false positives',
        'before',
        'gained',
      ],
      figures.slices.map(f => sliceRow(f).slice(0, 9)),
    ),
    ...(figures.slices.length === 0 ? ['', 'Not evaluated: no slice holds 20 positives and 20 negatives.'] : []),
    '',
    ...table(
      ['language', 'label', 'positives', 'threshold', 'precision', 'recall', 'false positives', 'calibration error'],
      figures.labels.map(thresholdRow).map(row => [...row.slice(0, 3), ...row.slice(4)]),
    ),
    '',
  ].join('\n');
}

function thresholdRow(f: LabelFigures): string[] {
  return [
    f.language,
    f.label,
    `${f.positives}`,
    `${f.negatives}`,
    decimals(f.threshold),
    decimals(f.precision),
    decimals(f.recall),
    percent(f.falsePositives / f.negatives),
    f.calibration ? decimals(f.calibration.error) : 'not evaluated',
  ];
}

function sliceRow(f: SliceFigures): string[] {
  const { atPercent, atPerMille } = f;
  return [
    f.source ? `${f.language}, ${f.source}` : f.language,
    f.label,
    `${f.positives}`,
    `${f.negatives}`,
    decimals(f.auc),
    decimals(f.baselineAuc),
    withInterval(atPercent),
    decimals(atPercent.baseline),
    atPercent.ahead === undefined
      ? '-'
      : `${signed(atPercent.ahead)} [${atPercent.aheadInterval!.map(signed).join(', ')}]`,
    atPerMille ? withInterval(atPerMille) : '-',
    decimals(atPerMille?.baseline),
  ];
}

/** Where the model is not better than the baseline, by name. */
function verdict(slices: readonly SliceFigures[]): string {
  const compared = slices.filter(f => f.baselineAuc !== undefined);
  if (compared.length === 0) return 'There is no baseline beside these weights.';
  const name = (f: SliceFigures) => `${f.source ? `${f.language} ${f.source}` : f.language} \`${f.label}\``;
  const list = (found: readonly SliceFigures[]) => (found.length === 0 ? 'none' : found.map(name).join(', '));
  return [false, true]
    .map(context => {
      const own = compared.filter(f => isContext(f.label) === context);
      const byAuc = own.filter(f => f.auc < f.baselineAuc!);
      const byRecall = own.filter(f => f.atPercent.ahead! < 0);
      const surely = byRecall.filter(f => f.atPercent.aheadInterval![1] < 0);
      return [
        `Of ${own.length} slices of ${context ? 'contexts' : 'harms'}, the baseline ranks ${byAuc.length} better by AUC (${list(byAuc)}).`,
        `It finds more at 1 % in ${byRecall.length} (${list(byRecall)}); in ${surely.length} of them the interval leaves no doubt (${list(surely)}).`,
      ].join(' ');
    })
    .join('\n\n');
}

function reliabilityRow({ language, label, calibration }: LabelFigures): string[][] {
  if (!calibration) return [];
  const { bins } = calibration;
  const shown = bins.map(bin => `${bin.score.toFixed(2)} → ${bin.share.toFixed(2)}`).join(', ');
  return [[language, label, `${bins[0]!.posts}`, shown]];
}

function withInterval({ recall, interval }: RecallAt): string {
  return `${decimals(recall)} [${interval.map(decimals).join(', ')}]`;
}

function percentages(interval: Interval): string {
  return interval.map(share => (100 * share).toFixed(1)).join(', ');
}

function decimals(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(3);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map(row => row[i]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)];
}
