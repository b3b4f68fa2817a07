import { assessPosts, type RunningSignals, startSignals } from '../../services/classify/index.js';
import { addBankEntry } from '../../services/classify/signals/index.js';
import type { Post } from '../../services/contracts/index.js';
import { loadPolicy, type Policy } from '../../services/policies/index.js';
import { openSite, type Site, until } from './bank-site.js';
import { edits, quoted, randomOf, reported, textOfLength } from './generator.js';

/** Mild passages of 100 to 300 letters, confirmed with what an entry has by default. */
const passages = Array.from({ length: 20 }, (_, n) => textOfLength(randomOf(n, 5), 100 + 10 * n));
let site: Site;
let signals: RunningSignals;
let policy: Policy;

beforeAll(async () => {
  site = await openSite();
  signals = await startSignals(site.runtime, { testAccounts: {} });
  policy = loadPolicy(undefined, signals.known);
  for (const text of passages) await addBankEntry(site.runtime, 'ours', { kind: 'text', text, source: 'test' }, 'Ada');
  await until(async () => (await actions(passages)).every(action => action === 'remove'));
});
afterAll(async () => {
  await signals?.stop();
  await site?.stop();
});

async function actions(texts: readonly string[]): Promise<string[]> {
  const posts = texts.map(
    (text, n): Post => ({
      id: `p${n}`,
      platform: 'acme',
      version: 1,
      url: 'https://acme.example/p',
      audience: 'public',
      author: { id: 'a' },
      createdAt: '2026-11-01T00:00:00Z',
      text,
    }),
  );
  return (await assessPosts(signals, policy, posts, Date.now())).map(({ action }) => action);
}

test('the default policy removes a confirmed passage that is posted again bare, under each edit and combination', async () => {
  let removed = 0;
  for (const [name, edit] of Object.entries(edits)) {
    const random = randomOf(17, name.length);
    const done = await actions(passages.map(text => edit(text, random)));
    const gone = done.filter(action => action === 'remove').length;
    expect([name, gone >= 17]).toEqual([name, true]);
    expect([name, done.filter(action => action === 'allow')]).toEqual([name, []]);
    removed += gone;
  }
  expect(removed / (31 * passages.length)).toBeGreaterThanOrEqual(0.97);
});

test('it removes no post that quotes or reports one: a person looks', async () => {
  const random = randomOf(19);
  const posts = passages.flatMap(text => [
    ...[1.25, 1.5, 2, 4].flatMap(times => [
      quoted(text, random, times, 'before'),
      quoted(text, random, times, 'behind'),
      quoted(text, random, times, 'both'),
    ]),
    reported(text, random, 2),
    reported(text, random, 5),
    `They write: ${text}`,
    `"${text}" That is what was read out in court.`,
  ]);
  expect(new Set(await actions(posts))).toEqual(new Set(['review']));
});
