import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { callerName, requireScope } from '../../accounts/index.js';
import { Problem, parseBody, parseQuery, type Runtime, readBody, type Stoppable } from '../../runtime/index.js';
import type { Policy } from '../decide.js';
import { PolicyError } from '../index.js';
import { beginning, type Mark } from './batch.js';
import { newBacktestSchema } from './bodies.js';
import type { Replayer, Spec } from './replayer.js';
import { runBacktests } from './runner.js';
import { changeLine, changesHead, confusionTable, foundIn, movesTable, show, showChange } from './show.js';
import { type BacktestRow, type BacktestRows, backtestsTable, type ChangeRow } from './tables.js';
import { takePosts } from './upload.js';

const day = 24 * 3600_000;
/** Backtests that wait or run at the most: each is a reading of days of posts. */
const mostOpen = 20;
const pageSize = 1_000;

export interface Backtests extends Stoppable {
  routes: Router;
}

/** Backtests as a service of the process: the calls, and the work where this process holds the lease. */
export function startBacktests(runtime: Runtime, replayer: Replayer): Backtests {
  const runner = runBacktests(runtime, replayer);
  return { routes: backtestRoutes(runtime, replayer), stop: () => runner.stop() };
}

function parsed(replayer: Replayer, text: string): Policy {
  try {
    return replayer.parse(text);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new Problem(422, "The policy can't be used.", {
      errors: error.problems.map(problem => {
        const said = String(problem);
        return { path: 'policy.text', message: said };
      }),
    });
  }
}

function backtestRoutes(runtime: Runtime, replayer: Replayer): Router {
  const { db, time } = runtime;
  const rows = db.tables<BacktestRows>();
  const router = Router();
  const reading = requireScope('policies:read');
  const writing = requireScope('policies:write');

  async function find(req: Request): Promise<BacktestRow> {
    const id = String(req.params.id);
    const row = await rows.selectFrom('backtests').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new Problem(404, 'There is no such backtest.');
    return row;
  }

  async function textFor(version: string): Promise<string> {
    const text = await replayer.textOf(version);
    if (text === undefined) throw new Problem(404, `There is no policy ${version}.`);
    return text;
  }

  router.post('/v1/backtests', writing, readBody(1024 * 1024 + 16_384), async (req, res) => {
    const { name, policy, over, against: asked } = parseBody(req, newBacktestSchema);
    const by = callerName(res);
    const text = 'text' in policy ? policy.text : await textFor(policy.version);
    const { version } = parsed(replayer, text);
    const open = await rows
      .selectFrom('backtests')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('state', 'in', ['queued', 'running'])
      .executeTakeFirst();
    if ((open?.n ?? 0) >= mostOpen) throw new Problem(409, `${mostOpen} backtests wait already. Cancel some.`);
    const now = time.now();
    const live = 'posts' in over || asked === 'live' ? replayer.live().version : null;
    const spec: Spec =
      'posts' in over
        ? { over: 'posts', from: 0, to: 0, violating: over.violating }
        : { over: over.again ? 'again' : 'stored', from: Math.round(now - over.days * day), to: now };
    const row: BacktestRow = {
      id: time.uuid(),
      name,
      state: 'posts' in over ? 'awaiting-posts' : 'queued',
      policy: text,
      version,
      against: live === null ? null : await textFor(live),
      against_version: live,
      spec: JSON.stringify(spec),
      by,
      created_at: now,
      started_at: null,
      ended_at: null,
      total: 'posts' in over ? 0 : await replayer.count(spec),
      done: 0,
      worked: 0,
      mark: JSON.stringify(beginning()),
      fence: 0,
      error: null,
    };
    await db.commit([db.insert(backtestsTable, [row])]);
    res.status(201).json(show(row));
  });

  router.get('/v1/backtests', reading, async (req, res) => {
    const { limit } = parseQuery(req, z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) }));
    const found = await rows
      .selectFrom('backtests')
      .select([
        'id',
        'name',
        'state',
        'version',
        'against_version',
        'spec',
        'by',
        'created_at',
        'started_at',
        'ended_at',
      ])
      .select(['total', 'done', 'worked', 'fence', 'error'])
      .orderBy('created_at', 'desc')
      .limit(limit)
      .execute();
    res.json({ backtests: found.map(show) });
  });

  router.post('/v1/backtests/:id/posts', writing, async (req, res) => {
    res.json(show(await takePosts(runtime, await find(req), req)));
  });

  router.get('/v1/backtests/:id', reading, async (req, res) => {
    const row = await find(req);
    res.json({ ...show(row), result: foundIn(row) });
  });

  /** The next changes, in the order of kind and number. */
  const page = (id: string, after: { kind: string; pick: number } | undefined, limit: number): Promise<ChangeRow[]> => {
    let query = rows.selectFrom('backtest_changes').selectAll().where('backtest', '=', id);
    if (after) {
      const { kind, pick } = after;
      query = query.where('kind', '>=', kind).where(({ or, eb }) => or([eb('kind', '>', kind), eb('pick', '>', pick)]));
    }
    return query.orderBy('kind').orderBy('pick').limit(limit).execute();
  };
  const sharesOf = (row: BacktestRow): Record<string, number> => (JSON.parse(row.mark) as Mark).sample;

  router.get('/v1/backtests/:id/changes', reading, async (req, res) => {
    const asked = parseQuery(
      req,
      z.strictObject({
        limit: z.coerce.number().int().min(1).max(pageSize).default(100),
        cursor: z.string().max(400).optional(),
      }),
    );
    const row = await find(req);
    const found = await page(row.id, asked.cursor === undefined ? undefined : cursorFrom(asked.cursor), asked.limit);
    const last = found.at(-1);
    const shares = sharesOf(row);
    res.json({
      changes: found.map(change => showChange(change, shares)),
      ...(last && found.length === asked.limit && { next: cursorOf(last) }),
    });
  });

  /** All that is listed, some at a time: what is sent waits for the client. */
  async function* listed(row: BacktestRow) {
    const shares = sharesOf(row);
    for (let after: ChangeRow | undefined; ; ) {
      const found = await page(row.id, after, pageSize);
      yield found.map(change => showChange(change, shares));
      after = found.at(-1);
      if (!after || found.length < pageSize) return;
    }
  }

  const tables = z.strictObject({ table: z.enum(['changes', 'moves', 'confusion']).default('changes') });
  router.get('/v1/backtests/:id/export.csv', reading, async (req, res) => {
    const { table } = parseQuery(req, tables);
    const row = await find(req);
    attach(res, 'text/csv; charset=utf-8', `backtest-${row.id}-${table}.csv`);
    if (table === 'moves') return void res.end(movesTable(foundIn(row)));
    if (table === 'confusion') return void res.end(confusionTable(foundIn(row)));
    await send(res, changesHead);
    for await (const changes of listed(row)) await send(res, changes.map(changeLine).join(''));
    res.end();
  });

  router.get('/v1/backtests/:id/export.json', reading, async (req, res) => {
    const row = await find(req);
    attach(res, 'application/json', `backtest-${row.id}.json`);
    const { policy } = row;
    await send(res, `${JSON.stringify({ ...show(row), policy, result: foundIn(row) }).slice(0, -1)},"changes":[`);
    let first = true;
    for await (const changes of listed(row)) {
      if (changes.length === 0) continue;
      await send(res, `${first ? '' : ','}${changes.map(change => JSON.stringify(change)).join(',')}`);
      first = false;
    }
    res.end(']}');
  });

  router.delete('/v1/backtests/:id', writing, async (req, res) => {
    const row = await find(req);
    const query = rows
      .updateTable('backtests')
      .set({ state: 'cancelled', ended_at: time.now() })
      .where('id', '=', row.id)
      .where('state', 'in', ['awaiting-posts', 'queued', 'running']);
    const posts = rows.deleteFrom('backtest_posts').where('backtest', '=', row.id);
    const [done] = await db.commit([{ query }, { query: posts }]);
    if (done?.affected === 0) throw new Problem(409, `It is ${(await find(req)).state} already.`);
    res.json(show(await find(req)));
  });

  return router;
}

const cursorOf = ({ kind, pick }: ChangeRow): string => Buffer.from(JSON.stringify([kind, pick])).toString('base64url');

/** @throws Problem 422 */
function cursorFrom(text: string): { kind: string; pick: number } {
  try {
    const [kind, pick] = z
      .tuple([z.string(), z.number()])
      .parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { kind, pick };
  } catch {
    throw new Problem(422, 'Some parameters are missing or wrong.', {
      errors: [{ path: 'cursor', message: 'is not the "next" of an earlier answer' }],
    });
  }
}

function attach(res: Response, type: string, name: string): void {
  res.set({
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
  });
}

/** Waits until a slow client has read what it was sent; what is written after it went away goes nowhere. */
async function send(res: Response, text: string): Promise<void> {
  if (res.destroyed || res.write(text)) return;
  await new Promise<void>(resolve => {
    const go = (): void => {
      res.off('drain', go).off('close', go);
      resolve();
    };
    res.on('drain', go).on('close', go);
  });
}
