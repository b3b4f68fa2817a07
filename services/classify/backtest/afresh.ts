import { type Post, postOf } from '../../contracts/index.js';
import { readReviewed } from '../../enforce/index.js';
import { readPosts } from '../../ingest/index.js';
import { type Batch, Collector, type Work } from '../../policies/index.js';
import type { Database, Time } from '../../runtime/index.js';
import { type AssessedPost, assessPosts } from '../assess.js';
import type { RunningSignals } from '../signals/index.js';
import type { AssessmentRow, ClassifyRows } from '../tables.js';
import { versionsIn } from '../version-sets.js';
import { labelledPost } from './labelled.js';
import { comparePage, cursorOf, metBy, type Policies, readPage, type StoredRow, toldOf } from './stored.js';

/** Posts assessed together: what comes in meanwhile waits for no more than these. */
const atOnce = 64;
const handOverEvery = 500;

export interface Needs {
  db: Database;
  time: Time;
  signals: RunningSignals;
}

/** By both policies, with the signals as they are now. Costly ones are asked too. */
async function assess(
  { signals, time }: Needs,
  { draft, against }: Policies,
  posts: readonly Post[],
): Promise<{ after: AssessedPost; before: AssessedPost | undefined }[]> {
  const now = time.now();
  const after = await assessPosts(signals, draft, posts, now);
  const before = against ? await assessPosts(signals, against, posts, now) : [];
  return after.map((one, n) => ({ after: one, before: before[n] }));
}

const metIn = (policies: Policies, post: Post, after: AssessedPost, before: string) =>
  metBy([policies.draft, ...(policies.against ? [policies.against] : [])], [after.rule, before], post, after.findings);

/** Assesses the labelled posts that were sent for a backtest. */
export async function* overPosts(
  needs: Needs,
  policies: Policies,
  { id, spec, mark, listed }: Work,
  lines: (id: string, after: number) => Promise<{ n: number; lines: string } | undefined>,
  signal: AbortSignal,
): AsyncIterable<Batch> {
  const { time } = needs;
  const collector = new Collector(mark, listed);
  const violating = spec.violating && new Set(spec.violating);
  let n = mark.cursor === null ? -1 : Number(mark.cursor);
  let since = time.steady();
  for (;;) {
    const row = await lines(id, n);
    if (!row) break;
    const entries = row.lines.split('\n').map(text => JSON.parse(text) as Record<string, unknown>);
    for (let at = 0; at < entries.length; at += atOnce) {
      if (signal.aborted) return;
      const posts = entries
        .slice(at, at + atOnce)
        .map((entry, i) => labelledPost(entry, row.n * 1_000 + at + i + 1, violating));
      const good = posts.flatMap(post => post ?? []);
      for (let bad = posts.length - good.length; bad > 0; bad--) collector.leave('the line is no post');
      const assessed = await assess(
        needs,
        policies,
        good.map(({ post }) => post),
      );
      good.forEach(({ post, slice, label, truth }, i) => {
        const { after, before } = assessed[i]!;
        const { platform, id, version, language } = post;
        const told = { platform, id, version, language, slice, label, truth };
        const was = before ?? after;
        collector.compare(
          told,
          { action: was.action, rule: was.rule },
          { action: after.action, rule: after.rule },
          () => metIn(policies, post, after, was.rule),
        );
      });
      // Whatever else waits comes first.
      await time.sleep(0, signal);
    }
    n = row.n;
    if (time.steady() - since < handOverEvery) continue;
    since = time.steady();
    yield collector.take(String(n));
  }
  if (collector.pending > 0) yield collector.take(String(n));
}

/** Goes over kept assessments, and assesses afresh the posts of which a signal goes by another version now. */
export async function* overChanged(
  needs: Needs,
  policies: Policies,
  { spec, mark, listed }: Work,
  signal: AbortSignal,
): AsyncIterable<Batch> {
  const { db, time } = needs;
  const collector = new Collector(mark, listed);
  let { cursor } = mark;
  let since = time.steady();
  while (!signal.aborted) {
    const rows = await readPage(db, spec, cursor);
    const last = rows.at(-1);
    if (!last) break;
    for (let at = 0; at < rows.length && !signal.aborted; at += atOnce) {
      const part = rows.slice(at, at + atOnce);
      const changed = await changedSince(needs, part);
      const same = part.filter(({ key, basis }) => basis !== null && !changed.has(key));
      await comparePage(db, policies, same, collector);
      const rest = part.filter(row => !same.includes(row));
      if (rest.length > 0) await compareAfresh(needs, policies, rest, collector);
      cursor = cursorOf(part.at(-1)!);
      await time.sleep(0, signal);
      if (time.steady() - since < handOverEvery) continue;
      since = time.steady();
      yield collector.take(cursor);
    }
  }
  if (collector.pending > 0) yield collector.take(cursor ?? '');
}

/** Those that were assessed with other versions of the signals than those of now. */
async function changedSince({ db, signals }: Needs, part: readonly StoredRow[]): Promise<ReadonlySet<string>> {
  const keys = part.map(({ key }) => key);
  const rows: Pick<AssessmentRow, 'key' | 'detail'>[] = await db
    .tables<ClassifyRows>()
    .selectFrom('assessments')
    .select(['key', 'detail'])
    .where('key', 'in', db.among(keys))
    .execute();
  const now = Object.entries(signals.versions());
  const made = await versionsIn(db, rows);
  return new Set(
    keys.filter(key => {
      const then = made.get(key)?.signals;
      return !then || now.some(([name, version]) => then[name] !== version);
    }),
  );
}

async function compareAfresh(
  needs: Needs,
  policies: Policies,
  rows: readonly StoredRow[],
  collector: Collector,
): Promise<void> {
  const { db } = needs;
  const keys = rows.map(({ key }) => postOf(key));
  const stored = await readPosts(db, keys);
  const reviewed = await readReviewed(
    db,
    rows.map(({ item }) => item),
  );
  const there = rows.flatMap((row, n) => (stored[n] ? [{ row, post: stored[n].post }] : []));
  for (let gone = rows.length - there.length; gone > 0; gone--) collector.leave('the post was erased');
  const assessed = await assess(
    needs,
    policies,
    there.map(({ post }) => post),
  );
  there.forEach(({ row, post }, n) => {
    const { after, before } = assessed[n]!;
    const was = before ?? { action: row.action as AssessedPost['action'], rule: row.rule };
    const told = toldOf(row, post.language, reviewed);
    collector.compare(told, { action: was.action, rule: was.rule }, { action: after.action, rule: after.rule }, () =>
      metIn(policies, post, after, was.rule),
    );
  });
}
