import type { Declaration } from './declaration.js';
import { type Given, ModelRefused, type OpenModel, type Row } from './model.js';

const tolerance = 0.01;

/** Scores any number of posts, so many in a call as the model takes. */
export async function scoreAll(model: OpenModel, posts: readonly Given[], atOnce: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (let at = 0; at < posts.length; at += atOnce)
    rows.push(...(await scoreSome(model, posts.slice(at, at + atOnce))));
  return rows;
}

async function scoreSome(model: OpenModel, posts: readonly Given[]): Promise<Row[]> {
  const rows = await model.score(posts);
  if (rows.length !== posts.length) throw new Error(`it answered ${rows.length} of ${posts.length} posts`);
  return rows;
}

/**
 * Puts the golden posts to a model and holds what it says against what is declared.
 * @returns whether it says the same of a post alone as among others, bit for bit; undefined where that was not tried
 * @throws ModelRefused naming the posts that it judges otherwise, or whatever kept it from answering
 */
export async function checkGolden(
  model: OpenModel,
  { golden, labels, kind }: Declaration,
  atOnce: number,
): Promise<boolean | undefined> {
  const posts = golden.map(({ text, language }): Given => (language === undefined ? { text } : { text, language }));
  const rows = await scoreAll(model, posts, atOnce);
  const names = Object.keys(labels);
  const wrong = golden.flatMap(({ scores }, n) =>
    Object.entries(scores).flatMap(([label, wanted]) => {
      const score = rows[n]?.scores[names.indexOf(label)] ?? Number.NaN;
      const { atLeast = 0, atMost = 1 } =
        typeof wanted === 'number' ? { atLeast: wanted - tolerance, atMost: wanted + tolerance } : wanted;
      if (score >= atLeast && score <= atMost) return [];
      return [`golden[${n}]: ${label} is ${score.toFixed(4)}, declared is ${JSON.stringify(wanted)}`];
    }),
  );
  if (wrong.length > 0) throw new ModelRefused(wrong.slice(0, 5).join('; '));
  if (kind !== 'tfjs' && kind !== 'saved-model') return undefined;
  // Alone, and in another order.
  const single = await scoreAll(model, posts, 1);
  const turned = (await scoreAll(model, [...posts, ...posts].reverse(), atOnce)).reverse();
  const same = (one: Row | undefined, other: Row): boolean =>
    other.scores.every((value, i) => value === one?.scores[i]);
  return rows.every((row, n) => same(single[n], row) && same(turned[n], row));
}
