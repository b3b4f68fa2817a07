import { type Runtime, type Stoppable, sql, type Write } from '../../runtime/index.js';
import { sharingLock } from '../erase.js';
import { storedPost } from '../read.js';
import type { IngestRows, PostRow } from '../tables.js';
import { marksOf } from './marks.js';
import { type Entry, enter } from './store.js';
import { type SearchRows, stateTable } from './tables.js';
import { wordsOf } from './words.js';

const atOnce = 500;
const lookEvery = 1_000;
/** What was committed since is left to the next look: commits end in another order than they began. */
const settled = 1_000;
/** While posts come in, nine tenths of the time are left to those; while none do, half. */
const share = { busy: 9, calm: 1 };
const calmAfter = 2_000;
/** What was committed later than that is found by looking again, this long after. */
const lateBy = 120_000;
const lateEvery = 30_000;

type Found = Pick<PostRow, 'key' | 'item' | 'version' | 'body' | 'received_at' | 'route' | 'flags'>;
const fields = ['key', 'item', 'version', 'body', 'received_at', 'route', 'flags'] as const;

/**
 * Follows the posts and makes them be found, behind their intake and slower than it where much comes: no post waits for this. Nothing is left out by a death
 * at any moment: where it is, is committed with what it wrote.
 */
export function followPosts(runtime: Runtime): Stoppable {
  return runtime.lead('search-index', async (_fence, signal) => {
    const { time } = runtime;
    let lookedAgain = time.now();
    while (!signal.aborted) {
      const from = time.steady();
      const { full, calm } = await pass(runtime);
      if (time.now() - lookedAgain >= lateEvery) {
        lookedAgain = time.now();
        await lookAgain(runtime);
      }
      const took = time.steady() - from;
      await time.sleep(full ? Math.max(5, took * (calm ? share.calm : share.busy)) : lookEvery, signal);
    }
  });
}

/** Where the index is; made where there is none. */
async function stateOf({ db }: Runtime) {
  const rows = db.tables<SearchRows>();
  const first = { id: 1, at: 0, key: '', late: 0, next: 1 };
  const row = await rows.selectFrom('search_state').selectAll().where('id', '=', 1).executeTakeFirst();
  if (row) return row;
  await db.commit([db.insert(stateTable, [first], { onConflict: 'nothing' })]);
  return first;
}

/** Of a post only the newest version is found; a version that deletes it is none. */
const unindexed = sql<boolean>`not exists (select 1 from post_index i where i.item = posts.item and i.version >= posts.version)`;

/** Indexes the next posts. Cost: a range of the index of reception, a look-up each. */
export async function pass(runtime: Runtime): Promise<{ full: boolean; calm: boolean }> {
  const { db, time } = runtime;
  const state = await stateOf(runtime);
  const now = time.now();
  const rows = await db
    .tables<IngestRows>()
    .selectFrom('posts')
    .select(fields)
    .where('received_at', '>=', state.at)
    .where('received_at', '<', now - settled)
    .where(row => row.or([row('received_at', '>', state.at), row('key', '>', state.key)]))
    .orderBy('received_at')
    .orderBy('key')
    .limit(atOnce)
    .execute();
  const last = rows.at(-1);
  if (!last) return { full: false, calm: true };
  const { writes, count } = await entriesOf(runtime, rows, state.next);
  const moved = { at: last.received_at, key: last.key, next: state.next + count };
  await db.commit([...sharingLock(db), ...guarded(runtime, state.next, moved), ...writes, forgetErased(runtime)]);
  const newest = await db
    .tables<IngestRows>()
    .selectFrom('posts')
    .select(({ fn }) => fn.max<number | null>('received_at').as('at'))
    .executeTakeFirst();
  return { full: rows.length === atOnce, calm: now - (newest?.at ?? 0) > calmAfter };
}

/** Indexes what was committed after its place had been passed. */
async function lookAgain(runtime: Runtime): Promise<void> {
  const { db, time } = runtime;
  const state = await stateOf(runtime);
  const until = Math.min(time.now() - lateBy, state.at);
  if (until <= state.late) return;
  const rows = await db
    .tables<IngestRows>()
    .selectFrom('posts')
    .select(fields)
    .where('received_at', '>=', state.late)
    .where('received_at', '<', until)
    .where('body', 'is not', null)
    .where('erases', '=', 0)
    .where(unindexed)
    .orderBy('received_at')
    .limit(atOnce)
    .execute();
  const { writes, count } = await entriesOf(runtime, rows, state.next);
  const late = rows.length === atOnce ? (rows.at(-1)?.received_at ?? until) : until;
  await db.commit([
    ...sharingLock(db),
    ...guarded(runtime, state.next, { late, next: state.next + count }),
    ...writes,
    forgetErased(runtime),
  ]);
}

/** Whoever else indexed meanwhile, as a holder that was paused past its lease, makes this commit conflict. */
const guarded = ({ db }: Runtime, next: number, moved: object): Write[] => [
  {
    query: db.tables<SearchRows>().updateTable('search_state').set(moved).where('id', '=', 1).where('next', '=', next),
    atLeast: 1,
  },
];

async function entriesOf(
  { db }: Runtime,
  rows: readonly Found[],
  next: number,
): Promise<{ writes: Write[]; count: number }> {
  const known = await db
    .tables<SearchRows>()
    .selectFrom('post_index')
    .select(['item', 'version'])
    .where('item', 'in', db.among(rows.map(({ item }) => item)))
    .execute();
  const indexed = new Map(known.map(({ item, version }) => [item, version]));
  const newest = new Map<string, Found>();
  for (const row of rows)
    if (row.version > Math.max(indexed.get(row.item) ?? 0, newest.get(row.item)?.version ?? 0))
      newest.set(row.item, row);
  const entries: Entry[] = [];
  for (const row of newest.values()) {
    const { key, item, version, received_at } = row;
    const { post, flags } = storedPost(row) ?? {};
    if (!post || post.deletedAt || flags?.includes('probe')) continue;
    const n = next + entries.length;
    entries.push({ n, item, version, key, received_at, words: wordsOf(post.text ?? ''), marks: marksOf(post) });
  }
  const changed = entries.filter(({ item }) => indexed.has(item)).map(({ item }) => item);
  const query = db.tables<SearchRows>().deleteFrom('post_index').where('item', 'in', db.among(changed));
  return { writes: [...(changed.length > 0 ? [{ query }] : []), ...enter(db, entries)], count: entries.length };
}

/** A deletion that was committed while this was read: what it erased leaves the index in the same commit. */
const forgetErased = ({ db }: Runtime): Write => ({
  query: sql`delete from post_index where n >= (select next from search_state where id = 1) - ${sql.lit(atOnce)}
    and not exists (select 1 from posts p where p.key = post_index.key and p.body is not null)`.compile(
    db.tables<unknown>(),
  ),
});
