import { Router } from 'express';
import { z } from 'zod';
import { callerName, requireScope } from '../../accounts/index.js';
import { isoTime, Problem, parseBody, type Runtime, readBody } from '../../runtime/index.js';
import { type Report, readReport } from './report.js';
import type { ExchangeSettings } from './settings.js';
import type { AnswerRow, ExchangeRows, SourceRow } from './tables.js';

/** A source, a receiver or a partner as it is shown. Times are RFC 3339. */
interface Shown {
  name: string;
  kind: string;
  bank: string;
  /** `held`: removals wait for a person; `waiting`: there was no try yet. */
  state: 'ok' | 'failing' | 'held' | 'waiting';
  entries: number;
  everyMinutes?: number;
  lastTryAt?: string;
  lastPullAt?: string;
  nextAt?: string;
  failures: number;
  error?: string;
  /** Removals that are more than half of the source and wait for `POST …/go-on`. */
  held: number;
  /** What could not be taken in. */
  unknown: Report['unknown'];
  badRows: number;
  bad: { id: string; reason: string; at: string }[];
  /** Opinions for the source, by what became of them. */
  answers?: Partial<Record<AnswerRow['state'], number>>;
}

const goOnSchema = z.strictObject({ removals: z.int().min(1) });

/**
 * `GET /v1/exchange`: where all sources and partners stand. `POST /v1/exchange/{name}/go-on {removals}`: a person lets so many removals go on
 * that are held. `POST /v1/exchange/{name}/pull`: do not wait for the next time.
 */
export function exchangeRoutes(runtime: Runtime, settings: ExchangeSettings): Router {
  const { db, log } = runtime;
  const router = Router();
  const rows = db.tables<ExchangeRows>();

  router.get('/v1/exchange', requireScope('banks:read'), async (_req, res) => {
    const found = await rows.selectFrom('exchange_sources').selectAll().execute();
    const answers = await rows
      .selectFrom('exchange_answers')
      .select(({ fn }) => ['source', 'state', fn.countAll<number>().as('count')])
      .groupBy(['source', 'state'])
      .execute();
    const shown = (one: {
      name: string;
      kind: string;
      bank: string;
      everyMinutes?: number;
      feedback?: boolean;
    }): Shown => ({
      ...show(
        one,
        found.find(row => row.name === one.name),
      ),
      ...(one.feedback && {
        answers: Object.fromEntries(
          answers.filter(({ source }) => source === one.name).map(({ state, count }) => [state, count]),
        ),
      }),
    });
    const { sources, partners } = settings;
    res.json({
      sources: sources.map(shown),
      partners: partners.map(({ name, bank }) => shown({ name, kind: 'partner', bank })),
    });
  });

  router.post('/v1/exchange/:name/go-on', requireScope('banks:write'), readBody(1024), async (req, res) => {
    const name = nameOf(req.params.name);
    const { removals } = parseBody(req, goOnSchema);
    const by = callerName(res);
    const [result] = await db.commit([
      {
        query: rows
          .updateTable('exchange_sources')
          .set({ allowed: removals, allowed_by: by, next_at: 0 })
          .where('name', '=', name)
          .where('held', '=', removals),
      },
    ]);
    if (result?.affected !== 1)
      throw new Problem(409, `The source ${name} does not hold ${removals} removals. Look again.`);
    log.warn({ source: name, removals, by }, 'removals of more than half of a source let go on');
    res.status(202).json({ name, removals });
  });

  router.post('/v1/exchange/:name/pull', requireScope('banks:write'), async (req, res) => {
    const name = nameOf(req.params.name);
    await db.commit([{ query: rows.updateTable('exchange_sources').set({ next_at: 0 }).where('name', '=', name) }]);
    res.status(202).json({ name });
  });

  const nameOf = (given: unknown): string => {
    const name = String(given);
    if (![...settings.sources, ...settings.partners].some(one => one.name === name))
      throw new Problem(404, 'There is no such source.');
    return name;
  };
  return router;
}

function show(
  { name, kind, bank, everyMinutes }: { name: string; kind: string; bank: string; everyMinutes?: number },
  row: SourceRow | undefined,
): Shown {
  const { unknown, badRows, bad } = readReport(row?.report ?? '{}');
  const { held = 0, failures = 0, entries = 0, tried_at, pulled_at, next_at, error } = row ?? {};
  const state = held > 0 ? 'held' : failures > 0 ? 'failing' : pulled_at ? 'ok' : 'waiting';
  return {
    name,
    kind,
    bank,
    state,
    entries,
    ...(everyMinutes !== undefined && { everyMinutes }),
    ...(tried_at && { lastTryAt: isoTime(tried_at) }),
    ...(pulled_at && { lastPullAt: isoTime(pulled_at) }),
    ...(next_at && everyMinutes !== undefined && { nextAt: isoTime(next_at) }),
    failures,
    ...(error && { error }),
    held,
    unknown,
    badRows,
    bad: bad.map(({ id, reason, at }) => ({ id, reason, at: isoTime(at) })),
  };
}
