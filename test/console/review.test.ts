import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { addPerson, type Browser, logIn } from '../accounts/browser.js';
import { ferry, queueUp } from '../browser/people.js';
import { eventually, forumPost, type Installed, install } from './installation.js';

let here: Installed;
let rosa: Browser;
let sami: Browser;
let media: Server;
let picture: Buffer;
let folder: string;
beforeAll(async () => {
  picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#d02010' } })
    .png()
    .toBuffer();
  media = createServer((req, res) => {
    res.setHeader('Content-Type', 'image/png');
    res.end(req.url === '/picture.png' ? picture : '<script>alert(1)</script>');
  });
  await new Promise<void>(resolve => media.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'sansdelai-review-'));
  const origin = `http://127.0.0.1:${(media.address() as AddressInfo).port}`;
  writeFileSync(
    join(folder, 'platforms.yaml'),
    `platforms:
  - name: pictures
    removeUrl: ${origin}/calls
    secretEnv: PICTURES_SECRET
    media:
      origins: ['${origin}']
    readPaths:
      - name: page
        url: ${origin}/posts/{id}
    control:
      url: ${origin}/about
      contains: About
`,
  );
  process.env.PICTURES_SECRET = `whsec_${Buffer.from('a secret of the tests, 24+').toString('base64')}`;
  here = await install({ SANSDELAI_PLATFORMS: join(folder, 'platforms.yaml') });
  for (const name of ['rosa', 'sami']) await addPerson(here, name, 'reviewer');
  [rosa, sami] = await Promise.all([logIn(here, 'rosa'), logIn(here, 'sami')]);
  for (const who of [rosa, sami]) await asksFor(who, ['media']);
});
afterAll(async () => {
  await here?.stop();
  media?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Claimed {
  cases: { id: string; postId: string; language?: string; post?: { text: string }; author: { cases: number } }[];
  kept: string[];
  counts: { open: number; claimed: number; languages: { language: string; open: number }[] };
}
const claim = (who: Browser, body: object = {}) =>
  who.json<Claimed>('/console/api/review/claim', { method: 'POST', body: { n: 10, ...body } });
const decide = (who: Browser, id: string, body: object = { decision: 'keep', reason: 'fine', category: 'news' }) =>
  who.ask(`/console/api/review/${id}/decision`, { method: 'PUT', body });
const takeBack = (who: Browser, id: string) => who.ask(`/console/api/review/${id}/decision`, { method: 'DELETE' });
const asksFor = (who: Browser, opted: string[]) =>
  who.ask('/console/api/review/opted', { method: 'PUT', body: { opted } });
const release = (who: Browser, id: string) => who.post(`/console/api/review/${id}/release`);
const caseOf = async (postId: string) => {
  const { cases } = (await (await here.ask(`/v1/posts/${postId}?platform=forum`)).json()) as {
    cases: { id: string; state: string; decidedBy?: string; note?: string }[];
  };
  return cases[0]!;
};
const clear = async (): Promise<void> => {
  for (const who of [rosa, sami]) for (const { id } of (await claim(who)).cases) await release(who, id);
};

test('of two who ask at the same moment each gets other cases, and together they get all', async () => {
  await queueUp(
    here,
    Array.from({ length: 8 }, (_, n) => forumPost(`two-${n}`, { text: `${ferry} ${n}.` })),
  );
  const [one, two] = await Promise.all([claim(rosa, { n: 4 }), claim(sami, { n: 4 })]);
  const ids = [...one.cases, ...two.cases].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  // Who lost some at that moment asks again, as the page does.
  const rest = [...(await claim(rosa)).cases, ...(await claim(sami)).cases].map(({ id }) => id);
  expect(new Set([...ids, ...rest]).size).toBe(8);
  // What is counted may be two seconds old.
  await eventually(async () => {
    const { open, claimed } = (await claim(sami, { n: 0 })).counts;
    return open === 8 && claimed === 8 ? true : undefined;
  });
});

test('who does not have a case can not decide it, and is told who has', async () => {
  const [mine] = (await claim(rosa)).cases;
  const told = await decide(sami, mine!.id);
  expect(told.status).toBe(409);
  expect(await told.json()).toMatchObject({ holder: 'rosa' });
  const byKey = await here.ask(`/v1/cases/${mine!.id}/decisions`, {
    method: 'POST',
    body: JSON.stringify({ decision: 'remove', reason: 'x' }),
  });
  expect(byKey.status).toBe(409);
  expect((await caseOf(mine!.postId)).state).toBe('open');
});

test('a decision can be taken back, and nothing has happened then; else it is carried out once', async () => {
  const [first, second] = (await claim(rosa)).cases;
  expect((await decide(rosa, first!.id)).status).toBe(202);
  // The answer got lost and it is sent again: the same decision, at the same time.
  const actsAt = ((await (await decide(rosa, first!.id)).json()) as { actsAt: number }).actsAt;
  expect(actsAt).toBeGreaterThan(Date.now());
  expect((await decide(rosa, second!.id, { decision: 'keep', reason: 'seen', category: 'art' })).status).toBe(202);
  // Meanwhile nobody else gets it, or decides it.
  expect((await claim(sami)).cases.map(({ id }) => id)).not.toContain(first!.id);
  expect((await decide(sami, first!.id)).status).toBe(409);
  expect((await takeBack(sami, first!.id)).status).toBe(409);
  expect((await takeBack(rosa, first!.id)).status).toBe(204);
  await eventually(async () => ((await caseOf(second!.postId)).state === 'decided' ? true : undefined), 20_000);
  expect(await caseOf(second!.postId)).toMatchObject({ decidedBy: 'rosa', note: 'seen' });
  expect((await caseOf(first!.postId)).state).toBe('open');
  expect((await takeBack(rosa, second!.id)).status).toBe(409);
  expect((await claim(rosa)).cases.map(({ id }) => id)).toContain(first!.id);
});

test('a category goes with its decision, and what is no decision of a case that waits is refused', async () => {
  const [mine] = (await claim(rosa)).cases;
  expect((await decide(rosa, mine!.id, { decision: 'keep', reason: 'x', category: 'incites' })).status).toBe(422);
  expect((await decide(rosa, mine!.id, { decision: 'restore', reason: 'x' })).status).toBe(422);
  expect((await decide(rosa, 'unknown')).status).toBe(404);
});

test('cases are filtered by language, pictures come to who asked for them, and what is passed over stays away', async () => {
  await clear();
  await queueUp(here, [
    forumPost('french', { text: `${ferry} Oui.`, language: 'fr' }),
    forumPost('pictures', {
      text: `${ferry} Look.`,
      language: 'fr',
      media: [{ type: 'image/png', md5: '0'.repeat(32) }],
    }),
  ]);
  await asksFor(sami, []);
  const french = await claim(sami, { languages: ['fr'] });
  expect(french.cases.map(({ postId }) => postId)).toEqual(['french']);
  expect(french.cases[0]?.post?.text).toBe(`${ferry} Oui.`);
  expect(french.cases[0]?.author.cases).toBeGreaterThan(2);
  await asksFor(sami, ['media']);
  expect((await claim(sami, { languages: ['fr'] })).cases.map(({ postId }) => postId).sort()).toEqual([
    'french',
    'pictures',
  ]);
  await eventually(async () => {
    const { languages } = (await claim(sami, { n: 0 })).counts;
    return languages.some(({ language, open }) => language === 'fr' && open === 2) ? true : undefined;
  });
  const { id } = french.cases[0]!;
  expect((await claim(sami, { languages: ['fr'], except: [id] })).cases.map(({ postId }) => postId)).toEqual([
    'pictures',
  ]);
  expect((await claim(sami, { n: 0, keep: [id, 'unknown'] })).kept).toEqual([id]);
  // What was given back is for others.
  expect((await claim(rosa, { languages: ['fr'] })).cases).toEqual([]);
  await release(sami, id);
  expect((await claim(rosa, { languages: ['fr'] })).cases.map(({ postId }) => postId)).toEqual(['french']);
});

test('a picture comes grey, made anew here; a file that lies about its type does not come at all', async () => {
  await clear();
  const origin = `http://127.0.0.1:${(media.address() as AddressInfo).port}`;
  const files = [`${origin}/picture.png`, `${origin}/lies.png`, 'http://192.0.2.1/elsewhere.png'];
  const kinds = files.map(url => ({ type: 'image/png', url }));
  await queueUp(here, [
    forumPost('shown', { platform: 'pictures', text: `${ferry} See.`, language: 'de', media: kinds }),
  ]);
  const [mine] = (await claim(rosa, { languages: ['de'] })).cases;
  const get = (n: number | string, who = rosa) => who.ask(`/console/api/review/${mine!.id}/media/${n}`);
  const shown = await get(1);
  expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  const { channels, dominant } = await sharp(Buffer.from(await shown.arrayBuffer())).stats();
  expect(channels.length === 1 || (dominant.r === dominant.g && dominant.g === dominant.b)).toBe(true);
  expect((await get(2)).status).toBe(422);
  expect((await get(3)).status).toBe(502);
  for (const n of [4, 0, 'x']) expect((await get(n)).status).toBe(404);
  expect((await fetch(`${here.url}/console/api/review/${mine!.id}/media/1`)).status).toBe(401);
});
