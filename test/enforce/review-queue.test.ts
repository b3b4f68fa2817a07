import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marksOf } from '../../services/classify/index.js';
import { openCase, severerCase } from '../../services/enforce/cases.js';
import {
  type CaseRow,
  changeReviewer,
  claimCases,
  countSeen,
  decideMany,
  exposureOf,
  handOver,
  holdDecision,
  type Kind,
  quality,
  queuesFor,
  readAlike,
  readDone,
  readHolders,
  readOverview,
  readReviewer,
  releaseCase,
  seenSince,
  sharedOf,
  takeBackMany,
} from '../../services/enforce/index.js';
import { queueTable } from '../../services/enforce/queue-table.js';
import { reviewTables } from '../../services/enforce/review-tables.js';
import { casesTable, groundsTable, removalsTable } from '../../services/enforce/tables.js';
import { postsTable } from '../../services/ingest/tables.js';
import {
  type Database,
  migrate,
  openPostgres,
  openSqlite,
  type Runtime,
  realTime,
} from '../../services/runtime/index.js';
import { freshDatabase, withServers } from '../servers/index.js';

const tea = 'Tea is served on the upper deck from four to five in the afternoon, with cake.';

test('marks tell how much two texts have in common, and nothing of a text that has hardly any', () => {
  const [one, same, near, other] = [
    tea,
    tea.toUpperCase(),
    tea.replace('cake', 'scones'),
    'Rain all day long, and wind.',
  ].map(text => marksOf(text)!);
  expect(same!.same).toBe(one!.same);
  expect(near!.same).not.toBe(one!.same);
  expect(sharedOf(one!.sketch, near!.sketch)).toBeGreaterThan(0.7);
  expect(sharedOf(one!.sketch, other!.sketch)).toBeLessThan(0.2);
  expect(one!.bands.some((band, n) => band === near!.bands[n])).toBe(true);
  expect(marksOf('ok ok')).toBeUndefined();
  expect(marksOf('Good morning!')).toMatchObject({ bands: [], sketch: '' });
});

function suite(open: () => Promise<Database>): void {
  let db: Database;
  let runtime: Runtime;
  let now = Date.UTC(2026, 10, 22, 12);
  beforeAll(async () => {
    db = await open();
    await migrate(db, [
      ...[casesTable, queueTable, ...reviewTables, removalsTable, groundsTable, postsTable],
      ...quality.qualityTables,
    ]);
    const commit: Runtime['commit'] = writes => db.commit(writes);
    runtime = { db, commit, time: { ...realTime, now: () => now } } as Runtime;
  });
  afterAll(() => db?.stop());
  beforeEach(async () => {
    for (const name of ['cases', 'review_queue', 'review_lanes', 'review_seen', 'case_texts', 'reviewers'])
      await db.commit([{ query: db.tables<Record<string, object>>().deleteFrom(name) }]);
  });

  const row = (id: string, more: Partial<CaseRow> = {}): CaseRow => ({
    ...{ id, item: `forum/${id}`, platform: 'forum', post_id: id, version: 1, state: 'open', priority: 0.5, rule: 'r' },
    ...{ reasons: '[]', url: 'https://forum.example.org/', author_id: 'a', route: 'api', flags: '[]', posted_at: now },
    ...{
      opened_at: now,
      decision: null,
      decided_at: null,
      decided_by: null,
      note: null,
      language: null,
      category: null,
    },
    ...more,
  });
  const opened = async (
    id: string,
    {
      kind = 'text' as Kind,
      text = '',
      queue,
      due,
      ...more
    }: Partial<CaseRow> & { kind?: Kind; text?: string; queue?: string; due?: number } = {},
  ) => {
    const within = due === undefined ? {} : { due, usual: 24 * 3600_000 };
    const { writes } = openCase(db, row(id, more), false, { kind, text: marksOf(text), queue, ...within });
    await db.commit(writes);
  };
  const claim = async (who: string, more: object = {}) =>
    (await claimCases(runtime, who, { n: 10, ...more })).map(({ id }) => id).sort();

  test('what was placed is claimed by whom it is for, before the rest; each by one', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await opened(id);
    await claim('rosa');
    await handOver(runtime, 'b', 'rosa', { person: 'sami' }, 'x');
    await handOver(runtime, 'c', 'rosa', { skill: 'law' }, 'x');
    expect(await claim('lea', { lanes: ['lead', 'law'] })).toEqual(['c']);
    expect(await claim('sami', { n: 1 })).toEqual(['b']);
    expect(await claim('rosa')).toEqual(['a', 'd']);
    // After half an hour what was handed to one is for everybody; a lane is not, but for leads once it is late.
    now += 31 * 60_000;
    expect(await claim('tim')).toEqual(['a', 'b', 'd']);
    now += 4 * 60_000;
    expect(await claim('lea', { lanes: ['lead'], lateBefore: now - 60_000 })).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a queue is first for those who serve it, and for all where none of them is at work, or half of the time is over', async () => {
    await opened('old', { opened_at: now - 13 * 3600_000 });
    await opened('urgent', { priority: 1_000 });
    await opened('river', { queue: 'incident-river', language: 'fr' });
    await opened('law', { queue: 'law', priority: 0.9 });
    await opened('plain', { priority: 0.95, opened_at: now - 3600_000 });
    const halfBefore = now - 12 * 3600_000;
    const named = new Map([['incident-river', ['rosa']]]);
    const order = async (who: string, n = 10) => {
      const sent = await queuesFor(runtime, who, named, 5);
      const ids = (await claimCases(runtime, who, { n, ...sent, halfBefore })).map(({ id }) => id);
      for (const id of ids) await releaseCase(runtime, who, id);
      return ids;
    };
    const all = ['urgent', 'old', 'plain', 'law', 'river'];
    // Nobody who serves it is at work: it comes in its turn.
    expect(await order('sami')).toEqual(all);
    expect(await order('rosa')).toEqual(['urgent', 'old', 'river', 'plain', 'law']);
    await db.commit(changeReviewer(db, 'rosa', { activeAt: now }));
    await db.commit(changeReviewer(db, 'tim', { activeAt: now, skills: ['law'], kinds: ['match'] }));
    expect(await order('sami')).toEqual(['urgent', 'old', 'plain', 'law']);
    await db.commit(changeReviewer(db, 'tim', { kinds: [] }));
    expect(await order('sami')).toEqual(['urgent', 'old', 'plain']);
    expect(await order('tim')).toEqual(['urgent', 'old', 'law', 'plain']);
    // What they do not take is kept for nobody; nor is it while they may not be sent more.
    await db.commit(changeReviewer(db, 'rosa', { languages: ['de'] }));
    expect(await order('sami')).toEqual(['urgent', 'old', 'plain', 'river']);
    await db.commit(changeReviewer(db, 'rosa', { languages: [], perHour: 1 }));
    expect(await order('sami')).toEqual(['urgent', 'old', 'plain']);
    await claimCases(runtime, 'rosa', { n: 1 });
    await countSeen(runtime, 'rosa', ['urgent', 'old', 'river', 'plain', 'law']);
    for (const id of all) await releaseCase(runtime, 'rosa', id);
    expect(await order('sami')).toEqual(['urgent', 'old', 'plain', 'river']);
    // They left, or the incident is over.
    await db.commit(changeReviewer(db, 'rosa', { perHour: 100 }));
    named.clear();
    now += 200_000;
    expect(await order('sami')).toEqual(all);
    // Nothing starves: what has waited for half of its time is for all, at once and in its turn.
    await db.commit(changeReviewer(db, 'tim', { activeAt: now }));
    const sent = await queuesFor(runtime, 'sami', named, 5);
    const late = await claimCases(runtime, 'sami', { n: 10, ...sent, halfBefore: now });
    expect(late.map(({ id }) => id)).toEqual(all);
    expect((await readOverview(db)).map(({ queue }) => queue).sort()).toEqual(['', 'incident-river', 'law']);
  });

  test('what a rule wants looked at sooner, or later, comes when it is due; kept for who serves its queue for half of that time', async () => {
    const hour = 3600_000;
    await opened('plain', { opened_at: now - 2 * hour });
    await opened('later', { opened_at: now - 4 * hour, due: now + 30 * hour, priority: 0.9 });
    await opened('newer', { opened_at: now - hour, priority: 0.9 });
    await opened('soon', { due: now + 4 * hour, queue: 'law', priority: 0.1 });
    await opened('urgent', { priority: 1_000 });
    await db.commit(changeReviewer(db, 'tim', { activeAt: now, skills: ['law'] }));
    const order = async (who: string) => {
      const sent = await queuesFor(runtime, who, new Map(), 5);
      const got = await claimCases(runtime, who, { n: 10, ...sent, halfBefore: now - 12 * hour });
      for (const { id } of got) await releaseCase(runtime, who, id);
      return got.map(({ id }) => id);
    };
    expect(await order('tim')).toEqual(['urgent', 'soon', 'plain', 'newer', 'later']);
    expect(await order('sami')).toEqual(['urgent', 'plain', 'newer', 'later']);
    now += 2 * hour;
    await db.commit(changeReviewer(db, 'tim', { activeAt: now }));
    expect(await order('sami')).toEqual(['urgent', 'soon', 'plain', 'newer', 'later']);
    // More was found in it: the sooner of the two times counts.
    for (const [id, due] of [
      ['later', now + hour],
      ['soon', now + 40 * hour],
    ] as const)
      await db.commit(severerCase(db, row(id), row(id), false, { due, usual: 24 * hour }).writes);
    expect(await order('sami')).toEqual(['urgent', 'later', 'soon', 'plain', 'newer']);
  });

  test('languages and kinds narrow what is claimed', async () => {
    await opened('fr', { language: 'fr-CA' });
    await opened('de', { language: 'de', kind: 'media' });
    await opened('none');
    expect(await claim('rosa', { languages: ['fr', ''] })).toEqual(['fr', 'none']);
    expect(await claim('sami', { kinds: ['text'], languages: ['de'] })).toEqual([]);
    expect(await claim('sami', { kinds: ['media'] })).toEqual(['de']);
    const rows = await readOverview(db);
    expect(rows).toContainEqual({ language: 'fr', kind: 'text', lane: '', queue: '', open: 1, oldest: now });
    expect([...(await readHolders(runtime))].sort()).toEqual([
      ['rosa', 2],
      ['sami', 1],
    ]);
  });

  test('what was seen counts once, for whom it was before, and leaves the hour again', async () => {
    for (const id of ['a', 'b', 'c']) await opened(id);
    await claim('rosa', { n: 2 });
    const ids = ['a', 'b', 'c'];
    await countSeen(runtime, 'rosa', ids);
    await countSeen(runtime, 'rosa', ids);
    await countSeen(runtime, 'sami', ids);
    expect([await seenSince(db, 'rosa', now - 1), await seenSince(db, 'sami', 0)]).toEqual([2, 0]);
    const standing = async () => exposureOf(runtime, await readReviewer(db, 'rosa'), 2, []);
    expect(await standing()).toMatchObject({ seen: 2, left: 0, until: expect.any(Number) });
    await db.commit(changeReviewer(db, 'rosa', { liftedUntil: now + 1_000 }));
    expect((await standing()).left).toBeGreaterThan(1_000);
    now += 2_000;
    await db.commit(changeReviewer(db, 'rosa', { perHour: 5 }));
    expect(await standing()).toMatchObject({ perHour: 5, left: 3 });
    now += 3_600_000;
    expect(await standing()).toMatchObject({ seen: 0, left: 5 });
  });

  test('those that say the same get one decision, but for what others have before them', async () => {
    for (const n of [1, 2, 3]) await opened(`same-${n}`, { text: `${tea}${'!'.repeat(n)}` });
    await opened('near', { text: tea.replace('cake', 'scones') });
    await opened('other', { text: 'Rain all day long, and wind from the west in the evening.' });
    await claimCases(runtime, 'sami', { n: 1, except: ['same-1', 'same-2', 'near', 'other'] });
    const alike = await readAlike(db, 'same-1', 'rosa', now);
    expect(alike.map(({ id, shared }) => [id, shared === 1])).toEqual([
      ['same-2', true],
      ['near', false],
    ]);
    const decision = { decision: 'keep', reason: 'tea', category: 'harmless', by: 'rosa' } as const;
    const all = ['same-1', 'same-2', 'same-3', 'near'];
    const done = await decideMany(runtime, { cases: all, posts: [], decision }, marksOf);
    expect(done.ids.sort()).toEqual(['near', 'same-1', 'same-2']);
    await expect(holdDecision(runtime, 'same-1', { ...decision, by: 'sami' })).rejects.toMatchObject({ status: 409 });
    expect(await takeBackMany(runtime, 'sami', all)).toBe(0);
    expect(await takeBackMany(runtime, 'rosa', all)).toBe(3);
    expect(await readDone(db, ['forum/near', 'forum/nothing'])).toEqual(new Map([['forum/near', 'open']]));
  });
}

describe('the queue, SQLite', () => {
  const home = mkdtempSync(join(tmpdir(), 'sansdelai-queue-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  suite(() => openSqlite(join(home, 'queue.db')));
});
withServers(['postgres'], 'the queue, PostgreSQL', () =>
  suite(async () => openPostgres(await freshDatabase(), 4, () => undefined)),
);
