import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addBankEntry, type BankEntry, listBankEntries } from '../../services/classify/signals/bank/index.js';
import { readItem } from '../../services/enforce/index.js';
import { listDeadLetters } from '../../services/runtime/index.js';
import { type Platform, platformsFile, secret, startPlatform } from '../enforce/platform.js';
import { newFolder, type Running, start } from '../ingest/installation.js';
import { until } from '../until.js';
import { hashOf } from './bank-site.js';
import { sentences } from './texts.js';

const all = ['ingest', 'classify', 'enforce', 'clocks'];
const folder = newFolder();
let platform: Platform;
let here: Running;
let made = 0;

const open = async (services: string[]): Promise<void> => {
  const settings = {
    SANSDELAI_PLATFORMS: join(folder, 'platforms.yaml'),
    SANSDELAI_POLICY: fileURLToPath(new URL('../../../services/policies/default.yaml', import.meta.url)),
    LOOK_TIMEOUT: '1s',
  };
  here = await start(settings, { services, folder });
};

beforeAll(async () => {
  platform = await startPlatform();
  process.env.ACME_SECRET = secret;
  writeFileSync(join(folder, 'platforms.yaml'), platformsFile(platform.origin));
  await open(all);
});
afterAll(async () => {
  await here?.stop();
  await platform?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Publishes a post on the platform and sends it in; resolves with its id. */
async function post(text: string, more: object = {}): Promise<string> {
  const id = `banked-${made++}`;
  platform.publish(id, text);
  await send(id, { text, ...more });
  return id;
}

async function send(id: string, more: object): Promise<void> {
  const url = `${platform.origin}/posts/${id}`;
  const body = { id, platform: 'acme', url, audience: 'public', author: { id: 'a' }, createdAt: new Date(), ...more };
  const answer = await here.call('POST', '/v1/posts', body);
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
}

/** Sends a post in, again and again, until the banks are read as far as to decide it by this rule. */
async function decidedBy(rule: string, text: string, more: object = {}): Promise<{ id: string; caseId: string }> {
  const ids: string[] = [];
  return until(async () => {
    ids.push(await post(text, more));
    await new Promise(resolve => setTimeout(resolve, 300));
    for (const id of ids) {
      const { cases } = await readItem(here.db, 'acme', id);
      const found = cases.find(row => row.rule === rule);
      if (found) return { id, caseId: found.id };
    }
    return undefined;
  }, `a post decided by ${rule}`);
}
const decide = (caseId: string, decision: string, bank?: string) =>
  here.call('POST', `/v1/cases/${caseId}/decisions`, { decision, reason: 'because of the tests', bank });
const stands = (id: string, state: string) =>
  until(async () => (await readItem(here.db, 'acme', id)).removal?.state === state, `${id} to be ${state}`);
const bank = async (name: string): Promise<BankEntry[]> => listBankEntries(here.runtime, name);
const holds = (name: string, count: number) =>
  until(async () => (await bank(name)).length === count, `bank ${name} to hold ${count}`);

/** A post that an unconfirmed entry sends to a person. */
async function reviewed(text: string, more: object = {}): Promise<{ id: string; caseId: string }> {
  await addBankEntry(here.runtime, 'watch', { kind: 'text', text, source: 'tests' });
  return decidedBy('imported-match', text, more);
}

test('what a person removed with a bank stays down: bare it is gone at once, within a report it goes to a person', async () => {
  const text = sentences(3, 81).join(' ');
  const { id, caseId } = await reviewed(text);
  const decided = await decide(caseId, 'remove', 'stay-down');
  expect(decided.status).toBe(201);
  await stands(id, 'gone');
  await holds('stay-down', 1);
  expect(await bank('stay-down')).toMatchObject([
    {
      kind: 'text',
      content: text,
      confirmedBy: 'commands on this machine',
      tags: [`case:${caseId}`],
      source: `decision on acme/${id}`,
    },
  ]);

  const again = await decidedBy('confirmed-text', `${text.split(' ').with(7, 'otherwise').join(' ')} #again`);
  await stands(again.id, 'gone');
  expect((await readItem(here.db, 'acme', again.id)).cases[0]).toMatchObject({
    state: 'decided',
    decided_by: 'policy',
  });
  const report = await decidedBy(
    'like-confirmed-text',
    `${sentences(12, 82).join(' ')} They wrote: ${text} ${sentences(12, 83).join(' ')}`,
  );
  expect(await readItem(here.db, 'acme', report.id)).toMatchObject({ removal: undefined, cases: [{ state: 'open' }] });
  expect(platform.pages.get(report.id)?.removed).toBe(false);

  // Decided the same way twice, it is in once.
  expect((await decide(caseId, 'remove', 'stay-down')).body).toEqual(decided.body);
  expect((await decide(caseId, 'restore')).status).toBe(201);
  await holds('stay-down', 0);
  await stands(id, 'restored');
  await decidedBy('imported-match', `${text} and more`);
});

test('what an order offers only sends copies to a person, and leaves with it; what a person confirmed stays', async () => {
  const text = sentences(3, 90).join(' ');
  const id = await post(text);
  const tell = (type: string, more: object) =>
    here.runtime.commit(
      [],
      [
        {
          topic: 'decisions',
          event: {
            ...{ id: `${type} ${id}`, type, source: '/orders', time: Date.now(), key: `acme/${id}` },
            data: { platform: 'acme', postId: id, caseId: '', by: 'orders', at: Date.now(), offeredBy: 'o-1', ...more },
          },
        },
      ],
    );
  await tell('post.banked.v1', { version: 1, bank: 'removal-orders' });
  await holds('removal-orders', 1);
  expect((await bank('removal-orders'))[0]).toMatchObject({ tags: ['order:o-1'] });
  expect((await bank('removal-orders'))[0]?.confirmedBy).toBeUndefined();
  const copy = await decidedBy('imported-match', text);
  expect(await readItem(here.db, 'acme', copy.id)).toMatchObject({ removal: undefined, cases: [{ state: 'open' }] });
  expect(platform.pages.get(copy.id)?.removed).toBe(false);
  await tell('post.unbanked.v1', {});
  await holds('removal-orders', 0);
});

test('the hashes of its media enter too, its links do not; a bank can be named afterwards', async () => {
  const text = sentences(3, 84).join(' ');
  const media = [
    { type: 'image/png', pdq: hashOf('shown'), sha256: hashOf('shown file') },
    { type: 'video/mp4', md5: hashOf('film', 32) },
  ];
  const { id, caseId } = await reviewed(text, { media, links: ['https://linked.example/x'] });
  await decide(caseId, 'remove');
  await stands(id, 'gone');
  expect(await bank('media')).toEqual([]);
  expect((await decide(caseId, 'remove', 'media')).status).toBe(201);
  await holds('media', 4);
  const entries = await bank('media');
  expect(entries.map(({ kind }) => kind).sort()).toEqual(['md5', 'pdq', 'sha256', 'text']);
  for (const entry of entries) expect(entry.confirmedBy).toBe('commands on this machine');
});

test('what was in the bank by somebody else stays when the post is brought back, and no longer acts', async () => {
  const text = sentences(3, 85).join(' ');
  await addBankEntry(here.runtime, 'shared', { kind: 'text', text, source: 'a list' });
  const { caseId } = await reviewed(text);
  await decide(caseId, 'remove', 'shared');
  await until(async () => (await bank('shared'))[0]?.confirmedBy !== undefined, 'it to be confirmed');
  expect((await bank('shared'))[0]?.sources).toHaveLength(2);
  await decide(caseId, 'restore');
  await until(async () => (await bank('shared'))[0]?.confirmedBy === undefined, 'it to be unconfirmed');
  expect(await bank('shared')).toMatchObject([{ source: 'a list', tags: [] }]);
});

test.each([
  ['keep', 'some-bank'],
  ['restore', 'some-bank'],
  ['remove', 'Not A Bank'],
])('%s with bank "%s" is refused', async (decision, name) => {
  const { status, body } = await decide('no-matter', decision, name);
  expect([status, body.errors[0].path]).toEqual([422, 'bank']);
});

test('nothing is lost where nobody is there to follow, and what was erased meanwhile is told', async () => {
  const [kept, erased] = [sentences(3, 86).join(' '), sentences(3, 87).join(' ')];
  const first = await reviewed(kept);
  const second = await reviewed(erased);
  await here.stop(true);
  await open(['ingest', 'enforce', 'clocks']);
  expect((await decide(first.caseId, 'remove', 'late')).status).toBe(201);
  expect((await decide(second.caseId, 'remove', 'late')).status).toBe(201);
  await send(second.id, { version: 2, deletedAt: new Date(), text: erased });
  await stands(first.id, 'gone');
  expect(await bank('late')).toEqual([]);
  await here.stop(true);
  await open(all);
  await holds('late', 1);
  expect(await bank('late')).toMatchObject([{ content: kept }]);
  const [letter] = await until(async () => {
    const letters = await listDeadLetters(here.db);
    return letters.length > 0 && letters;
  }, 'a dead letter');
  expect(letter).toMatchObject({
    consumer: 'stay-down',
    reason: 'the post was erased before it could enter bank late',
  });
});
