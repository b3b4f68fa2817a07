import { Router } from 'express';
import { Gauge } from 'prom-client';
import { z } from 'zod';
import { requireScope } from '../../accounts/index.js';
import { createDeliver, readContacts } from '../../clocks/index.js';
import { versionKey } from '../../contracts/index.js';
import { type Database, isoTime, loop, type Runtime, type Stoppable } from '../../runtime/index.js';
import { hasEntries, type SignalInfo } from '../check.js';
import { readNear, readScored, type Scored } from '../evidence/index.js';
import { compareDay } from './compare.js';
import { type DriftRow, scoreDriftsTable } from './tables.js';

const day = 24 * 3600_000;
const lookEvery = 60_000;
/** Examples that are kept of a drift. */
const mostExamples = 10;
/** Series that are compared: the most frequent ones. */
const mostSeries = 200;
/** Above every score. */
const beyond = 2;

interface Rows {
  score_drifts: DriftRow;
}

const nameOf = ({ signal, label, language }: Pick<Scored, 'signal' | 'label' | 'language'>): string =>
  `${signal} ${label} ${language}`;

/**
 * Holds the day that ended at `end` against the seven before it, by what is counted for what-if.
 * @param signals those that look into banks are left out: whether a post is in one is no score
 * @returns a row for each series that could be compared; undefined while that day is not counted yet
 */
export async function driftsOf(
  db: Database,
  end: number,
  signals: readonly SignalInfo[] = [],
): Promise<DriftRow[] | undefined> {
  const days: (readonly Scored[])[] = [];
  // One after the other: nobody waits for them.
  for (let n = 0; n < 8; n++) {
    const scored = await readScored(db, end - (n + 1) * day, end - n * day);
    if (!scored) return undefined;
    days.push(scored);
  }
  const [today = [], ...week] = days;
  const banks = new Set(signals.filter(hasEntries).map(({ name }) => name));
  const size = ({ counts }: Scored): number => counts.reduce((sum, n) => sum + n, 0);
  const series = today
    .filter(({ signal }) => !banks.has(signal))
    .sort((a, b) => size(b) - size(a))
    .slice(0, mostSeries);
  const past = week.map(scored => new Map(scored.map(one => [nameOf(one), one.counts] as const)));
  const rows: DriftRow[] = [];
  for (const one of series) {
    const { signal, label } = one;
    const reference = past.flatMap(known => known.get(nameOf(one)) ?? []);
    const compared = compareDay(one.counts, reference, series.length);
    if (compared.kind === 'too little') continue;
    const { divergence, unusual, bound, drifted, grew } = compared;
    const from = grew / 100;
    const near = await readNear(
      db,
      { signal, label, language: one.language, from, to: beyond, limit: mostExamples },
      end - day,
    );
    const language = one.language || 'und';
    rows.push({
      id: `${nameOf({ signal, label, language })} ${end - day}`,
      signal,
      label,
      language,
      day: end - day,
      divergence,
      unusual,
      // Where too little is known to set a bound, none is passed.
      bound: Math.min(bound, Number.MAX_SAFE_INTEGER),
      drifted: drifted ? 1 : 0,
      examples: JSON.stringify(near.map(({ score, ...post }) => ({ post: versionKey(post), score }))),
      told_at: null,
    });
  }
  return rows;
}

/** Compares once a day (UTC), in one process; tells who is on call of what drifted, and lists it. */
export function startDrift(runtime: Runtime, signals: () => readonly SignalInfo[]): Stoppable & { routes: Router } {
  const { db, time, log, config } = runtime;
  const rows = db.tables<Rows>();
  const contacts = readContacts(config);
  const deliver = createDeliver(config, time);

  async function compare(): Promise<void> {
    const end = Math.floor(time.now() / day) * day;
    const known = await rows
      .selectFrom('score_drifts')
      .select('id')
      .where('day', '>=', end - day)
      .executeTakeFirst();
    if (known || compared === end) return;
    const made = await driftsOf(db, end, signals());
    if (!made) return;
    if (made.length > 0) await db.commit([db.insert(scoreDriftsTable, made, { onConflict: 'nothing' })]);
    compared = end;
  }
  let compared = 0;

  async function tell(): Promise<void> {
    const untold = await rows
      .selectFrom('score_drifts')
      .selectAll()
      .where('day', '>=', time.now() - 3 * day)
      .where('drifted', '=', 1)
      .where('told_at', 'is', null)
      .orderBy('divergence', 'desc')
      .execute();
    const [first] = untold;
    if (!first) return;
    log.warn({ series: untold.map(nameOf) }, 'scores have drifted');
    const text = [
      'Scores differ from the week before by more than its days do among themselves:',
      ...untold.map(row => `- ${nameOf(row)}: divergence ${row.divergence.toFixed(3)}`),
      'Examples: GET /v1/score-drifts. What it may be, and what to do: the runbook ScoresDrifted.',
      '',
    ].join('\n');
    const data = { day: isoTime(first.day), series: untold.map(nameOf) };
    const message = { id: `drift.${first.day}`, subject: '[Sans Délai] Scores have drifted', text, data };
    const told = await Promise.allSettled(contacts.map(contact => deliver(contact, message)));
    if (contacts.length > 0 && told.every(({ status }) => status === 'rejected')) return;
    const ids = untold.map(({ id }) => id);
    const query = rows.updateTable('score_drifts').set({ told_at: time.now() }).where('id', 'in', db.among(ids));
    await db.commit([{ query }]);
  }

  const gauge = new Gauge({
    name: 'policy_scores_drifted',
    help: 'Labels whose scores of the last whole day differ from the week before by more than chance: 1 for each.',
    labelNames: ['signal', 'label', 'language'],
    registers: [runtime.metrics.registry],
  });
  const publish = async (): Promise<void> => {
    const drifted = await rows
      .selectFrom('score_drifts')
      .select(['signal', 'label', 'language'])
      .where('day', '>=', Math.floor(time.now() / day) * day - day)
      .where('drifted', '=', 1)
      .execute();
    gauge.reset();
    for (const one of drifted) gauge.set(one, 1);
  };

  const leading = runtime.lead('score-drift', async (_fence, signal) => {
    const looking = loop(
      time,
      lookEvery,
      async () => {
        await compare();
        await publish();
        await tell();
      },
      error => log.warn({ err: error }, 'scores not compared; compared again'),
    );
    await new Promise<void>(resolve => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await looking.stop();
    gauge.reset();
  });

  const routes = Router();
  routes.get('/v1/score-drifts', requireScope('policies:read'), async (_req, res) => {
    const found = await rows.selectFrom('score_drifts').selectAll().orderBy('day', 'desc').limit(500).execute();
    res.json({ series: found.map(show) });
  });
  return { routes, stop: () => leading.stop() };
}

export const driftSchema = z.object({
  signal: z.string(),
  label: z.string(),
  language: z.string(),
  day: z.iso.datetime(),
  divergence: z.number().describe('Jensen-Shannon, in bits, from the seven days before'),
  unusual: z.number(),
  bound: z.number().describe('`unusual` above it is drift'),
  drifted: z.boolean(),
  examples: z.array(z.object({ post: z.string().describe('platform/version/id'), score: z.number() })),
});

const show = (row: DriftRow): z.infer<typeof driftSchema> => ({
  signal: row.signal,
  label: row.label,
  language: row.language,
  day: isoTime(row.day),
  divergence: row.divergence,
  unusual: row.unusual,
  bound: row.bound,
  drifted: row.drifted === 1,
  examples: JSON.parse(row.examples),
});
