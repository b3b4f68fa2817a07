import { decideMany, readItem } from '../../services/enforce/index.js';
import { ferry, queueUp } from '../browser/people.js';
import { eventually, forumPost } from '../console/installation.js';
import { openDesk } from './desk.js';

interface Case {
  id: string;
  postId: string;
  lane?: object;
  post?: { text: string };
  alike: { same: number; near: number };
  earlier: { removed: number; kept: number };
}

const desk = openDesk<Case>(
  { rosa: 'reviewer', sami: 'reviewer', lena: 'lead', lou: 'legal' },
  { REVIEW_BULK_ALONE: '2' },
);
const { who, claim, release, rowsOf, set, count } = desk;

const remove = { decision: 'remove', category: 'incites', reason: 'all the same' } as const;
const key = (id: string) => ({ platform: 'forum', id, version: 1 });
const threat = (name: string, post: string) =>
  who(name).post('/v1/threats', { platform: 'forum', post, states: [], why: 'He names a place and an hour.' });

let golden: Case;
let real: Case;
/** A golden item before rosa, beside a real case. */
async function put(n: number): Promise<void> {
  await set(0, 0);
  for (const name of ['rosa', 'sami', 'lena']) await release(name);
  const text = `A mild sentence about harvest festival number ${n}, which was written for this test alone.`;
  const item = {
    language: 'en',
    text,
    decision: 'keep',
    category: 'harmless',
    why: 'Nothing in it is about violence.',
  };
  expect((await who('lena').post('/console/api/quality/golden', item)).status).toBe(201);
  await queueUp(desk.here, [forumPost(`real-${n}`, { text: `${ferry} ${n}.`, language: 'en' })]);
  await set(1, 0);
  const cases = await claim('rosa');
  golden = cases.find(one => one.post?.text === text)!;
  real = cases.find(one => one.postId === `real-${n}`)!;
  await set(0, 0);
}

test('a test case is found by nobody else’s search, and no decision on many reaches it', async () => {
  await put(1);
  const query = { by: 'words', query: 'harvest festival' };
  const found = async (name: string) =>
    (await who(name).json<{ posts: { id: string }[] }>('/console/api/search', { method: 'POST', body: query })).posts;
  // Who has it before them finds it, as any other; nobody else does.
  expect((await found('rosa')).map(({ id }) => id)).toEqual([golden.postId]);
  expect(await found('sami')).toEqual([]);
  // Free for others, as where who had it has left.
  await who('rosa').post(`/console/api/review/${golden.id}/release`);
  await who('rosa').post(`/console/api/review/${real.id}/release`);
  const body = { posts: [golden.postId, real.postId, 'nowhere'].map(key), decision: remove };
  // What is left of three is no more than one may decide alone: nobody is asked to agree on a test case either.
  const many = await who('sami').post('/console/api/search/decision', body);
  expect([many.status, ((await many.json()) as { ids: string[] }).ids]).toEqual([200, [real.id]]);
  expect((await who('sami').post('/console/api/review/take-back', { cases: [real.id] })).status).toBe(200);
  expect(await count('approvals', 'kind', 'decisions')).toBe(0);
  expect(await count('test_cases', 'answered_by', 'sami')).toBe(0);
  // Nor does one that came to be a test case only after it was asked for, by whatever way.
  const held = { by: 'sami', ...remove } as const;
  const cases = { cases: [golden.id], posts: [], decision: held };
  expect((await decideMany(desk.here.runtime, cases, () => undefined)).ids).toEqual([]);
  // When a lead and a reviewer look at what says the same, it isn't there.
  expect(golden.alike).toEqual({ same: 0, near: 0, most: false, mostNear: false });
  await release('sami');
});

test('who has a test case before them decides it together with nothing, and that is an answer', async () => {
  await put(2);
  const path = `/console/api/review/${golden.id}/alike/decision`;
  const done = await who('rosa').post(path, { cases: [golden.id, real.id], decision: remove });
  expect([done.status, ((await done.json()) as { ids: string[] }).ids]).toEqual([200, [golden.id]]);
  const sooner = desk.here.runtime.db.tables<{ review_queue: { act_at: number; case_id: string } }>();
  const query = sooner.updateTable('review_queue').set({ act_at: 1 }).where('case_id', '=', golden.id);
  await desk.here.runtime.db.commit([{ query }]);
  await eventually(async () => ((await count('test_cases', 'answered_by', 'rosa')) > 0 ? true : undefined), 20_000);
  expect((await readItem(desk.here.runtime.db, 'forum', golden.postId)).removal).toBeUndefined();
  expect((await readItem(desk.here.runtime.db, 'forum', real.postId)).removal).toBeUndefined();
  const [kept] = (await readItem(desk.here.runtime.db, 'forum', real.postId)).cases;
  expect(kept?.state).toBe('open');
});

test('a test case that is passed on is noted, and goes to nobody: no queue counts it', async () => {
  await put(3);
  const notes = await who('rosa').post(`/console/api/review/${golden.id}/notes`, { text: 'Is this satire?' });
  expect(notes.status).toBe(201);
  const passed = await who('rosa').post(`/console/api/review/${golden.id}/hand-over`, {
    to: { leads: true },
    note: 'Please look.',
  });
  expect(passed.status).toBe(204);
  const { rows } = await who('lena').json<{ rows: { lane: string }[] }>('/console/api/queue');
  expect(rows.filter(({ lane }) => lane === 'lead')).toEqual([]);
  for (const name of ['lena', 'sami', 'rosa']) expect((await claim(name)).map(({ id }) => id)).not.toContain(golden.id);
  for (const [table, column] of [
    ['cases', 'id'],
    ['review_queue', 'case_id'],
    ['review_lanes', 'case_id'],
  ] as const)
    expect([table, await count(table, column, golden.id)]).toEqual([table, 0]);
  expect(await count('posts', 'item', `forum/${golden.postId}`)).toBe(0);
  const again = await who('rosa').post(`/console/api/review/${golden.id}/hand-over`, { to: { all: true }, note: 'x' });
  expect(again.status).toBe(404);
});

test('a threat to life in a golden item sends nobody to the authorities and starts no clock', async () => {
  await put(4);
  const told = await threat('rosa', golden.postId);
  expect(told.status).toBe(201);
  const report = (await told.json()) as Record<string, unknown>;
  expect(report).toMatchObject({ platform: 'forum', post: golden.postId, reportedBy: 'rosa', tell: [] });
  expect(Object.keys(report).sort()).toEqual(
    Object.keys((await (await threat('rosa', real.postId)).json()) as object).sort(),
  );
  const { threats } = await who('lou').json<{ threats: { post: string }[] }>('/v1/threats');
  expect(threats.map(({ post }) => post)).toEqual([real.postId]);
  expect(await count('clocks', 'post_id', golden.postId)).toBe(0);
  expect((await who('rosa').post(`/v1/threats/${report.id}/told`, { receipt: 'By telephone.' })).status).toBe(404);
});

test('a threat that a second person sees in what was decided is real: it is told of the post itself', async () => {
  await set(0, 0);
  for (const name of ['rosa', 'sami']) await release(name);
  await queueUp(desk.here, [forumPost('blind-1', { text: `${ferry} in the night.`, language: 'en' })]);
  await set(0, 1);
  const first = (await claim('rosa')).find(one => one.postId === 'blind-1')!;
  await who('rosa').post(`/v1/cases/${first.id}/decisions`, {
    decision: 'keep',
    reason: 'Mild.',
    category: 'harmless',
  });
  await release('rosa');
  const again = (await claim('sami')).find(one => one.post?.text === first.post?.text)!;
  expect([again.postId === 'blind-1', again.alike.same, again.earlier]).toMatchObject([
    false,
    0,
    { removed: 0, kept: 0 },
  ]);
  expect((await threat('sami', again.postId)).status).toBe(201);
  const { threats } = await who('lou').json<{ threats: { post: string }[] }>('/v1/threats');
  expect(threats.map(({ post }) => post)).toContain('blind-1');
  expect(threats.map(({ post }) => post)).not.toContain(again.postId);
  // Passed on, it waits for somebody else, under other names.
  const to = { to: { all: true }, note: 'Not mine.' };
  expect((await who('sami').post(`/console/api/review/${again.id}/hand-over`, to)).status).toBe(204);
  const [row] = await rowsOf('test_cases').selectAll().where('case_id', '=', again.id).execute();
  expect(row).toMatchObject({ state: 'waiting', put_to: null });
  expect((await readItem(desk.here.runtime.db, 'forum', 'blind-1')).removal).toBeUndefined();
});
