import { hmaSignal } from '../../services/classify/signals/hma/index.js';
import { SignalAway } from '../../services/classify/signals/signal.js';
import type { Post } from '../../services/contracts/index.js';
import { realTime } from '../../services/runtime/index.js';
import { hash, Peer } from './exchange-site.js';

const context = { now: 0, testAccounts: {} };
const post = (...pdqs: string[]): Post => ({
  id: '1',
  platform: 'test',
  version: 1,
  url: 'https://platform.example/1',
  audience: 'public',
  author: { id: 'a' },
  createdAt: '2026-11-01T00:00:00Z',
  media: pdqs.map(pdq => ({ type: 'image/jpeg', pdq })),
});

let peer: Peer;
beforeEach(async () => {
  // As HMA answers: distances are text, an empty or malformed hash is 400.
  peer = await new Peer(({ url }) => {
    if (url.pathname === '/status') return { body: 'I-AM-ALIVE' };
    const signal = url.searchParams.get('signal');
    if (url.pathname !== '/m/lookup' || url.searchParams.get('signal_type') !== 'pdq') return { status: 404 };
    if (!/^[0-9a-f]{64}$/.test(signal ?? '')) return { status: 400, body: { message: 'invalid signal' } };
    if (signal === hash(1))
      return {
        body: {
          BANK_A: [{ bank_content_id: 7, distance: '4' }],
          BANK_B: [
            { bank_content_id: 8, distance: '30' },
            { bank_content_id: 9, distance: '32' },
          ],
        },
      };
    return { body: {} };
  }).start();
});
afterEach(() => peer.stop());

test('pictures that are like an entry of HMA are told with its bank and the distance', async () => {
  const signal = hmaSignal({ url: `${peer.url}/`, time: realTime });
  const found = await signal.assess([post(hash(1).toUpperCase()), post(hash(2)), post(hash(2), hash(1))], context);
  expect(found.map(findings => findings.map(({ reason }) => reason))).toEqual([
    ["a picture is like 7 of HMA's bank BANK_A (distance 4)", "a picture is like 8 of HMA's bank BANK_B (distance 30)"],
    [],
    ["a picture is like 7 of HMA's bank BANK_A (distance 4)", "a picture is like 8 of HMA's bank BANK_B (distance 30)"],
  ]);
  expect(found[0]?.[0]).toMatchObject({ signal: 'hma', label: 'hma', score: 1 - 4 / 64 });
  expect(found.flat().some(({ entry }) => entry !== undefined)).toBe(false);
  // Each hash once, with itself as the seed, so that the answer is the same the next time.
  expect(peer.asked.map(({ url }) => [url.searchParams.get('signal'), url.searchParams.get('seed')]).sort()).toEqual([
    [hash(1), hash(1)],
    [hash(2), hash(2)],
  ]);
  expect(signal.wants?.(post())).toBe(false);
  expect(signal.wants?.(post(hash(3)))).toBe(true);
  expect(signal.cost).toBe('remote');
  expect(signal.evidence).toBeUndefined();
});

test('a picture that can not be hashed is no outage and no finding', async () => {
  const signal = hmaSignal({ url: peer.url, time: realTime, hashes: () => ['', hash(1)] });
  const [found] = await signal.assess([post()], context);
  expect(found).toHaveLength(2);
  expect(await signal.problem()).toBeUndefined();
});

test('only the banks that are named are asked', async () => {
  await hmaSignal({ url: peer.url, time: realTime, banks: ['A', 'B'] }).assess([post(hash(1))], context);
  expect(peer.asked[0]?.url.searchParams.get('banks')).toBe('A,B');
});

test.each([
  ['no JSON', { body: '<html>' }, /another shape/],
  ['another shape', { body: { BANK_A: [{ distance: 'far' }] } }, /another shape/],
  ['a server error', { status: 503, body: { message: 'index not yet ready' } }, /answered 503/],
  ['a signal type that is off', { status: 400, body: { message: "SignalType 'pdq' is not enabled" } }, /answered 400/],
])('%s is an error: silence would mean that nothing was found', async (_, answer, message) => {
  const signal = hmaSignal({ url: peer.url, time: realTime });
  peer.next.push(answer);
  await expect(signal.assess([post(hash(1))], context)).rejects.toThrow(message);
});

test('one that is away says so, and is not asked for a while after it failed several times', async () => {
  const { url } = peer;
  await peer.stop();
  let now = 0;
  const signal = hmaSignal({ url, time: { ...realTime, steady: () => now } });
  expect(await signal.problem()).toMatch(/did not answer \(ECONNREFUSED\)/);
  for (let n = 0; n < 3; n++) await expect(signal.assess([post(hash(1))], context)).rejects.toThrow('ECONNREFUSED');
  await expect(signal.assess([post(hash(1))], context)).rejects.toThrow(SignalAway);
  now += 16_000;
  await expect(signal.assess([post(hash(1))], context)).rejects.toThrow('ECONNREFUSED');
});

test('one that never answers is given up in time', async () => {
  const silent = await new Peer(() => ({ silent: true })).start();
  try {
    const signal = hmaSignal({ url: silent.url, time: realTime, timeout: 200 });
    await expect(signal.assess([post(hash(1))], context)).rejects.toThrow(/did not answer/);
  } finally {
    await silent.stop();
  }
});
