import { confirmBankEntry, removeBankEntry } from '../../services/classify/signals/bank/index.js';
import { assessmentsTable } from '../../services/classify/tables.js';
import type { Database } from '../../services/runtime/index.js';
import { until } from '../until.js';
import { entriesOf, GraphPeer, openSite, type Site, type Started, startSite, update } from './exchange-site.js';

const token = '12345678|a-token-that-nobody-may-see';

let site: Site;
let peer: GraphPeer;
let running: Started;

async function start(feedback: boolean): Promise<void> {
  const { url } = peer;
  const source = {
    kind: 'threatexchange',
    name: 'gifct',
    bank: 'imported',
    privacyGroup: '99',
    tokenEnv: 'T',
    url: `${url}/v21.0`,
    feedback,
  };
  running = await startSite(site, { sources: [source] }, { T: token });
  await until(async () => (await running.status('gifct')).entries === 3);
}
beforeEach(async () => {
  site = await openSite();
  peer = await new GraphPeer(token).start();
  peer.updates = [1, 2, 3].map(n => update(n, 100 + n));
});
afterEach(async () => {
  await running.stop();
  await peer.stop();
  await site.stop();
});

/** What the source was told: the descriptor, what is added, what is taken back. */
const told = () =>
  peer.asked
    .filter(({ method }) => method === 'POST')
    .map(({ url, body }) => {
      const given = new URLSearchParams(body);
      return [url.pathname.split('/').at(-1), given.get('reactions'), given.get('reactions_to_remove')];
    });

/** A post in which the entry that the source calls `id` was found, and its case that a person has decided. */
async function decided(id: number, decision: string, at: number): Promise<void> {
  const entry = (await entriesOf(site, 'imported')).find(({ sources }) => sources[0]?.id === String(1000 + id))!;
  const { db } = site.runtime;
  const postId = `post-${id}-${at}`;
  const findings = [
    {
      signal: 'known-media',
      label: 'known-image',
      score: 1,
      reason: 'is one',
      entry: { bank: entry.bank, id: entry.id, confirmed: false },
    },
  ];
  const assessed = {
    key: `acme/1/${postId}`,
    item: `acme/${postId}`,
    action: 'review',
    rule: 'known',
    detail: JSON.stringify({ scores: {}, findings }),
    received_at: at,
    assessed_at: at,
  };
  const data = { platform: 'acme', postId, version: 1, caseId: `case-${postId}`, at, decision, by: 'Ada' };
  const event = {
    id: `closed-${postId}`,
    type: 'case.closed.v1',
    source: '/enforce',
    time: at,
    key: `acme/${postId}`,
    data,
  };
  await site.runtime.commit([db.insert(assessmentsTable, [assessed])], [{ topic: 'evidence', event }]);
}

const answers = async () => (await running.status('gifct')).answers;
const due = (db: Database, at: number) =>
  db.commit([
    {
      query: db.tables<{ exchange_answers: { due_at: number } }>().updateTable('exchange_answers').set({ due_at: at }),
    },
  ]);

test('the source is told what people decided about cases that its entries opened, the latest opinion in place of the one before', async () => {
  await start(true);
  await decided(1, 'remove', 1_000);
  await until(() => told().length === 1);
  expect(told()).toEqual([['2001', 'HELPFUL,SAW_THIS_TOO', null]]);
  await decided(1, 'keep', 2_000);
  await until(() => told().length === 2);
  expect(told()[1]).toEqual(['2001', 'NOT_HELPFUL', 'HELPFUL']);
  // Decided before the latest one: it comes late and changes nothing. The same again is not told again.
  await decided(1, 'remove', 1_500);
  await decided(1, 'keep', 3_000);
  await decided(2, 'superseded', 3_000);
  await decided(3, 'remove', 3_000);
  await until(() => told().length === 3);
  expect(told()[2]?.[0]).toBe('2003');
  expect(await until(async () => ((await answers()) as { told?: number })?.told === 2)).toBe(true);
});

test('the source is told that people confirmed an entry, or took it out as harmless', async () => {
  await start(true);
  const entries = await entriesOf(site, 'imported');
  await confirmBankEntry(site.runtime, 'imported', entries[0]!.id, 'Ada');
  const descriptor = (n: number) => String(Number(entries[n]!.sources[0]!.id) + 1000);
  await until(() => told().length === 1);
  await removeBankEntry(site.runtime, 'imported', entries[1]!.id, 'Ada');
  await until(() => told().length === 2);
  expect(told()).toEqual([
    [descriptor(0), 'HELPFUL', null],
    [descriptor(1), 'NON_MALICIOUS', null],
  ]);
  // What the source itself takes back is no opinion of ours.
  peer.updates.push(update(Number(entries[2]!.sources[0]!.id) - 1000, 200, { should_delete: true }));
  await running.call('POST', '/v1/exchange/gifct/pull');
  await until(async () => (await running.status('gifct')).entries === 2);
  await confirmBankEntry(site.runtime, 'imported', entries[0]!.id, 'Bea', { actsWithin: 10 });
  await until(async () => !((await answers()) as { waiting?: number }).waiting);
  expect(told().map(([id]) => id)).not.toContain(descriptor(2));
});

test('what could not be told is kept through a restart, and told later', async () => {
  await start(true);
  peer.next.push(...Array.from({ length: 5 }, () => ({ status: 503 })));
  await decided(1, 'remove', 1_000);
  await until(async () => ((await answers()) as { waiting?: number })?.waiting === 1 && told().length === 1);
  await due(site.runtime.db, Date.now() + 3600_000);
  peer.next.length = 0;
  await running.stop();
  await site.stop(true);
  site = await openSite({ folder: site.folder });
  await start(true);
  expect(await answers()).toEqual({ waiting: 1 });
  await due(site.runtime.db, 0);
  await until(async () => ((await answers()) as { told?: number })?.told === 1);
  expect(told().at(-1)).toEqual(['2001', 'HELPFUL,SAW_THIS_TOO', null]);
});

test('a source that is not to be told hears nothing', async () => {
  await start(false);
  await decided(1, 'remove', 1_000);
  const [entry] = await entriesOf(site, 'imported');
  await confirmBankEntry(site.runtime, 'imported', entry!.id, 'Ada');
  await running.call('POST', '/v1/exchange/gifct/pull');
  await until(() => peer.since().length === 2);
  await running.call('POST', '/v1/exchange/gifct/pull');
  await until(() => peer.since().length === 3);
  expect(told()).toEqual([]);
});
