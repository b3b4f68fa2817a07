import { Gauge, Histogram } from 'prom-client';
import { readAssessment } from '../classify/index.js';
import { probePlatform } from '../clocks/index.js';
import { readItem } from '../enforce/index.js';
import { readVersions } from '../ingest/index.js';
import { sandboxToken, standardTestPost } from '../platforms/index.js';
import { aborted, type Database, loop, type RunningService, type Runtime, type Service } from '../runtime/index.js';
import { type ProbeRow, type ProbeRows, probesTable } from './tables.js';

export { probePlatform } from '../clocks/index.js';
export type { ProbeRow } from './tables.js';

/** A probe that is not gone by then has failed. */
const patience = 30_000;
/** Pause between two looks at a probe under way, ms. */
const glance = 25;

/** The latest probe of each route. */
export async function readProbe(db: Database): Promise<ProbeRow[]> {
  const rows = db.tables<ProbeRows>();
  const last = await rows.selectFrom('probes').selectAll().orderBy('started_at', 'desc').limit(10).execute();
  return [...new Map(last.reverse().map(row => [row.route, row])).values()];
}

/** Resolves once the hidden sandbox is served: it may be another process's, which starts later than this one. */
async function served({ config, url, time }: Runtime, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const res = await fetch(`${config.SANSDELAI_URL ?? url}/${probePlatform}/about`).catch(() => undefined);
    await res?.body?.cancel();
    if (res?.ok) return;
    await time.sleep(250, signal);
  }
}

/** Writes the standard test post on the hidden sandbox, as anybody would. @returns its id */
async function write(runtime: Runtime): Promise<string> {
  const { config, url } = runtime;
  const res = await fetch(`${config.SANSDELAI_URL ?? url}/${probePlatform}/posts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${await sandboxToken(runtime)}` },
    body: JSON.stringify({ text: `${standardTestPost} (probe)`, author: 'probe' }),
    signal: AbortSignal.timeout(10_000),
  });
  if (res.status !== 201) throw new Error(`the hidden sandbox answered ${res.status}`);
  return ((await res.json()) as { id: string }).id;
}

/**
 * Posts the standard test post on a hidden sandbox of its own, every minute, and watches it go: the whole way, as everybody's posts go it.
 */
export const probe: Service = {
  name: 'probe',
  tables: [probesTable],
  async start(runtime: Runtime): Promise<RunningService> {
    const { config, db, time, log, metrics } = runtime;
    const registers = [metrics.registry];
    const seconds = new Histogram({
      name: 'takedown_probe_seconds',
      help: 'The standard test post by route, from written to each stage; stage "gone" is the whole way.',
      labelNames: ['route', 'stage'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.3, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    const success = new Gauge({
      name: 'takedown_probe_success',
      help: 'Whether the last probe of the route was seen gone in time: 1 or 0.',
      labelNames: ['route'],
      registers,
    });
    const lastGone = new Gauge({
      name: 'takedown_probe_last_success_timestamp_seconds',
      help: 'When a probe of the route was last seen gone.',
      labelNames: ['route'],
      registers,
    });

    async function watch(id: string, row: ProbeRow, signal: AbortSignal): Promise<ProbeRow> {
      const until = row.started_at + patience;
      const seen = { ...row };
      while (!signal.aborted && time.now() < until) {
        const [versions, assessments, item] = await Promise.all([
          readVersions(db, probePlatform, id),
          readAssessment(db, probePlatform, id),
          readItem(db, probePlatform, id),
        ]);
        seen.received_at = versions[0]?.receivedAt ?? null;
        seen.assessed_at = assessments[0]?.assessed_at ?? null;
        seen.called_at = item.removal?.called_at ?? null;
        if (item.removal?.state === 'gone') return { ...seen, gone_at: item.removal.ended_at };
        await time.sleep(glance, signal);
      }
      return { ...seen, error: signal.aborted ? 'ended' : `not gone after ${patience / 1000} s` };
    }

    async function once(signal: AbortSignal): Promise<void> {
      const route = 'sandbox';
      const started_at = time.now();
      const row: ProbeRow = {
        id: time.uuid(),
        route,
        started_at,
        received_at: null,
        assessed_at: null,
        called_at: null,
        gone_at: null,
        error: null,
      };
      let result: ProbeRow;
      try {
        result = await watch(await write(runtime), row, signal);
      } catch (error) {
        result = { ...row, error: (error as Error).message };
      }
      if (signal.aborted) return;
      for (const stage of ['received', 'assessed', 'called', 'gone'] as const) {
        const at = result[`${stage}_at`];
        if (at !== null) seconds.observe({ route, stage }, (at - started_at) / 1000);
      }
      success.set({ route }, result.gone_at === null ? 0 : 1);
      if (result.gone_at !== null) lastGone.set({ route }, result.gone_at / 1000);
      else log.error({ route, error: result.error }, 'the probe failed');
      await db.commit([db.insert(probesTable, [result])]);
    }

    const running = config.SANSDELAI_PROBE
      ? runtime.lead('probe', async (_fence, signal) => {
          await served(runtime, signal);
          const probing = loop(
            time,
            config.SANSDELAI_PROBE_EVERY,
            () => once(signal),
            error => log.error({ err: error }, 'the probe failed'),
          );
          await aborted(signal);
          await probing.stop();
          // Another process probes from now on: what was seen here must not look like the present.
          success.reset();
          lastGone.reset();
        })
      : undefined;
    return { problem: async () => undefined, stop: async () => running?.stop() };
  },
};
