import { readBaseline } from './baseline-file.js';
import { isNegative } from './calibrate.js';
import { type LabelledPost, readPosts } from './data.js';
import { disguisedAs, disguises } from './disguises.js';
import { type Figures, figuresOf, type Row } from './figures.js';
import { type Label, target } from './labels.js';
import { ReferenceModel } from './reference.js';
import { readWeights } from './weights.js';

export { evaluationTable } from './tables.js';

export interface EvaluateOptions {
  /** Labelled posts, one JSON object a line (`id`, `text`, `lang`, `label`, `src`), also gzip. */
  file: string;
  /** The folder of the weights; by default the shipped ones. */
  weights?: string | undefined;
  onPost?: (done: number, all: number) => void;
}

export interface Evaluation {
  version: string;
  posts: number;
  figures: Figures;
  robustness: Robustness;
}

/** Recall at the threshold, and posts labelled `none` that reach it, plain and under each disguise. */
export interface Robustness {
  disguises: string[];
  rows: {
    label: Label;
    positives: number;
    plain: number;
    disguised: number[];
    falsePositives: number;
    mostFalsePositives: number;
  }[];
}

/** Scores labelled posts, with the model and, where the weights hold one, the baseline, and counts. @throws on a line that is no labelled post */
export async function evaluate({ file, weights: folder, onPost }: EvaluateOptions): Promise<Evaluation> {
  const posts = await readPosts(file);
  const weights = readWeights(folder);
  const baseline = readBaseline(folder);
  const model = new ReferenceModel(weights);
  const rows = posts.map((post, i): Row => {
    onPost?.(i + 1, posts.length);
    return { post, scores: model.score(post.text, post.lang), baseline: baseline?.model.score(post.text) };
  });
  return {
    version: weights.version,
    posts: posts.length,
    figures: figuresOf(rows, weights.thresholds, baseline?.thresholds),
    robustness: robustnessOf(rows, model),
  };
}

const asked: readonly Label[] = ['ve', 'hate', 'weak'];

function robustnessOf(rows: readonly Row[], model: ReferenceModel): Robustness {
  const names = Object.keys(disguises);
  const told = names.map(
    name => new Map(rows.map(({ post }) => [post, over(model, disguisedAs(name, post.text), post)])),
  );
  const plain = new Map(rows.map(({ post }) => [post, over(model, post.text, post)]));
  const share = (posts: readonly LabelledPost[], by: ReadonlyMap<LabelledPost, Label[]>, label: Label) =>
    posts.filter(post => by.get(post)!.includes(label)).length / posts.length;
  return {
    disguises: names,
    rows: asked.flatMap(label => {
      const positives = rows.map(({ post }) => post).filter(post => target(label, post) === 1);
      const negatives = rows.map(({ post }) => post).filter(post => isNegative(label, post));
      if (positives.length === 0 || negatives.length === 0) return [];
      return [
        {
          label,
          positives: positives.length,
          plain: share(positives, plain, label),
          disguised: told.map(by => share(positives, by, label)),
          falsePositives: share(negatives, plain, label),
          mostFalsePositives: Math.max(...told.map(by => share(negatives, by, label))),
        },
      ];
    }),
  };
}

function over(model: ReferenceModel, text: string, post: LabelledPost): Label[] {
  return model.overThreshold(model.score(text, post.lang));
}
