import type { Post } from '../../contracts/index.js';

/** What is known of a model only after it was looked at is not as declared: it is not used. */
export class ModelRefused extends Error {
  override name = 'ModelRefused';
}

/** What a model is given of a post. */
export interface Given {
  text: string;
  language?: string;
  links?: Post['links'];
  media?: Post['media'];
}

/** What a model says of one post: a score for each label, in the order in which they are declared. */
export interface Row {
  scores: readonly number[];
  /** Its own words, where it has any. */
  reason?: string;
}

/** A model that was opened, of whatever kind. */
export interface OpenModel {
  /** What it goes by: the hash of its files, or the version that its server tells. May change with an answer. */
  served(): string | undefined;
  /** A row a post, in their order. @throws whatever kept it from answering; then there is no answer to any of them */
  score(posts: readonly Given[]): Promise<Row[]>;
  stop(): Promise<void>;
}

/** Rows out of a tensor `[posts, labels]`. @throws ModelRefused where it has another shape, or holds what is no score */
export function rowsOf(
  values: ArrayLike<number>,
  shape: readonly number[],
  posts: number,
  labels: number,
  activation: 'none' | 'sigmoid' | 'softmax',
): Row[] {
  const flat = labels === 1 && shape.length === 1 && shape[0] === posts;
  if (!flat && (shape.length !== 2 || shape[0] !== posts || shape[1] !== labels))
    throw new ModelRefused(
      `its output has the shape [${shape}]; [${posts},${labels}] is declared: a row a post, a column a label`,
    );
  if (values.length !== posts * labels)
    throw new ModelRefused(`its output holds ${values.length} numbers of ${posts * labels}`);
  return Array.from({ length: posts }, (_, n) => {
    const row = Array.from({ length: labels }, (_, i) => values[n * labels + i]!);
    const scores = activate(row, activation);
    if (!scores.every(score => score >= 0 && score <= 1))
      throw new ModelRefused('its output holds numbers that are no scores from 0 to 1; declare an activation?');
    return { scores };
  });
}

function activate(row: number[], activation: 'none' | 'sigmoid' | 'softmax'): number[] {
  if (activation === 'sigmoid') return row.map(value => 1 / (1 + Math.exp(-value)));
  if (activation === 'none') return row;
  const most = Math.max(...row);
  const powers = row.map(value => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map(power => power / sum);
}
