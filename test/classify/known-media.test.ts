import { assessPosts, type RunningSignals, startSignals } from '../../services/classify/index.js';
import { addBankEntry } from '../../services/classify/signals/index.js';
import type { Post } from '../../services/contracts/index.js';
import { loadPolicy, type Policy } from '../../services/policies/index.js';
import { flipped, hashOf, openSite, type Site, until } from './bank-site.js';

let site: Site;
let signals: RunningSignals;
let policy: Policy;
beforeAll(async () => {
  site = await openSite();
  signals = await startSignals(site.runtime, { testAccounts: {} });
  policy = loadPolicy(undefined, signals.known);
  const pdq = { kind: 'pdq' as const, hash: hashOf('picture'), source: 'test', actsWithin: 10 };
  await addBankEntry(site.runtime, 'ours', pdq, 'Ada');
  await addBankEntry(site.runtime, 'ours', { kind: 'sha256', hash: hashOf('file'), source: 'test' }, 'Ada');
  await addBankEntry(site.runtime, 'theirs', { ...pdq, hash: hashOf('imported') });
});
afterAll(async () => {
  await signals?.stop();
  await site?.stop();
});

const post = (media: Post['media'], text?: string): Post => ({
  id: 'p',
  platform: 'acme',
  version: 1,
  url: 'https://acme.example/p',
  audience: 'public',
  author: { id: 'a' },
  createdAt: '2026-11-01T00:00:00Z',
  media,
  ...(text !== undefined && { text, language: 'en' }),
});
const picture = (pdq: string) => [{ pdq, type: 'image/jpeg' }];
const assess = async (one: Post) => (await assessPosts(signals, policy, [one], Date.now()))[0]!;

test('a confirmed picture is removed as far as it was confirmed, beyond that people look', async () => {
  await until(async () => (await assess(post(picture(hashOf('imported'))))).action !== 'allow');
  const at = async (distance: number) => (await assess(post(picture(flipped(hashOf('picture'), distance))))).rule;
  expect(await at(0)).toBe('confirmed-media');
  expect(await at(10)).toBe('confirmed-media');
  expect(await at(11)).toBe('like-confirmed-media');
  expect(await at(31)).toBe('like-confirmed-media');
  expect(await at(32)).toBe('otherwise');
});

test('a file is found by any hash that the platform sent, wherever it stands among the media', async () => {
  const media = [
    { type: 'image/png', pdq: hashOf('another') },
    { type: 'video/mp4', sha256: hashOf('file') },
  ];
  const { action, findings } = await assess(post(media));
  expect(action).toBe('remove');
  expect(findings[0]?.reason).toBe('media 2 (video/mp4) is a file (sha256) of bank ours');
});

test('what was imported and nobody here confirmed sends to review', async () => {
  expect(await assess(post(picture(hashOf('imported'))))).toMatchObject({ action: 'review', rule: 'imported-match' });
});

test('inside a news report a confirmed picture goes to a person', async () => {
  const report =
    'The interior ministry said on Tuesday that police had arrested two men over the attack. The picture was published by the ' +
    'group on Monday, according to the news agency, and officials called on the public not to share it.';
  const bare = await assess(post(picture(hashOf('picture')), 'look at this'));
  expect(bare.action).toBe('remove');
  const told = await assess(post(picture(hashOf('picture')), report));
  expect(told).toMatchObject({ action: 'review', rule: 'confirmed-media-in-context' });
});

test('media without a hash is no match and no error', async () => {
  expect((await assess(post([{ type: 'image/jpeg', url: 'https://acme.example/x.jpg' }]))).action).toBe('allow');
});
