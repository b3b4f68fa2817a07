import { once } from 'node:events';
import express, { type Response, type Router } from 'express';
import { z } from 'zod';
import { requireScope } from '../../accounts/index.js';
import { parseQuery, type Runtime } from '../../runtime/index.js';
import { dimensions } from '../sla/figures.js';
import { openingsBefore, openingsBetween } from './openings.js';
import { makeReport } from './report.js';

/** Entries whose openings one answer has at the most: more are asked for in several. */
const most = 5_000_000;

const instant = z.iso.datetime({ offset: true }).transform(text => Date.parse(text));
const index = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const by = z
  .string()
  .max(100)
  .transform(text => ['obligation', ...text.split(',').filter(name => name !== 'obligation')])
  .pipe(z.array(z.enum(dimensions)).max(dimensions.length));

const inOrder = ({ from, to }: { from: number; to: number }): boolean => from < to;
const wrongOrder = { path: ['to'], message: 'takes what is after "from"' };
export const reportQuery = z
  .strictObject({ from: instant, to: instant, by: by.prefault('obligation'), first: index.optional() })
  .refine(inOrder, wrongOrder);
export const reportOpeningsQuery = z
  .strictObject({ from: instant, to: instant, first: index, size: index })
  .refine(inOrder, wrongOrder);
export const openingsQuery = z
  .strictObject({ from: index, to: index })
  .refine(({ from, to }) => from <= to && to - from <= most, {
    path: ['to'],
    message: `takes what is not before "from", and at most ${most} after it`,
  });

/** Sends lines as they are read: no more of them in memory than the other side has not taken yet. */
async function send(res: Response, parts: readonly AsyncIterable<string>[]): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  res.set('Cache-Control', 'no-store').type('application/x-ndjson');
  for (const part of parts) {
    for await (const lines of part) {
      if (gone.signal.aborted) return;
      if (lines !== '' && !res.write(lines)) await once(res, 'drain', { signal: gone.signal }).catch(() => undefined);
    }
  }
  res.end();
}

/** What is published with figures, for whoever may read figures: nothing in it is about a post or a person. */
export function publishRoutes(runtime: Runtime): Router {
  const { db } = runtime;
  const router = express.Router();

  router.get('/v1/sla/report', requireScope('figures:read'), async (req, res) => {
    res.set('Cache-Control', 'no-store').json(await makeReport(runtime, parseQuery(req, reportQuery)));
  });

  router.get('/v1/sla/report/openings', requireScope('figures:read'), async (req, res) => {
    const { from, to, first, size } = parseQuery(req, reportOpeningsQuery);
    await send(res, [openingsBefore(db, first, from, to), openingsBetween(db, first, size)]);
  });

  router.get('/v1/ledger/openings', requireScope('figures:read'), async (req, res) => {
    const { from, to } = parseQuery(req, openingsQuery);
    await send(res, [openingsBetween(db, from, to)]);
  });

  return router;
}
