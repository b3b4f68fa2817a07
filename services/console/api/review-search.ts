import { Router } from 'express';
import { z } from 'zod';
import { callerName, requireScope } from '../../accounts/index.js';
import { busKey, postKey, toLedger } from '../../contracts/index.js';
import { holdDecision, quality, readDone } from '../../enforce/index.js';
import { findPosts, isFound, readPosts, type StoredPost, searchKinds } from '../../ingest/index.js';
import { parseBody, type Runtime, readBody } from '../../runtime/index.js';
import { fromHere } from './guard.js';
import { decideOrAsk, manySchema } from './review-desk.js';
import type { Searched, SearchedPost } from './review-types.js';

const aPage = 20;
const shown = 400;
const searchSchema = z.strictObject({
  by: z.enum(searchKinds),
  query: z.string().trim().min(1).max(2_000),
  before: z.int().min(1).optional(),
});
const decideSchema = z.strictObject({ posts: z.array(postKey.strict()).min(1).max(200), decision: manySchema });

const showPost = ({ post }: StoredPost, state: SearchedPost['state']): SearchedPost => ({
  platform: post.platform,
  id: post.id,
  version: post.version,
  url: post.url,
  author: post.author.id,
  ...(post.language && { language: post.language }),
  createdAt: Date.parse(post.createdAt),
  text: (post.text ?? '').slice(0, shown),
  whole: (post.text ?? '').length <= shown,
  media: post.media?.length ?? 0,
  state,
});

/** Search over what is still kept, and decisions on what was found. That somebody searched is entered in the ledger, what they searched is not. */
export function searchRoutes(runtime: Runtime): Router {
  const { db, time } = runtime;
  const router = Router();
  router.use('/console/api/search', fromHere, requireScope('cases:decide'), (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  router.post('/console/api/search', readBody(16_384), async (req, res) => {
    const { by, query, before } = parseBody(req, searchSchema);
    const { posts: stored, next } = await findPosts(db, { by, query, before, most: aPage });
    const name = callerName(res);
    const { posts: seen, own } = await quality.searchedBy(
      runtime,
      name,
      stored.map(({ post }) => post),
    );
    const planted = (
      await readPosts(
        db,
        own.map(one => ({ ...one, version: 1 })),
      )
    ).flatMap(one => one ?? []);
    const last = next === undefined ? 0 : (stored.at(-1)?.receivedAt ?? 0);
    // On the page where they would stand.
    const until = before === undefined ? Number.POSITIVE_INFINITY : (stored[0]?.receivedAt ?? 0);
    const posts = [
      ...stored.filter(({ post }) => seen.includes(post)),
      ...planted.filter(one => one.receivedAt > last && one.receivedAt <= until && isFound({ by, query }, one.post)),
    ].sort((a, b) => b.receivedAt - a.receivedAt);
    if (before === undefined) {
      const detail = { by: name, what: 'search', searchedBy: by };
      await runtime.commit([], [toLedger({ kind: 'data.accessed', at: time.now(), detail }, '/console', time.uuid())]);
    }
    const done = await readDone(
      db,
      posts.map(({ post }) => busKey(post)),
    );
    const found = posts.map(one => showPost(one, done.get(busKey(one.post)) ?? 'none'));
    res.json({ posts: found, ...(next !== undefined && { next }) } satisfies Searched);
  });

  router.post('/console/api/search/decision', readBody(262_144), async (req, res) => {
    const { posts, decision } = parseBody(req, decideSchema);
    const name = callerName(res);
    const made = { ...decision, by: name };
    // A test case that they have before them is decided for itself, and leads to nothing.
    const { own: tests } = await quality.searchedBy(runtime, name, []);
    const named = new Set(posts.map(busKey));
    const own = tests.filter(one => named.has(busKey(one))).map(({ caseId }) => caseId);
    const held = await Promise.all(own.map(one => holdDecision(runtime, one, made)));
    const done = await decideOrAsk(runtime, { cases: [], posts, decision: made });
    if ('approval' in done) res.status(202).json(done);
    else res.json({ ids: [...done.ids, ...own], actsAt: Math.max(done.actsAt, ...held) });
  });
  return router;
}
