import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../../../services/cli/figures.js';
import {
  type EvidenceRows,
  evidencePostsTable,
  scoreDaysTable,
  scoreExamplesTable,
} from '../../../services/policies/evidence/tables.js';
import { sql } from '../../../services/runtime/index.js';
import { start } from '../../ingest/installation.js';
import { Random } from '../../simulation/random.js';

/**
 * How long what-if takes over 30 days of 20 languages and 15 labels, with 20,000 decisions: `node dist/test/bench/evidence/index.js`, on PostgreSQL
 * where DATABASE_URL is set (and KAFKA_BROKERS, as for a service). `first`: nothing was read of the label yet; `again`: the slider moves.
 */
const day = 24 * 3600_000;
const languages = Array.from({ length: 20 }, (_, n) => `l${String.fromCharCode(97 + n)}`);
const labels = Array.from({ length: 15 }, (_, n) => `label-${n}`);
const random = new Random(1);
const folder = mkdtempSync(join(tmpdir(), 'sansdelai-what-if-'));

const running = await start({}, { services: ['ingest', 'classify', 'enforce'], folder });
try {
  const { db } = running;
  const today = Date.now() - (Date.now() % day);
  const counts = (n: number, buckets: number, from = 0): string => {
    const made: Record<number, number> = {};
    for (let i = from; i < buckets; i++) made[i] = random.poisson(n / (i + 1) ** 2) + 1;
    return JSON.stringify(made);
  };
  const done = [
    ['allow', 'otherwise', 3000, 70],
    ['review', 'text-model', 30, 101],
    ['remove', 'confirmed-text', 3, 101],
  ] as const;
  for (let back = 0; back < 30; back++) {
    const at = today - back * day;
    const rows = languages.flatMap(language =>
      done.flatMap(([action, rule, n, buckets]) => [
        ...labels.map(label => ({
          id: `${at} ${label} ${language} ${rule}`,
          at,
          signal: 'text-model',
          label,
          language,
          action,
          rule,
          counts: counts(n, buckets),
          // A rule that acts from 0.5 on.
          ...(action !== 'allow' && { alone: counts(n, buckets, 50) }),
        })),
        { id: `${at} ${language} ${rule}`, at, signal: '', label: '', language, action, rule, counts: counts(n, 5) },
      ]),
    );
    await db.commit([db.insert(scoreDaysTable, rows, { onConflict: 'replace' })]);
  }
  for (let page = 0; page < 20; page++) {
    const rows = Array.from({ length: 1000 }, (_, n): EvidenceRows['evidence_posts'] => {
      const allowed = random.next() < 0.5;
      return {
        id: `${page}/${n}`,
        platform: 'acme',
        post_id: `${n}`,
        version: 1,
        language: languages[n % 20]!,
        class: allowed ? 'allowed' : 'reviewed',
        band: allowed ? n % 3 : 4,
        probability: allowed ? 0.01 : 1,
        scores: JSON.stringify(labels.map(label => ['text-model', label, Number(random.next().toPrecision(4))])),
        chosen_at: today - page * day,
        state: 'decided',
        case_id: null,
        violates: random.next() < (allowed ? 0.02 : 0.8) ? 1 : 0,
        decided_at: today,
        look_at: null,
      };
    });
    await db.commit([db.insert(evidencePostsTable, rows, { onConflict: 'replace' })]);
  }
  const examples = labels.flatMap(label =>
    languages.flatMap(language =>
      Array.from({ length: 101 * 8 }, (_, n) => ({
        signal: 'text-model',
        label,
        language,
        bucket: Math.floor(n / 8),
        place: n % 8,
        post: `acme/1/${n}`,
        score: Math.floor(n / 8) / 100 + random.next() / 100,
        action: 'allow',
        rule: 'otherwise',
        at: today,
      })),
    ),
  );
  for (let at = 0; at < examples.length; at += 5000)
    await db.commit([db.insert(scoreExamplesTable, examples.slice(at, at + 5000), { onConflict: 'replace' })]);
  if (db.engine === 'postgres') await sql`analyze`.execute(db.tables<unknown>());

  const timed = new Map<string, { ms: number[]; cpu: number[] }>();
  const part = (values: number[], share: number): string =>
    percentile(
      values.sort((a, b) => a - b),
      share,
    ).toFixed(0);
  const ask = async (what: string, path: string): Promise<void> => {
    const from = performance.now();
    const cpu = process.cpuUsage();
    const { status, body } = await running.call('GET', path);
    const { user, system } = process.cpuUsage(cpu);
    const one = timed.get(what) ?? { ms: [], cpu: [] };
    timed.set(what, one);
    one.ms.push(performance.now() - from);
    one.cpu.push((user + system) / 1000);
    if (status !== 200) throw new Error(JSON.stringify(body));
  };
  // As the screen begins: what there is, the live policy, the curve.
  await ask('/v1/what-if/labels, as the screen opens', '/v1/what-if/labels');
  const { body } = await running.call('GET', '/v1/policies');
  await running.call('GET', `/v1/policies/${encodeURIComponent(body.inForce.live)}`);
  await ask('/v1/what-if/curve, the first of all', '/v1/what-if/curve?label=label-0&rule=text-model');
  for (const days of [30, 29, 28]) {
    if (days < 30) await ask('/v1/what-if, other days', `/v1/what-if?label=label-0&threshold=0.5&days=${days}`);
    for (const label of labels.slice(1))
      await ask('/v1/what-if, first', `/v1/what-if?label=${label}&threshold=0.5&rule=text-model&days=${days}`);
  }
  for (let n = 0; n < 100; n++)
    await ask('/v1/what-if, again', `/v1/what-if?label=label-3&threshold=${n / 100}&from=0.5&rule=text-model`);
  for (let n = 0; n < 20; n++)
    await ask('/v1/what-if/curve, again', `/v1/what-if/curve?label=label-3&rule=text-model&language=${languages[n]}`);
  const lines = [...timed].map(
    ([what, { ms, cpu }]) =>
      `| ${what} | ${part(ms, 0.5)} ms | ${part(ms, 0.95)} ms | ${part(cpu, 0.5)} ms | ${ms.length} |`,
  );
  process.stdout.write(
    `${db.engine}, ${
      (
        await db
          .tables<EvidenceRows>()
          .selectFrom('score_days')
          .select(({ fn }) => fn.countAll<number>().as('n'))
          .executeTakeFirst()
      )?.n
    } rows\n\n| call | p50 | p95 | CPU, p50 | n |\n|---|---|---|---|---|\n${lines.join('\n')}\n`,
  );
} finally {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
}
