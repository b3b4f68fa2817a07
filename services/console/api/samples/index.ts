import { Router } from 'express';
import { z } from 'zod';
import { callerName, requireScope } from '../../../accounts/index.js';
import { addBankEntry, listBankEntries, removeBankEntry, standardTestPost } from '../../../classify/index.js';
import { supersedeCasesOf } from '../../../enforce/index.js';
import { connectorsOf } from '../../../platforms/index.js';
import { Problem, parseBody, type Runtime, readBody } from '../../../runtime/index.js';
import { fromHere } from '../guard.js';
import { forNothing, forRemoval, forReview } from './texts.js';

/** Who writes the samples on the sandbox, and which bank sends some of them to a person: both say what they are. */
const author = 'sample';
const bank = 'samples';
/** Until an entry of a bank acts everywhere, ms. */
const acts = 1_500;

export interface Samples {
  /** The sandbox is on: samples can be made. */
  possible: boolean;
  /** How many are there now. */
  there: number;
}

/**
 * Some twenty mild posts on the sandbox, that walk through the whole pipeline: some to review, some removed, the rest left alone; and away again.
 * They are posts of the sandbox like any other, and count in its figures, under its route.
 */
export function sampleRoutes(runtime: Runtime): Router {
  const { db, time } = runtime;
  const router = Router();
  const path = '/console/api/samples';
  const guard = [fromHere, requireScope('banks:write')] as const;
  const base = (): string => `${(runtime.config.SANSDELAI_URL ?? runtime.url).replace(/\/$/, '')}/sandbox/posts`;
  const there = () =>
    db
      .tables<{ sandbox_posts: { id: string; platform: string; author: string; deleted_at: number | null } }>()
      .selectFrom('sandbox_posts')
      .select('id')
      .where('platform', '=', 'sandbox')
      .where('author', '=', author)
      .where('deleted_at', 'is', null)
      .limit(1_000)
      .execute();
  const possible = async (): Promise<boolean> => (await connectorsOf(runtime)).connectors.has('sandbox');

  router.get(path, ...guard, async (_req, res) => {
    const found = { possible: await possible(), there: (await there()).length };
    res.set('Cache-Control', 'no-store').json(found satisfies Samples);
  });

  router.post(path, ...guard, readBody(1_024), async (req, res) => {
    parseBody(req, z.strictObject({}));
    if (!(await possible())) throw new Problem(409, 'The sandbox is off here: see SANSDELAI_SANDBOX.');
    if ((await there()).length > 0) throw new Problem(409, 'The samples are there already.');
    for (const text of forReview) await addBankEntry(runtime, bank, { kind: 'text', text, source: 'sample cases' });
    await time.sleep(acts);
    const texts = [...forReview, ...forRemoval.map(text => `${text}: ${standardTestPost}`), ...forNothing];
    // In turn, so that nobody sees first all of one kind.
    const turned = texts.map((text, n) => ({ text, at: (n * 7) % texts.length })).sort((a, b) => a.at - b.at);
    for (const { text } of turned) {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(base(), { method: 'POST', headers, body: JSON.stringify({ text, author }) });
      const made = z.object({ id: z.string() }).safeParse(await answer.json());
      if (!made.success) throw new Problem(502, `The sandbox answered ${answer.status}.`);
    }
    res.status(201).json({ possible: true, there: texts.length } satisfies Samples);
  });

  router.delete(path, ...guard, async (_req, res) => {
    const by = callerName(res);
    for (const { id } of await listBankEntries(runtime, bank, { limit: 1_000 }))
      await removeBankEntry(runtime, bank, id, by);
    const posts = await there();
    for (const { id } of posts) await fetch(`${base()}/${encodeURIComponent(id)}`, { method: 'DELETE' });
    await supersedeCasesOf(runtime, 'sandbox', author, 'the samples were taken away');
    const left = (await there()).length;
    if (left > 0) throw new Problem(502, `${left} of ${posts.length} samples are still there. Try again.`);
    res.status(204).end();
  });
  return router;
}
