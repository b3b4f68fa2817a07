import {
  addBankEntry,
  applyChanges,
  type Banks,
  confirmBankEntry,
  followBanks,
  removeBankEntry,
} from '../../services/classify/signals/bank/index.js';
import { type Key, KeyTable, keyOfHex } from '../../services/classify/signals/bank/key-table.js';
import { fc } from '../property.js';
import { freshDatabase, freshRedis, withServers } from '../servers/index.js';
import { flipped, hashOf, openSite, type Site, until } from './bank-site.js';

const pdq = (name: string, more: object = {}) => ({
  kind: 'pdq' as const,
  hash: hashOf(name),
  source: 'test',
  ...more,
});

/** One record, two processes that follow it. */
function suite(settings: () => Promise<Record<string, string>>): void {
  let first: Site;
  let second: Site;
  let banks: Banks;
  let others: Banks;
  beforeAll(async () => {
    const given = await settings();
    first = await openSite(given);
    // Embedded, there is one process by design: the second is another reader in it.
    second = given.DATABASE_URL ? await openSite(given) : first;
    banks = await followBanks(first.runtime);
    others = await followBanks(second.runtime);
  });
  afterAll(async () => {
    await banks?.stop();
    await others?.stop();
    if (second !== first) await second?.stop();
    await first?.stop();
  });
  const finds = async (of: Banks, hashes: Parameters<Banks['media']>[0]) =>
    (await of.media(hashes)).map(({ entry, distance }) => [entry.bank, entry.kind, entry.confirmed, distance]);

  test('a picture is found up to 31 bits away, and told how far it is and how far its entry acts', async () => {
    const { entry } = await addBankEntry(first.runtime, 'pictures', pdq('one', { actsWithin: 10 }), 'Ada');
    await until(async () => (await others.media({ pdq: hashOf('one') })).length > 0);
    for (const away of [0, 10, 31]) {
      expect(await others.media({ pdq: flipped(hashOf('one'), away) })).toEqual([
        {
          entry: {
            id: entry.id,
            bank: 'pictures',
            kind: 'pdq',
            confirmed: true,
            actsAt: 1,
            actsWithin: 10,
            expiresAt: Number.POSITIVE_INFINITY,
          },
          distance: away,
        },
      ]);
    }
    expect(await others.media({ pdq: flipped(hashOf('one'), 32) })).toEqual([]);
  });

  test('files are found by the hash of their kind alone, in whatever case it is written', async () => {
    const [sha256, md5] = [hashOf('file'), hashOf('file', 32)];
    await addBankEntry(first.runtime, 'files', { kind: 'sha256', hash: sha256.toUpperCase(), source: 't' }, 'Ada');
    await addBankEntry(first.runtime, 'files', { kind: 'md5', hash: md5, source: 't' });
    await until(async () => (await others.media({ sha256, md5 })).length === 2);
    expect(await finds(others, { sha256: sha256.toUpperCase() })).toEqual([['files', 'sha256', true, 0]]);
    expect(await finds(others, { md5, pdq: sha256 })).toEqual([['files', 'md5', false, 0]]);
    // The same first half: another file.
    expect(await finds(others, { sha256: `${sha256.slice(0, 31)}${hashOf('other').slice(0, 33)}` })).toEqual([]);
  });

  test('acts on every replica within a second of being confirmed, and stops within a second', async () => {
    const hash = hashOf('quick');
    await applyChanges(first.runtime, 'quick', 'list', [{ sourceId: '1', entry: { kind: 'sha256', hash } }]);
    const state = async (of: Banks): Promise<string> =>
      (await of.media({ sha256: hash })).map(({ entry }) => (entry.confirmed ? 'acts' : 'review')).join();
    const both = (wanted: string) =>
      until(async () => (await state(banks)) === wanted && (await state(others)) === wanted);
    expect(await both('review')).toBeLessThan(1_000);
    const [known] = await others.media({ sha256: hash });
    await confirmBankEntry(second.runtime, 'quick', known!.entry.id, 'Ada');
    expect(await both('acts')).toBeLessThan(1_000);
    await removeBankEntry(first.runtime, 'quick', known!.entry.id, 'Ada');
    expect(await both('')).toBeLessThan(1_000);
  });

  test('the same picture in several banks is found in each, nearest first; what is taken out of one stays in the others', async () => {
    const near = flipped(hashOf('many'), 5);
    const entries = [];
    for (const bank of ['m1', 'm2', 'm3']) {
      const { entry } = await addBankEntry(first.runtime, bank, pdq('many'));
      entries.push(entry);
    }
    await addBankEntry(first.runtime, 'm4', { ...pdq('many'), hash: near });
    await until(async () => (await others.media({ pdq: near })).length === 4);
    expect((await finds(others, { pdq: near })).map(([, , , distance]) => distance)).toEqual([0, 5, 5, 5]);
    await removeBankEntry(first.runtime, 'm2', entries[1]!.id, 'Ada');
    await until(async () => (await others.media({ pdq: near })).length === 3);
    expect((await finds(others, { pdq: hashOf('many') })).map(([bank]) => bank).sort()).toEqual(['m1', 'm3', 'm4']);
  });

  test('what expires is no longer found', async () => {
    const hash = hashOf('brief');
    const expiresAt = Date.now() + 600;
    await addBankEntry(first.runtime, 'brief', { kind: 'md5', hash: hash.slice(0, 32), source: 't', expiresAt });
    await until(async () => (await others.media({ md5: hash.slice(0, 32) })).length === 1);
    await until(async () => (await others.media({ md5: hash.slice(0, 32) })).length === 0);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt);
  });

  test('who starts later has all that is there', async () => {
    const changes = Array.from({ length: 1_500 }, (_, n) => ({
      sourceId: String(n),
      entry:
        n % 3 === 0
          ? { kind: 'pdq' as const, hash: hashOf(`late ${n}`) }
          : n % 3 === 1
            ? { kind: 'md5' as const, hash: hashOf(`late ${n}`, 32) }
            : { kind: 'sha256' as const, hash: hashOf(`late ${n}`) },
    }));
    await applyChanges(first.runtime, 'late', 'list', changes);
    await applyChanges(first.runtime, 'late', 'list', [{ sourceId: '0', removed: true }]);
    const late = await followBanks(second.runtime);
    try {
      for (const of of [late, others]) {
        await until(async () => (await of.media({ pdq: hashOf('late 1497') })).length === 1);
        let found = 0;
        for (const { entry } of changes) found += (await of.media({ [entry.kind]: entry.hash })).length;
        expect(found).toBe(1_499);
      }
      await until(() => late.version() === others.version());
    } finally {
      await late.stop();
    }
  });
}

describe('media in banks, one process', () => suite(async () => ({})));
withServers(['postgres', 'redis'], 'media in banks, several processes', () =>
  suite(async () => ({ DATABASE_URL: await freshDatabase(), REDIS_URL: await freshRedis() })),
);

describe('keys in typed arrays', () => {
  test('are found as in a map, whatever comes and goes, also where they differ in a bit', () => {
    const key = fc.tuple(fc.nat(3), fc.constant(0), fc.constant(0), fc.nat(7));
    const steps = fc.array(fc.record({ add: fc.boolean(), key, pick: fc.nat(1_000) }), { maxLength: 300 });
    fc.assert(
      fc.property(steps, given => {
        const table = new KeyTable();
        const model = new Map<number, string>();
        for (const { add, key, pick } of given) {
          const slots = [...model.keys()];
          const slot = slots[pick % Math.max(1, slots.length)];
          if (add || slot === undefined) {
            const put = table.add(key as Key);
            expect(model.has(put)).toBe(false);
            model.set(put, key.join());
          } else {
            table.remove(slot);
            model.delete(slot);
          }
        }
        expect(table.size).toBe(model.size);
        for (const [slot, name] of model) {
          expect(table.keyAt(slot).join()).toBe(name);
          const same = [...model].filter(([, other]) => other === name).map(([one]) => one);
          expect(table.find(table.keyAt(slot)).sort((a, b) => a - b)).toEqual(same.sort((a, b) => a - b));
        }
        expect(table.find([9, 9, 9, 9])).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('many that count up are found as fast as those that are spread', () => {
    const table = new KeyTable();
    const keyAt = (n: number) => keyOfHex(n.toString(16).padStart(32, '0'));
    const found = (from: number, to: number): number => {
      let count = 0;
      for (let n = from; n < to; n++) count += table.find(keyAt(n)).length;
      return count;
    };
    // Were they all in one row, this would be a billion steps.
    for (let n = 0; n < 30_000; n++) table.add(keyAt(n));
    expect(found(0, 30_000)).toBe(30_000);
    for (let n = 0; n < 30_000; n += 2) table.remove(n);
    expect(found(0, 30_000)).toBe(15_000);
    expect(found(30_000, 31_000)).toBe(0);
  });
});
