import { createCipheriv } from 'node:crypto';
import { bucketOf } from '../../../services/ledger/sla/buckets.js';
import { monthOf, monthStart } from '../../../services/ledger/sla/period.js';
import {
  type SlaClockRow,
  type SlaStretchRow,
  slaClocksTable,
  slaStretchesTable,
} from '../../../services/ledger/sla/tables.js';
import { ledgerStateTable } from '../../../services/ledger/tables.js';
import { type Database, sql } from '../../../services/runtime/index.js';

export const firstMonth = Date.UTC(2025, 11);
export const lastMonth = Date.UTC(2026, 10);

const routes = ['api', 'api', 'api', 'kafka', 'kafka', 'kafka', 'kafka', 'matrix', 'sandbox'];
const languages = 'en de fr ar tr ru es it pl nl pt fa ur uk ro cs el sv hu bg da fi hr sk lt'.split(' ');
const causes = ['platform-failed', 'still-readable', 'unconfirmed'];
/** How long things take: the middle (ms) and how far it spreads, log-normally; the limit. */
const kinds = [
  { obligation: 'removal', share: 0.45, median: 2_000, spread: 1.2, limit: 300_000 },
  { obligation: 'posted-to-gone', share: 0.45, median: 6_000, spread: 1.5, limit: undefined },
  { obligation: 'review', share: 0.1, median: 2 * 3600_000, spread: 1.3, limit: 24 * 3600_000 },
] as const;

/** Numbers from 0 (in) to 1 (out) that look like chance and are the same in each run. */
export function chance(seed: number): () => number {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  const zeros = Buffer.alloc(2 ** 16);
  let bytes = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at >= bytes.length) {
      bytes = cipher.update(zeros);
      at = 0;
    }
    at += 4;
    return bytes.readUInt32LE(at - 4) / 2 ** 32;
  };
}

/** A stretch that began then. */
export function stretch(began: number, random: () => number): SlaStretchRow {
  const dice = random();
  const kind = dice < kinds[0].share ? kinds[0] : dice < 1 - kinds[2].share ? kinds[1] : kinds[2];
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const ms = Math.round(kind.median * Math.exp(kind.spread * normal));
  const late = kind.limit !== undefined && ms > kind.limit;
  const cause = causes[Math.floor(random() * causes.length)] as string;
  return {
    month: monthOf(began),
    obligation: kind.obligation,
    bucket: bucketOf(ms),
    route: routes[Math.floor(random() * routes.length)] as string,
    // Few are most.
    language: languages[Math.floor(random() ** 3 * languages.length)] as string,
    ms,
    began,
    since: 0,
    clock: Math.floor(random() * 2 ** 32).toString(36) + Math.floor(random() * 2 ** 32).toString(36),
    verdict: kind.limit === undefined ? 'unlimited' : late ? cause : 'within',
  };
}

/** So many ended clocks over the months, in the order in which they began, and open ones beside them. */
export async function fill(db: Database, clocks: number, open: number, say: (line: string) => void): Promise<void> {
  const random = chance(1);
  const end = monthStart(lastMonth, 1);
  const step = (end - firstMonth) / clocks;
  const atOnce = 5_000;
  const state = { id: 1, size: 2 * clocks, root: '', policy: '', changed_at: 0 };
  await db.commit([db.insert(ledgerStateTable, [state])]);
  let committing: Promise<unknown> = Promise.resolve();
  for (let made = 0; made < clocks; made += atOnce) {
    const rows = Array.from({ length: Math.min(atOnce, clocks - made) }, (_, i) =>
      stretch(firstMonth + Math.floor((made + i) * step), random),
    );
    await committing;
    committing = db.commit([db.insert(slaStretchesTable, rows)]);
    if ((made + atOnce) % 1_000_000 === 0) say(`  ${(made + atOnce) / 1e6}M stretches`);
  }
  await committing;
  const rows = Array.from({ length: open }, (_, i): SlaClockRow => {
    const began = end - 1 - Math.floor(random() * 30 * 24 * 3600_000);
    const { obligation, route, language, clock } = stretch(began, random);
    const limit = kinds.find(kind => kind.obligation === obligation)?.limit;
    const of = { obligation, route, language, began, verdict: limit === undefined ? 'unlimited' : 'unconfirmed' };
    return {
      clock: `${clock}-${i}`,
      history: '',
      seal: null,
      open: 1,
      due: limit === undefined ? null : began + limit,
      ...of,
    };
  });
  for (let at = 0; at < rows.length; at += atOnce)
    await db.commit([db.insert(slaClocksTable, rows.slice(at, at + atOnce))]);
  for (let month = firstMonth; month <= lastMonth; month = monthStart(month, 1)) {
    const name = monthOf(month);
    const counts = sql`insert into sla_counts (month, obligation, route, language, bucket, verdict, n)
      select month, obligation, route, language, bucket, verdict, count(*) from sla_stretches where month = ${name}
      group by month, obligation, route, language, bucket, verdict`;
    const openCounts = sql`insert into sla_counts (month, obligation, route, language, bucket, verdict, n)
      select ${name}, obligation, route, language, -2, verdict, count(*) from sla_clocks
      where open = 1 and began >= ${month} and began < ${monthStart(month, 1)}
      group by obligation, route, language, verdict`;
    const tables = db.tables<unknown>();
    await db.commit([{ query: counts.compile(tables) }, { query: openCounts.compile(tables) }]);
  }
}
