import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Request, type RequestHandler, type Response, Router, urlencoded } from 'express';
import { z } from 'zod';
import { isoTime, Problem, parseBody, problemsOf, readBody } from '../../runtime/index.js';
import { aboutPage, frontPage, gonePage, missingPage, postPage } from './pages.js';
import type { Store } from './store.js';
import { style } from './style.js';
import type { SandboxPost } from './tables.js';
import { sameToken } from './token.js';
import { mostReason, mostText } from './words.js';

const words = z
  .string()
  .max(mostText, `must be ${mostText} characters at the most`)
  .refine(text => text.trim() !== '', 'must not be empty');
const newPost = z.strictObject({ text: words, author: z.string().trim().min(1).max(64).default('visitor') });
/** On the hidden one: `feed: false` has the page, and whoever wrote it sends the post in. */
const hiddenPost = newPost.extend({ feed: z.boolean().default(true) });
const edit = z.strictObject({ text: words });
/** An answering form, as an authority of its own would take it: its values, and the file for people. */
const answer = z.object({
  form: z.enum(['II', 'III']),
  number: z.string().min(1).max(200),
  file: z.object({ type: z.literal('application/pdf'), sha256: z.string(), content: z.base64() }),
});
const mostAnswer = 4 * 1024 ** 2;
const moderation = z.object({ fence: z.int().min(0), reason: z.string().max(mostReason) });

const formType = 'application/x-www-form-urlencoded';
const bodyLimit = '128kb';
const latestCount = 12;

const client = readFileSync(new URL('./client.js', import.meta.url));

function sendHtml(res: Response, status: number, body: string): void {
  res.status(status).set({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).end(body);
}
const sendJson = (res: Response, status: number, body: object): void =>
  void res
    .status(status)
    .set({ 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' })
    .end(JSON.stringify(body));

const isGone = (post: SandboxPost) => post.removed_at !== null || post.deleted_at !== null;
const idOf = (req: Request): string => String(req.params.id);

/**
 * The sandbox's public pages, and its interface for those who write and those who moderate.
 * `closed`: only who has the token writes.
 */
export function createRoutes(
  { basePath, hidden, closed }: { basePath: string; hidden: boolean; closed: boolean },
  store: Store,
  token: () => Promise<string>,
): Router {
  const router = Router();
  const authorize: RequestHandler = async (req, _res, next) => {
    if (!sameToken(req.get('authorization') ?? '', `Bearer ${await token()}`))
      throw new Problem(401, 'This needs the token of the installation.');
    next();
  };
  if (closed) {
    router.use(`${basePath}/posts`, (req, res, next) =>
      req.method === 'GET' || req.method === 'HEAD' ? next() : authorize(req, res, next),
    );
  }
  const json = readBody(128 * 1024);

  router.post(`${basePath}/posts`, urlencoded({ extended: false, limit: bodyLimit }), json, async (req, res) => {
    const isForm = Boolean(req.is(formType));
    const form = isForm ? parseForm(req.body) : parseBody(req, hidden ? hiddenPost : newPost);
    const made = await store.create(form.text, form.author, !('feed' in form && form.feed === false));
    if (isForm) res.redirect(303, `${basePath}/posts/${made.id}`);
    else sendJson(res.location(`${basePath}/posts/${made.id}`), 201, made);
  });

  router.get(`${basePath}/posts/:id.json`, async (req, res) => {
    const post = await store.find(idOf(req));
    if (!post) throw new Problem(404, 'There is no such post.');
    if (isGone(post)) return sendJson(res, 410, { status: 410, title: 'Gone' });
    const { id, version, text, author, created_at, changed_at } = post;
    sendJson(res, 200, {
      id,
      url: store.urlOf(id),
      version,
      author,
      text,
      createdAt: isoTime(created_at),
      changedAt: isoTime(changed_at),
    });
  });

  router.get(`${basePath}/posts/:id`, async (req, res) => {
    const post = await store.find(idOf(req));
    if (!post) sendHtml(res, 404, missingPage(basePath));
    else if (isGone(post)) sendHtml(res, 410, gonePage(basePath, post));
    else sendHtml(res, 200, postPage(basePath, post));
  });

  router.put(`${basePath}/posts/:id`, json, async (req, res) => {
    sendJson(res, 200, await store.edit(idOf(req), parseBody(req, edit).text));
  });

  router.delete(`${basePath}/posts/:id`, async (req, res) => {
    sendJson(res, 200, await store.delete(idOf(req)));
  });

  router.post(`${basePath}/moderation/:id/:action`, authorize, json, async (req, res) => {
    const { action } = req.params;
    if (action !== 'remove' && action !== 'restore') throw new Problem(404, 'There is remove and restore.');
    const key = req.get('idempotency-key') ?? '';
    if (key === '' || key.length > 255) throw new Problem(400, 'Idempotency-Key is missing or too long.');
    const { fence } = parseBody(req, moderation);
    const post = await store.moderate(idOf(req), { action, key, fence });
    sendJson(res, 200, { id: post.id, removed: post.removed_at !== null });
  });

  router.get(`${basePath}/about`, (_req, res) => sendHtml(res, 200, aboutPage(basePath)));
  router.get(`${basePath}/style.css`, (_req, res) => void res.type('css').send(style));
  if (hidden) {
    // Whoever answers an order of the probe gets a receipt as from an authority; nothing of it is kept.
    router.post(`${basePath}/answers`, readBody(mostAnswer), (req, res) => {
      const { form, number, file } = parseBody(req, answer);
      const hash = createHash('sha256').update(Buffer.from(file.content, 'base64')).digest('hex');
      if (hash !== file.sha256) throw new Problem(422, 'The file is another than its hash says.');
      sendJson(res, 200, { taken: `Annex ${form}`, number });
    });
    return router;
  }

  router.get(basePath, async (_req, res) => sendHtml(res, 200, frontPage(basePath, await store.latest(latestCount))));
  router.get(`${basePath}/client.js`, (_req, res) => void res.type('js').send(client));
  return router;
}

function parseForm(body: unknown): z.infer<typeof newPost> {
  const result = newPost.safeParse(body);
  if (!result.success)
    throw new Problem(422, 'Some fields are missing or wrong.', { errors: problemsOf(result.error) });
  return result.data;
}
