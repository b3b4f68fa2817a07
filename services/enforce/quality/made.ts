import { busKey, type Post, type PostKey } from '../../contracts/index.js';
import type { Runtime } from '../../runtime/index.js';
import type { CaseRow } from '../tables.js';
import type { QualityRows } from './tables.js';

type Needs = Pick<Runtime, 'db'>;
type Named = Pick<PostKey, 'platform' | 'id'>;

/** What is known of the post of a case: whatever is shown of a post, a test case's is made in the image of it. */
export interface Model {
  receivedAt: number;
  createdAt: string;
  views?: number | undefined;
  /** Its assessment, as the others read it; its clock. */
  assessment?: { action: string; rule: string; detail: string; assessedAt: number } | undefined;
  clock?: { obligation: string; startedAt: number | null; dueAt: number | null } | undefined;
}

/** The same of a post that is a test case's. Times in milliseconds. */
export interface Made {
  receivedAt: number;
  assessment?: { action: string; rule: string; detail: string; assessedAt: number };
  clock?: { id: string; obligation: string; startedAt: number | null; dueAt: number | null };
}

/** About as long. */
const likeIt = (ms: number, random: () => number): number => Math.round(Math.max(0, ms) * (0.7 + 0.6 * random()));

/** As many digits after the second as the platform writes. */
function writtenLike(written: string, at: number, random: () => number): string {
  const digits = /\.(\d+)/.exec(written)?.[1]?.length ?? 0;
  const [whole = '', fraction = ''] = new Date(at).toISOString().slice(0, -1).split('.');
  const more = Array.from({ length: Math.max(0, digits - 3) }, () => Math.floor(random() * 10)).join('');
  return `${whole}${digits === 0 ? '' : `.${(fraction + more).slice(0, digits)}`}Z`;
}

/**
 * When a case in the image of `model` came about: nothing happens in the same millisecond, and each step takes about as long as there. Pure but for `random`.
 * @param openedAt the time it is to look opened at, or somewhat before
 */
export function timesLike(row: CaseRow, model: Model, openedAt: number, random: () => number) {
  const opened = openedAt - 1 - Math.floor(random() * 20_000);
  const assessedAt = model.assessment?.assessedAt ?? row.opened_at;
  const assessed = opened - likeIt(row.opened_at - assessedAt, random);
  const received = assessed - likeIt(assessedAt - model.receivedAt, random);
  const created = received - likeIt(model.receivedAt - row.posted_at, random);
  return { opened, assessed, received, createdAt: writtenLike(model.createdAt, created, random) };
}

export const viewsLike = (views: number | undefined, random: () => number): Pick<Post, 'views'> =>
  views === undefined ? {} : { views: likeIt(views, random) };

/** What is to be shown of these posts, by `busKey`, of those that are test cases' and before somebody. */
export async function readMade({ db }: Needs, posts: readonly Named[]): Promise<Map<string, Made>> {
  if (posts.length === 0) return new Map();
  const found = await db
    .tables<QualityRows>()
    .selectFrom('test_cases')
    .select(['platform', 'post_id', 'made'])
    .where('post_id', 'in', db.among(posts.map(({ id }) => id)))
    .where('state', '=', 'put')
    .execute();
  return new Map(
    found.flatMap(({ platform, post_id, made }) =>
      made === null ? [] : [[busKey({ platform: platform ?? '', id: post_id ?? '' }), JSON.parse(made) as Made]],
    ),
  );
}

/**
 * Of what a search found, what is of no test, and not the post that a test case of this person stands for; and the posts of the test cases that they have
 * before them, which no index holds for sure.
 */
export async function searchedBy<P extends Named>(
  { db }: Needs,
  who: string,
  posts: readonly P[],
): Promise<{ posts: P[]; own: { caseId: string; platform: string; id: string }[] }> {
  const rows = db.tables<QualityRows>();
  const [tests, own] = await Promise.all([
    posts.length === 0
      ? []
      : rows
          .selectFrom('test_cases')
          .select(['platform', 'post_id'])
          .where('post_id', 'in', db.among(posts.map(({ id }) => id)))
          .execute(),
    rows
      .selectFrom('test_cases')
      .leftJoin('made_decisions', 'made_decisions.case_id', 'test_cases.ref')
      .select(['test_cases.case_id', 'platform', 'post_id', 'item'])
      .where('test_cases.state', '=', 'put')
      .where('put_to', '=', who)
      .limit(100)
      .execute(),
  ]);
  const nameOf = (row: { platform: string | null; post_id: string | null }): Named => ({
    platform: row.platform ?? '',
    id: row.post_id ?? '',
  });
  const hidden = new Set([...tests.map(row => busKey(nameOf(row))), ...own.flatMap(({ item }) => item ?? [])]);
  return {
    posts: posts.filter(post => !hidden.has(busKey(post))),
    own: own.map(row => ({ caseId: row.case_id, ...nameOf(row) })),
  };
}
