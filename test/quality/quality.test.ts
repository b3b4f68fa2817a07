import { readItem } from '../../services/enforce/index.js';
import { ferry, queueUp } from '../browser/people.js';
import { eventually, forumPost } from '../console/installation.js';
import { openDesk } from './desk.js';

interface Case {
  id: string;
  platform: string;
  postId: string;
  url: string;
  rule: string;
  post?: { text: string; author: string };
  author: { cases: number; latest: object[] };
  findings: { entry?: object; spans?: object }[];
}

const desk = openDesk<Case>({ rosa: 'reviewer', sami: 'reviewer', lena: 'lead', omar: 'operator', rita: 'regulator' });
const { who, claim, release, set, count } = desk;

const decide = (name: string, id: string, decision: string, category?: string) =>
  who(name).post(`/v1/cases/${id}/decisions`, {
    decision,
    reason: 'as the test has it',
    ...(category && { category }),
  });
const lines = async (name = 'lena') =>
  (
    await who(name).json<{
      lines: { by: string; key: string; golden: object; overturned: object; agreement: object }[];
    }>('/console/api/quality')
  ).lines;
const golden = {
  language: 'en',
  text: 'A mild sentence about harvest festivals, written for this test.',
  decision: 'keep',
  category: 'harmless',
  why: 'Nothing in it is about violence.',
};
const en = (id: string, more: object = {}) => forumPost(id, { text: `${ferry} ${id}.`, language: 'en', ...more });

test('a golden item looks like the case beside it, leads to nothing, and is told afterwards', async () => {
  expect((await who('lena').post('/console/api/quality/golden', golden)).status).toBe(201);
  await queueUp(desk.here, [en('real-01'), en('real-02')]);
  await set(1, 0);
  const both = await claim('rosa', 1);
  expect(both).toHaveLength(2);
  const [real, made] = [
    both.find(one => one.postId.startsWith('real-'))!,
    both.find(one => one.post?.text === golden.text)!,
  ];
  expect(Object.keys(made).sort()).toEqual(Object.keys(real).sort());
  expect(Object.keys(made.post!).sort()).toEqual(Object.keys(real.post!).sort());
  expect(made.postId).toMatch(/^[a-z]{4}-\d\d$/);
  expect(made).toMatchObject({ platform: 'forum', rule: real.rule, url: `https://forum.example.org/${made.postId}` });
  expect(made.findings.map(one => Object.keys(one))).toEqual(real.findings.map(one => Object.keys(one)));
  expect(made.id).toHaveLength(real.id.length);

  // Nobody else gets it, and it is decided like any other; what it leads to is nothing.
  await set(0, 0.01);
  const others = (await claim('sami', 10)).map(({ id }) => id);
  expect(others).not.toContain(made.id);
  await release('sami');
  expect((await decide('rosa', made.id, 'remove', 'incites')).status).toBe(201);
  const item = await readItem(desk.here.runtime.db, 'forum', made.postId);
  expect(item).toEqual({ cases: [], removal: undefined, grounds: [], looks: [] });
  expect(await count('posts', 'item', `forum/${made.postId}`)).toBe(0);
  expect(await count('clocks', 'post_id', made.postId)).toBe(0);
  expect(await count('review_queue', 'case_id', made.id)).toBe(0);

  const told = async () => (await who('rosa').json<{ told: { id: string }[] }>('/console/api/quality/told')).told;
  expect(await told()).toMatchObject([
    {
      id: made.id,
      text: golden.text,
      answer: { decision: 'remove', category: 'incites' },
      right: { decision: 'keep', category: 'harmless' },
      why: golden.why,
    },
  ]);
  expect((await who('rosa').post('/console/api/quality/told', { ids: [made.id] })).status).toBe(204);
  expect(await told()).toEqual([]);

  // Never the same twice to one person.
  await set(1, 0);
  await who('rosa').post(`/console/api/review/${real.id}/release`);
  expect((await claim('rosa', 10)).filter(one => one.post?.text === golden.text)).toEqual([]);
  await set(0, 0.01);
  await release('rosa');
});

test('a second person decides blind, and a lead who was neither says which stands', async () => {
  await set(0, 0);
  await queueUp(desk.here, [en('twice-1')]);
  await set(0, 1);
  const first = (await claim('rosa', 10)).find(one => one.postId === 'twice-1')!;
  expect((await decide('rosa', first.id, 'remove', 'incites')).status).toBe(201);
  await release('rosa');
  // Not to whoever decided first; to somebody else, under other names, without a trace of the first decision.
  expect((await claim('rosa', 10)).filter(one => one.post?.text === first.post?.text)).toEqual([]);
  await release('rosa');
  const again = (await claim('sami', 10)).find(one => one.post?.text === first.post?.text)!;
  expect(again.postId).not.toBe(first.postId);
  expect(JSON.stringify(again)).not.toContain('twice-1"');
  expect(again.author).toMatchObject({ cases: 1, latest: [] });
  // Passed over, it waits for somebody else again; then it is theirs.
  await who('sami').post(`/console/api/review/${again.id}/release`);
  const back = (await claim('sami', 10)).find(one => one.post?.text === first.post?.text)!;
  expect((await decide('sami', back.id, 'keep', 'news')).status).toBe(201);
  expect((await readItem(desk.here.runtime.db, 'forum', 'twice-1')).removal?.wanted).toBe('gone');

  const { disagreements } = await who('lena').json<{ disagreements: { id: string }[] }>(
    '/console/api/quality/disagreements',
  );
  expect(disagreements).toMatchObject([
    {
      postId: 'twice-1',
      first: { by: 'rosa', decision: 'remove', category: 'incites' },
      second: { by: 'sami', decision: 'keep', category: 'news' },
      own: false,
    },
  ]);
  const at = `/console/api/quality/disagreements/${disagreements[0]!.id}`;
  expect(await who('lena').json(`${at}/text`)).toEqual({ text: first.post?.text });
  const body = { stands: 'second', reason: 'It reports.' };
  expect((await who('lena').post(at, body)).status).toBe(204);
  expect((await who('lena').post(at, body)).status).toBe(409);
  expect((await readItem(desk.here.runtime.db, 'forum', 'twice-1')).removal?.wanted).toBe('public');
  const rosa = (await lines()).find(line => line.by === 'person' && line.key === 'rosa');
  expect(rosa).toMatchObject({ overturned: { n: 1, reversed: 1, why: 'few' }, golden: { n: 1, right: 0 } });
});

test('where the first let it stand and the second is right, it is removed', async () => {
  await set(0, 0);
  await queueUp(desk.here, [en('twice-2')]);
  await set(0, 1);
  const first = (await claim('sami', 10)).find(one => one.postId === 'twice-2')!;
  expect((await decide('sami', first.id, 'keep', 'harmless')).status).toBe(201);
  await release('sami');
  const again = (await claim('rosa', 10)).find(one => one.post?.text === first.post?.text)!;
  expect((await decide('rosa', again.id, 'remove', 'recruits')).status).toBe(201);
  const { disagreements } = await who('lena').json<{ disagreements: { id: string; postId: string }[] }>(
    '/console/api/quality/disagreements',
  );
  const at = `/console/api/quality/disagreements/${disagreements.find(one => one.postId === 'twice-2')!.id}`;
  expect((await who('lena').post(at, { stands: 'second', reason: 'It recruits.' })).status).toBe(204);
  const item = await readItem(desk.here.runtime.db, 'forum', 'twice-2');
  expect([item.removal?.wanted, item.grounds.map(row => row.added_by)]).toEqual(['gone', ['lena']]);
  const found = await lines();
  expect(found.find(line => line.by === 'language' && line.key === 'en')).toMatchObject({
    agreement: { n: 2, same: 0 },
  });
  expect(found.find(line => line.by === 'pair')).toMatchObject({ key: 'rosa / sami', agreement: { n: 2, why: 'few' } });
  expect(found.find(line => line.by === 'label' && line.key === 'keep/harmless')).toMatchObject({
    overturned: { n: 1, reversed: 1 },
  });
});

test('figures of persons are for leads, and for each of themselves', async () => {
  for (const name of ['rosa', 'omar', 'rita'])
    for (const path of ['', '/golden', '/disagreements'])
      expect([name, path, (await who(name).ask(`/console/api/quality${path}`)).status]).toEqual([name, path, 403]);
  for (const name of ['omar', 'rita']) expect((await who(name).ask('/console/api/quality/mine')).status).toBe(403);
  const mine = await who('rosa').json<{ line: { key: string }; told: object[] }>('/console/api/quality/mine');
  expect(mine.line.key).toBe('rosa');
  expect(mine.told).toHaveLength(1);
  expect(JSON.stringify(mine)).not.toContain('sami');
});

test('what is entered is checked', async () => {
  const post = (body: object) => who('lena').post('/console/api/quality/golden', body);
  expect((await post({ ...golden, category: 'incites' })).status).toBe(422);
  expect((await post({ ...golden, text: ' ' })).status).toBe(422);
  const put = (body: object) => who('lena').ask('/console/api/quality/settings', { method: 'PUT', body });
  expect((await put({ golden: 0.6, second: 0 })).status).toBe(422);
  expect((await put({ golden: 0.02, second: 0.05 })).status).toBe(204);
  const { items } = await who('lena').json<{ items: { id: string }[] }>('/console/api/quality/golden');
  const gone = () => who('lena').ask(`/console/api/quality/golden/${items[0]!.id}`, { method: 'DELETE' });
  expect([(await gone()).status, (await gone()).status]).toEqual([204, 404]);
  await eventually(async () => ((await lines()).length > 0 ? true : undefined));
});
