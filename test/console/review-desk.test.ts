import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { addPerson, type Browser, logIn } from '../accounts/browser.js';
import { ferry, queueUp } from '../browser/people.js';
import { eventually, forumPost, type Installed, install } from './installation.js';

const secret = `whsec_${Buffer.from('a secret of the tests, 24+').toString('base64')}`;
let here: Installed;
let rosa: Browser;
let sami: Browser;
let lea: Browser;
let admin: Browser;
let translator: Server;
let asked: { text: string; from: string | null; to: string }[];
let answer = '{"text": "Le bac part à midi."}';
beforeAll(async () => {
  asked = [];
  translator = createServer((req, res) => {
    let body = '';
    req.on('data', part => {
      body += part;
    });
    req.on('end', () => {
      asked.push(new Webhook(secret).verify(body, req.headers as Record<string, string>) as (typeof asked)[number]);
      res.setHeader('Content-Type', 'application/json').end(answer);
    });
  });
  await new Promise<void>(resolve => translator.listen(0, '127.0.0.1', resolve));
  const TRANSLATE_URL = `http://127.0.0.1:${(translator.address() as AddressInfo).port}/translate`;
  here = await install({ TRANSLATE_URL, TRANSLATE_SECRET: secret, REVIEW_PER_HOUR: '40', REVIEW_BULK_ALONE: '3' });
  for (const name of ['rosa', 'sami']) await addPerson(here, name, 'reviewer');
  await addPerson(here, 'lea', 'lead');
  await addPerson(here, 'ada', 'administrator');
  [rosa, sami, lea, admin] = await Promise.all([
    logIn(here, 'rosa'),
    logIn(here, 'sami'),
    logIn(here, 'lea'),
    logIn(here, 'ada'),
  ]);
});
afterAll(async () => {
  await here?.stop();
  translator?.close();
});

interface Case {
  id: string;
  postId: string;
  kind: string;
  lane?: { name?: string; person?: string; by: string };
  notes: { kind: string; text: string; by: string; at: number; to?: string }[];
  alike: { same: number; near: number };
  earlier: { removed: number; kept: number; latest: { postId: string; decision: string; category?: string }[] };
  before: { text: string }[];
  replies: { text: string }[];
}
interface Claimed {
  cases: Case[];
  seen: { today: number; hour: number; perHour: number; until?: number; liftedUntil?: number };
}
const claim = (who: Browser, body: object = {}) =>
  who.json<Claimed>('/console/api/review/claim', { method: 'POST', body: { n: 10, ...body } });
const release = (who: Browser, id: string) => who.post(`/console/api/review/${id}/release`);
const clear = async (): Promise<void> => {
  for (const who of [rosa, sami, lea]) for (const { id } of (await claim(who)).cases) await release(who, id);
};
const handOver = (who: Browser, id: string, to: object, note = 'Please look.') =>
  who.post(`/console/api/review/${id}/hand-over`, { to, note });
const set = (who: Browser, name: string, body: object) =>
  who.ask(`/console/api/queue/people/${name}`, { method: 'PATCH', body });
const idsOf = ({ cases }: Claimed): string[] => cases.map(({ postId }) => postId);
const caseOf = async (postId: string) => {
  const { cases } = (await (await here.ask(`/v1/posts/${postId}?platform=forum`)).json()) as {
    cases: { id: string; state: string; decision?: string; decidedBy?: string; note?: string }[];
  };
  return cases.at(-1)!;
};
const remove = { decision: 'remove', category: 'incites', reason: 'the same again' };

test('what is passed up goes to the leads with its note, and comes back from them', async () => {
  await queueUp(here, [forumPost('up-1', { text: `${ferry} Up.` }), forumPost('up-2', { text: `${ferry} Stays.` })]);
  const mine = (await claim(rosa)).cases.find(({ postId }) => postId === 'up-1')!;
  expect((await handOver(sami, mine.id, { leads: true })).status).toBe(409);
  expect((await handOver(rosa, mine.id, { leads: true }, '')).status).toBe(422);
  expect((await handOver(rosa, mine.id, { leads: true }, 'Is this a quotation?')).status).toBe(204);
  expect(idsOf(await claim(rosa))).not.toContain('up-1');
  expect(idsOf(await claim(sami))).not.toContain('up-1');
  const [first] = (await claim(lea, { n: 1 })).cases;
  expect(first).toMatchObject({ postId: 'up-1', lane: { name: 'lead', by: 'rosa' } });
  expect(first!.notes).toMatchObject([{ kind: 'escalated', text: 'Is this a quotation?', by: 'rosa' }]);
  const { rows } = await lea.json<{ rows: { lane: string; open: number }[] }>('/console/api/queue');
  expect(rows).toContainEqual(expect.objectContaining({ lane: 'lead', open: 1 }));
  expect((await handOver(lea, first!.id, { all: true }, 'No: decide it.')).status).toBe(204);
  await clear();
  expect(idsOf(await claim(rosa))).toContain('up-1');
});

test('a case that was handed to somebody is theirs first; with a skill, of those who have it', async () => {
  await clear();
  const all = (await claim(rosa)).cases;
  const [one, two] = all;
  expect((await handOver(rosa, one!.id, { person: 'nobody' })).status).toBe(404);
  expect((await handOver(rosa, one!.id, { person: 'sami' })).status).toBe(204);
  expect((await set(lea, 'sami', { skills: ['fr-law'] })).status).toBe(403);
  expect((await set(admin, 'sami', { skills: ['lead'] })).status).toBe(422);
  expect((await set(admin, 'sami', { skills: ['case law'] })).status).toBe(204);
  expect((await handOver(rosa, two!.id, { skill: 'case law' })).status).toBe(204);
  for (const { id } of all) await release(rosa, id);
  const others = idsOf(await claim(lea));
  expect(others).not.toContain(one!.postId);
  expect(others).not.toContain(two!.postId);
  await clear();
  expect(idsOf(await claim(sami)).slice(0, 2)).toEqual([one!.postId, two!.postId]);
  await set(admin, 'sami', { skills: [] });
});

test('languages, kinds and what somebody asked for decide what comes to them', async () => {
  await queueUp(here, [
    forumPost('de-1', { text: `${ferry} Ja.`, language: 'de-AT' }),
    forumPost('fr-1', { text: `${ferry} Oui.`, language: 'fr' }),
    forumPost('none-1', { text: `${ferry} Hm.` }),
    forumPost('pic-1', { text: `${ferry} Bild.`, language: 'de', media: [{ type: 'image/png', md5: '0'.repeat(32) }] }),
  ]);
  await clear();
  expect((await set(admin, 'rosa', { languages: ['de'] })).status).toBe(204);
  const german = idsOf(await claim(rosa));
  expect(german).toEqual(expect.arrayContaining(['de-1', 'none-1']));
  expect(german).not.toContain('fr-1');
  expect(german).not.toContain('pic-1');
  // A language that is not theirs is not for them, whatever the page asks for.
  expect(idsOf(await claim(rosa, { languages: ['fr'] }))).toEqual([]);
  await clear();
  expect((await rosa.ask('/console/api/review/opted', { method: 'PUT', body: { opted: ['media'] } })).status).toBe(204);
  expect(idsOf(await claim(rosa, { languages: ['de'] }))).toContain('pic-1');
  await clear();
  await set(admin, 'rosa', { kinds: ['media'] });
  expect((await claim(rosa)).cases.map(({ kind }) => kind)).toEqual(['media']);
  const mine = (await claim(rosa)).cases[0]!;
  // Nobody is handed what they did not ask to see.
  expect((await handOver(rosa, mine.id, { person: 'sami' })).status).toBe(409);
  await set(admin, 'rosa', { kinds: [], languages: [] });
  await clear();
  const { people, rows } = await lea.json<{
    people: { name: string; working: boolean; opted: string[] }[];
    rows: { language: string; kind: string; open: number }[];
  }>('/console/api/queue');
  expect(people.find(({ name }) => name === 'rosa')).toMatchObject({ working: true, opted: ['media'] });
  expect(rows).toContainEqual(expect.objectContaining({ language: 'de', kind: 'media', open: 1 }));
  expect((await rosa.ask('/console/api/queue')).status).toBe(403);
});

test('earlier decisions on this text, its thread and its notes come with a case', async () => {
  await here.ask('/v1/posts', {
    method: 'POST',
    body: JSON.stringify(forumPost('start', { text: 'When does it go?' })),
  });
  await queueUp(here, [
    forumPost('told-1', { text: `${ferry} The blue one waits at the second pier until the last passenger is aboard.` }),
  ]);
  const told = await caseOf('told-1');
  const body = JSON.stringify({ decision: 'keep', reason: 'A timetable.', category: 'news' });
  expect((await here.ask(`/v1/cases/${told.id}/decisions`, { method: 'POST', body })).status).toBe(201);
  await here.ask('/v1/posts', {
    method: 'POST',
    body: JSON.stringify(forumPost('reply', { text: 'Thank you.', inReplyTo: 'told-2' })),
  });
  await queueUp(here, [
    forumPost('told-2', {
      text: `${ferry} The blue one waits at the second pier until the very last passenger is aboard.`,
      inReplyTo: 'start',
    }),
  ]);
  const find = async () => {
    await clear();
    return (await claim(sami)).cases.find(({ postId }) => postId === 'told-2');
  };
  const mine = await eventually(async () => {
    const found = await find();
    return found && found.replies.length > 0 ? found : undefined;
  });
  expect(mine.earlier).toMatchObject({ kept: 1, removed: 0, latest: [{ postId: 'told-1', category: 'news' }] });
  expect(mine.before).toMatchObject([{ text: 'When does it go?' }]);
  expect(mine.replies).toMatchObject([{ text: 'Thank you.' }]);
  expect((await sami.post(`/console/api/review/${mine.id}/notes`, { text: 'Seen on the pier.' })).status).toBe(201);
  expect((await find())?.notes).toMatchObject([{ kind: 'note', text: 'Seen on the pier.', by: 'sami' }]);
});

test('all that wait with this text get one decision, each by itself; many take a second person', async () => {
  const texts = (n: number) => `${ferry} It takes forty minutes and there is tea on board${'!'.repeat(n)}`;
  await queueUp(
    here,
    Array.from({ length: 5 }, (_, n) => forumPost(`alike-${n}`, { text: texts(n) })),
  );
  await clear();
  const mine = await eventually(async () => (await claim(rosa)).cases.find(({ postId }) => /^alike-/.test(postId)));
  expect(mine.alike.same).toBe(4);
  await clear();
  const again = (await claim(rosa, { n: 1, except: [] })).cases;
  for (const { id } of again) await release(rosa, id);
  const { cases } = await rosa.json<{ cases: { id: string; shared: number }[] }>(
    `/console/api/review/${mine.id}/alike`,
  );
  const same = cases.filter(({ shared }) => shared === 1).map(({ id }) => id);
  const decide = (ids: string[]) =>
    rosa.post(`/console/api/review/${mine.id}/alike/decision`, { cases: ids, decision: remove });
  // What says something else is left out, whatever is asked for.
  const stranger = (await caseOf('fr-1')).id;
  const few = await decide([same[0]!, same[1]!, stranger]);
  expect([few.status, ((await few.json()) as { ids: string[] }).ids.sort()]).toEqual([200, same.slice(0, 2).sort()]);
  const back = await rosa.post('/console/api/review/take-back', { cases: same.slice(0, 2) });
  expect(await back.json()).toEqual({ n: 2 });
  const many = await decide([mine.id, ...same]);
  expect(many.status).toBe(202);
  const { approval } = (await many.json()) as { approval: string };
  expect((await caseOf('alike-0')).state).toBe('open');
  expect((await rosa.post(`/v1/approvals/${approval}/decision`, { approve: true })).status).toBe(403);
  await clear();
  expect((await lea.post(`/v1/approvals/${approval}/decision`, { approve: true })).status).toBe(200);
  for (let n = 0; n < 5; n++)
    await eventually(async () => ((await caseOf(`alike-${n}`)).state === 'decided' ? true : undefined), 20_000);
  expect(await caseOf('alike-3')).toMatchObject({
    decision: 'remove',
    decidedBy: 'rosa',
    note: expect.stringContaining('lea agreed'),
  });
  expect((await caseOf('fr-1')).state).toBe('open');
});

test('a translation is asked for with a signature and shown beside the text; what is no answer is told', async () => {
  await clear();
  const [mine] = (await claim(sami)).cases;
  const translate = (to: string) => sami.post(`/console/api/review/${mine!.id}/translation`, { to });
  expect(await (await translate('fr')).json()).toEqual({ text: 'Le bac part à midi.', whole: true });
  expect(asked.at(-1)).toMatchObject({ to: 'fr', text: expect.stringContaining('ferry') });
  answer = 'not JSON';
  expect((await translate('de')).status).toBe(502);
  expect((await translate('anything')).status).toBe(422);
});

test('nobody is shown more than their limit within an hour; a lead can lift it; only they see what they saw', async () => {
  await clear();
  const day = Date.now() - 3600_000;
  const before = (await claim(sami, { n: 0, day })).seen.hour;
  expect((await set(lea, 'sami', { perHour: before + 2 })).status).toBe(204);
  const first = await claim(sami, { day });
  expect(first.cases).toHaveLength(2);
  const ids = first.cases.map(({ id }) => id);
  // Counted once each, however often they are told; what is not theirs does not count.
  await claim(sami, { n: 0, keep: ids, seen: [ids[0]!, 'unknown'], day });
  const told = await claim(sami, { keep: ids, except: ids, seen: ids, day });
  expect(told.cases).toEqual([]);
  expect(told.seen).toMatchObject({ today: before + 2, hour: before + 2, perHour: before + 2 });
  expect(told.seen.until).toBeGreaterThan(Date.now());
  expect((await set(sami, 'sami', { liftFor: 1 })).status).toBe(403);
  expect((await set(lea, 'sami', { liftFor: 3600_000 })).status).toBe(204);
  expect((await claim(sami, { except: ids, keep: ids })).cases.length).toBeGreaterThan(0);
  const overview = await lea.json<{ people: Record<string, unknown>[]; seenToday: number }>('/console/api/queue');
  expect(overview.seenToday).toBeGreaterThanOrEqual(before + 2);
  expect(Object.keys(overview.people[0]!)).not.toContain('seen');
  await set(lea, 'sami', { perHour: null, liftFor: 0 });
});
