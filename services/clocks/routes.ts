import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { type Caller, callerName, may, requireScope } from '../accounts/index.js';
import { isoTime, Problem, parseQuery, type Runtime } from '../runtime/index.js';
import { obligations, pageFrom, type Rules, warnings } from './obligations.js';
import {
  acknowledge,
  type Contact,
  findPage,
  holderOf,
  namesOf,
  subjectOf,
  summarize,
  withoutAddresses,
} from './pager/index.js';
import type { ClockRow, ClockTables, PageRow } from './tables.js';

const cursor = z
  .string()
  .regex(/^\d{1,16}\.[\w-]{1,64}$/, 'takes the "next" of an earlier answer')
  .transform(text => {
    const [at, id] = text.split('.') as [string, string];
    return { at: Number(at), id };
  });
const limit = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number)
  .refine(n => n >= 1 && n <= 500, 'takes 1 to 500')
  .prefault('100');
const clocksQuery = z.object({ limit, cursor: cursor.optional(), obligation: z.string().max(64).optional() });
const pagesQuery = z.object({ limit, cursor: cursor.optional(), state: z.enum(['open', 'all']).default('all') });
const token = z.string().min(16).max(128);

const showClock = (row: ClockRow, now: number) => ({
  id: row.id,
  obligation: row.obligation,
  state: row.state,
  subject: row.subject,
  platform: row.platform,
  post: row.post_id,
  version: row.post_version,
  route: row.route ?? undefined,
  startedAt: isoTime(row.started_at),
  dueAt: isoTime(row.due_at),
  secondsLeft: row.due_at === null ? undefined : (row.due_at - now) / 1000,
  level: row.level,
  reopened: row.reopened,
});

/** @param told turns what names somebody into what the caller may see */
const showPage = (row: PageRow, clocks: number, told: (text: string) => string) => ({
  id: row.id,
  state: row.state,
  level: row.level,
  clocks,
  createdAt: isoTime(row.created_at),
  sentAt: isoTime(row.sent_at),
  turn: row.turn,
  attempts: row.attempts,
  nextAt: isoTime(row.next_at),
  acknowledgedAt: isoTime(row.acknowledged_at),
  acknowledgedBy: row.acknowledged_by === null ? undefined : told(row.acknowledged_by),
  error: row.error === null ? undefined : told(row.error),
});

const nextOf = <R>(rows: readonly R[], n: number, of: (row: R) => string): string | undefined => {
  const last = rows.length === n ? rows.at(-1) : undefined;
  return last && of(last);
};

/** Open clocks, the nearest first; those without a limit last. One range of the index of open clocks. */
async function listClocks({ db, time }: Runtime, req: Request) {
  const { limit, cursor, obligation } = parseQuery(req, clocksQuery);
  let query = db.tables<ClockTables>().selectFrom('clocks').selectAll().where('open', '=', 1);
  if (obligation) query = query.where('obligation', '=', obligation);
  if (cursor) {
    const { at, id } = cursor;
    query = query
      .where('sort_at', '>=', at)
      .where(row => row.or([row('sort_at', '>', at), row.and([row('sort_at', '=', at), row('id', '>', id)])]));
  }
  const rows = await query.orderBy('sort_at').orderBy('id').limit(limit).execute();
  const now = time.now();
  return {
    clocks: rows.map(row => showClock(row, now)),
    next: nextOf(rows, limit, row => `${row.sort_at}.${row.id}`),
  };
}

/** Pages, the newest first. */
async function listPages({ db }: Runtime, req: Request, told: (text: string) => string) {
  const { limit, cursor, state } = parseQuery(req, pagesQuery);
  const tables = db.tables<ClockTables>();
  let query = tables.selectFrom('pages').selectAll();
  if (state === 'open') query = query.where('next_at', 'is not', null);
  if (cursor) {
    const { at, id } = cursor;
    query = query
      .where('created_at', '<=', at)
      .where(row => row.or([row('created_at', '<', at), row.and([row('created_at', '=', at), row('id', '<', id)])]));
  }
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  const counts = await tables
    .selectFrom('page_clocks')
    .where('page_id', 'in', db.among(rows.map(row => row.id)))
    .select(['page_id', ({ fn }) => fn.countAll<number>().as('n')])
    .groupBy('page_id')
    .execute();
  const clocks = new Map(counts.map(row => [row.page_id, row.n]));
  return {
    pages: rows.map(row => showPage(row, clocks.get(row.id) ?? 0, told)),
    next: nextOf(rows, limit, row => `${row.created_at}.${row.id}`),
  };
}

const html = (text: string): string => text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);

/** A page for whoever follows the link in a mail. Only its button answers: mail scanners follow links, but press nothing. */
function sendHtml(res: Response, status: number, heading: string, body: string): void {
  res
    .status(status)
    .set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex' })
    .type('html')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<title>${html(heading)}</title><body style="font:1.1rem/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem">` +
        `<h1>${html(heading)}</h1>${body}</body></html>`,
    );
}

const answered = (page: PageRow): string =>
  page.state === 'acknowledged'
    ? `Taken by ${page.acknowledged_by} at ${isoTime(page.acknowledged_at)}.`
    : 'Its clocks ended in time by themselves.';

const noSuchPage = (): Problem => new Problem(404, 'There is no such page.');

/** The link's holder, whatever became of the page meanwhile. */
function linkOf(req: Request): string | undefined {
  const given = token.safeParse(req.query.token);
  return given.success ? given.data : undefined;
}

/** @param contacts who is paged, in order */
export function clockRoutes(runtime: Runtime, rules: Rules, contacts: readonly Contact[]): Router {
  const { db, time, log } = runtime;
  const answers = (res: Response): boolean => may(res.locals.caller as Caller, 'pages:acknowledge');
  const router = express.Router();

  router.get(
    '/v1/clocks',
    requireScope('clocks:read'),
    async (req, res) => void res.json(await listClocks(runtime, req)),
  );

  router.get('/v1/obligations', requireScope('clocks:read'), (_req, res) => {
    const onCall = namesOf(contacts, answers(res));
    const rows = obligations.map(({ name, setBy, article, nature = 'within', bears = 'provider', ...row }) => {
      const { starts, suspends, stops } = row;
      const { seconds, words: limit } = row.limit?.(runtime.config) ?? {};
      const kept = { name, setBy, article, nature, bears, starts, suspends, stops, limit, seconds };
      return { ...kept, histogram: rules.histogram(name) };
    });
    res.json({ obligations: rows, warnings, pagedFrom: pageFrom, onCall });
  });

  router.get('/v1/pages', requireScope('clocks:read'), async (req, res) => {
    const told = (text: string): string => (answers(res) ? text : withoutAddresses(contacts, text));
    res.json(await listPages(runtime, req, told));
  });

  router.get('/v1/pages/:id/acknowledge', async (req, res) => {
    const page = await findPage(db, req.params.id);
    const link = linkOf(req);
    if (!page || !link) throw noSuchPage();
    if (!holderOf(page, link)) {
      // Said to anybody with the page's id, which was only ever sent to who is on call.
      const over = page.state === 'acknowledged' || page.state === 'resolved';
      return sendHtml(
        res,
        over ? 200 : 404,
        over ? 'Nothing left to do' : 'This link is not valid',
        over ? `<p>${html(answered(page))}</p>` : '',
      );
    }
    const summary = await summarize(db, page.id);
    const heading = subjectOf(summary);
    sendHtml(
      res,
      200,
      heading,
      `<p>Whoever presses the button takes this page. It then goes to nobody else.</p><form method="post"><button style="font:inherit;padding:.5rem 1rem">I take it</button></form>`,
    );
  });

  router.post('/v1/pages/:id/acknowledge', async (req, res, next) => {
    const link = linkOf(req);
    if (!link) return next();
    const page = await findPage(db, req.params.id);
    const holder = page && holderOf(page, link);
    if (!page || (!holder && (page.state === 'waiting' || page.state === 'sent'))) throw noSuchPage();
    const then = holder ? await acknowledge(db, page.id, holder, time.now()) : page;
    if (holder) log.info({ page: page.id, by: holder }, 'page acknowledged');
    if (req.accepts(['json', 'html']) === 'html')
      return sendHtml(res, 200, 'Thank you', `<p>${html(answered(then ?? page))}</p>`);
    res.json({ id: page.id, state: then?.state, acknowledgedBy: then?.acknowledged_by ?? undefined });
  });

  router.post('/v1/pages/:id/acknowledge', requireScope('pages:acknowledge'), async (req, res) => {
    const name = callerName(res);
    const page = await acknowledge(db, String(req.params.id), name, time.now());
    if (!page) throw noSuchPage();
    log.info({ page: page.id, by: page.acknowledged_by }, 'page acknowledged');
    res.json({ id: page.id, state: page.state, acknowledgedBy: page.acknowledged_by ?? undefined });
  });

  return router;
}
