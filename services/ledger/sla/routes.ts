import express, { type Router } from 'express';
import { z } from 'zod';
import { requireScope } from '../../accounts/index.js';
import type { Rules } from '../../clocks/index.js';
import { readProbeLatency } from '../../probe/index.js';
import { isoTime, parseQuery, type Runtime } from '../../runtime/index.js';
import { type Dimension, dimensions } from './figures.js';
import { earliest, latest, monthStart } from './period.js';
import { readFigures } from './read.js';

const taken = 'takes an instant (2026-11-22T12:00:00Z), a day (2026-11-22) or a month (2026-11), UTC';

/** From where to where what was written reaches: an instant is both. */
const moment = z
  .string()
  .max(40)
  .transform((text, context) => {
    const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
    const day = z.iso.date().safeParse(text).success;
    const instant = z.iso.datetime({ offset: true }).safeParse(text).success;
    const start = month || day || instant ? Date.parse(text) : Number.NaN;
    const end = month ? monthStart(start, 1) : day ? start + 24 * 3600_000 : start;
    if (!(start >= earliest && end <= latest)) {
      context.addIssue({ code: 'custom', message: `${taken}, from 1970 to 2099` });
      return z.NEVER;
    }
    return { start, end };
  });

const by = z
  .string()
  .max(100)
  .transform(text => text.split(','))
  .pipe(z.array(z.enum(dimensions, { error: `takes a list of ${dimensions.join(', ')}` })));

/** What `GET /v1/sla` takes. */
export const slaQuery = z.strictObject({
  from: moment.optional(),
  to: moment.optional(),
  by: by.prefault('obligation'),
});

/** What is asked for: a month where nothing is said, else what was written, up to now where it has no end. */
const period = (now: number) =>
  slaQuery.transform(({ from, to, by }, context) => {
    const start = from?.start ?? monthStart(to ? to.end - 1 : now);
    const end = to?.end ?? (from === undefined || from.end === from.start ? Math.max(now, start + 1) : from.end);
    if (end <= start) {
      context.addIssue({ code: 'custom', path: ['to'], message: 'takes what is after "from"' });
      return z.NEVER;
    }
    return { from: start, to: end, by: by as Dimension[] };
  });

/**
 * `GET /v1/sla`: the figures of a period. `limits` are today's, in seconds: a clock keeps the one that it started with. `probe` is the standard test
 * post's latency in the same period, which is in no figure.
 */
export function slaRoutes({ db, time }: Runtime, rules: Rules): Router {
  const router = express.Router();
  const limits = Object.fromEntries(rules.objectives.map(({ obligation, seconds }) => [obligation, seconds]));
  router.get('/v1/sla', requireScope('figures:read'), async (req, res) => {
    const now = time.now();
    const { from, to, by } = parseQuery(req, period(now));
    const [figures, probe] = await Promise.all([
      readFigures(db, { from, to, now, by }),
      readProbeLatency(db, from, to),
    ]);
    res.json({ from: isoTime(from), to: isoTime(to), at: isoTime(now), limits, ...figures, probe });
  });
  return router;
}
