import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { HammingIndex } from '../../../services/classify/signals/media/hamming/index.js';
import { program } from '../../../services/classify/signals/media/hamming/program.js';
import { fc } from '../../property.js';

/** Hashes that look like chance and are the same in each run. */
const stream = (count: number, seed: number): Buffer[] => {
  const bytes = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(
    Buffer.alloc(count * 32),
  );
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * 32, n * 32 + 32));
};

const flipped = (hash: Uint8Array, bits: Iterable<number>): Buffer => {
  const copy = Buffer.from(hash);
  for (const bit of bits) copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
};

const distanceOf = (a: Uint8Array, b: Uint8Array): number => {
  let distance = 0;
  for (let n = 0; n < 32; n++) for (let bits = a[n]! ^ b[n]!; bits > 0; bits &= bits - 1) distance++;
  return distance;
};

/** What the index has to answer: every hash is compared. */
const scan = (hashes: ReadonlyMap<number, Uint8Array>, asked: Uint8Array, radius: number) =>
  [...hashes]
    .map(([slot, hash]) => ({ slot, distance: distanceOf(hash, asked) }))
    .filter(({ distance }) => distance <= radius)
    .sort((a, b) => a.distance - b.distance || a.slot - b.slot);

/** `toEqual`, a hundred times as fast. */
const same = (found: unknown, expected: unknown): void => {
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
};

const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const anyBits = (most: number) => fc.uniqueArray(fc.nat(255), { maxLength: most });
const anyRadius = fc.integer({ min: 0, max: 31 });

test('finds what comparing with every hash finds, whatever was added and removed in between', () => {
  // Few centres, and hashes around them: so that there is much to find, near the edge of what counts.
  const around = fc.tuple(fc.nat(3), anyBits(40));
  const steps = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ add: around }) },
      { weight: 2, arbitrary: fc.record({ remove: fc.nat(400) }) },
      { weight: 3, arbitrary: fc.record({ find: around, radius: anyRadius }) },
    ),
    { minLength: 1, maxLength: 400, size: 'max' },
  );
  fc.assert(
    fc.property(fc.array(anyHash, { minLength: 4, maxLength: 4 }), steps, (centres, all) => {
      const index = new HammingIndex();
      const hashes = new Map<number, Uint8Array>();
      for (const step of all) {
        if ('add' in step) {
          const hash = flipped(centres[step.add[0]]!, step.add[1]);
          const slot = index.add(hash);
          expect(hashes.has(slot)).toBe(false);
          hashes.set(slot, hash);
        } else if ('remove' in step) {
          expect(index.remove(step.remove)).toBe(hashes.delete(step.remove));
        } else {
          const asked = flipped(centres[step.find[0]]!, step.find[1]);
          same(index.find(asked, step.radius), scan(hashes, asked, step.radius));
        }
        expect(index.size).toBe(hashes.size);
      }
    }),
    { numRuns: 100 },
  );
});

test('however the bits that differ lie, finds a hash at 31 of them, and not at 32', () => {
  const index = new HammingIndex();
  const hashes = stream(20_000, 1);
  for (const hash of hashes) index.add(hash);
  // Two bits in each of the 16 keys: the hardest. Bit p of key k is bit p of row k + p.
  const spread = fc
    .array(fc.uniqueArray(fc.nat(15), { minLength: 2, maxLength: 2 }), { minLength: 16, maxLength: 16 })
    .chain(keys => {
      const bits = keys.flatMap((places, key) => places.map(p => ((key + p) % 16) * 16 + p));
      return fc.shuffledSubarray(bits, { minLength: 32 });
    });
  const anywhere = fc.uniqueArray(fc.nat(255), { minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(fc.nat(hashes.length - 1), fc.oneof(spread, anywhere), (slot, bits) => {
      same(index.find(flipped(hashes[slot]!, bits.slice(1)), 31), [{ slot, distance: 31 }]);
      same(index.find(flipped(hashes[slot]!, bits), 31), []);
    }),
    { numRuns: 5_000 },
  );
});

test('stays exact while it grows from nothing to 40,000, and when most are gone again', () => {
  const index = new HammingIndex();
  const hashes = stream(40_000, 2);
  const kept = new Map<number, Uint8Array>();
  const near = (slot: number, radius: number): void => {
    const asked = flipped(
      hashes[slot]!,
      Array.from({ length: radius }, (_, n) => (slot * 7 + n * 8) % 256),
    );
    same(index.find(asked, radius), kept.has(slot) ? [{ slot, distance: radius }] : []);
  };
  for (const [n, hash] of hashes.entries()) {
    kept.set(index.add(hash), hash);
    if (n % 3 === 0) near(Math.floor(n / 2), n % 32);
    if (n % 3 === 1) near(n, 31);
  }
  for (let slot = 0; slot < hashes.length; slot++) {
    if (slot % 10 === 0) continue;
    expect(index.remove(slot)).toBe(true);
    kept.delete(slot);
  }
  expect(index.size).toBe(4_000);
  for (let slot = 0; slot < hashes.length; slot += 3) near(slot, slot % 32);
  for (const asked of stream(200, 3)) same(index.find(asked, 31), scan(kept, asked, 31));
  const before = index.bytes;
  for (const hash of stream(36_000, 4)) index.add(hash);
  expect(index.bytes).toBe(before);
});

test('the same hash many times is found as often, and so is all zeros and all ones', () => {
  const index = new HammingIndex();
  const same = Buffer.alloc(32);
  for (let n = 0; n < 10_000; n++) expect(index.add(same)).toBe(n);
  const ones = index.add(Buffer.alloc(32, 0xff));
  expect(index.find(Buffer.alloc(32, 0xff), 0)).toEqual([{ slot: ones, distance: 0 }]);
  const found = index.find(flipped(same, [0, 100, 255]), 31);
  expect(found).toEqual(Array.from({ length: 10_000 }, (_, slot) => ({ slot, distance: 3 })));
  for (let n = 0; n < 10_000; n += 2) index.remove(n);
  expect(index.find(same, 0)).toHaveLength(5_000);
});

test('room made beforehand changes nothing of what is found', () => {
  const index = new HammingIndex();
  index.reserve(50_000);
  const hashes = stream(3_000, 5);
  for (const hash of hashes) index.add(hash.toString('hex'));
  for (const [slot, hash] of hashes.entries()) {
    expect(index.find(flipped(hash, [slot % 256]).toString('hex'), 31)).toEqual([{ slot, distance: 1 }]);
  }
});

test('an empty index holds half a megabyte, and 10,000 hashes less than four', () => {
  const index = new HammingIndex();
  expect(index.bytes).toBeLessThanOrEqual(2 ** 20);
  for (const hash of stream(10_000, 6)) index.add(hash);
  expect(index.bytes).toBeLessThan(4e6);
});

test('what is no hash or no radius is refused, and changes nothing', () => {
  const index = new HammingIndex();
  const hash = 'f'.repeat(64);
  for (const wrong of ['', 'f'.repeat(63), `${'f'.repeat(63)}g`, Buffer.alloc(31), new Uint8Array(33)]) {
    expect(() => index.add(wrong)).toThrow(TypeError);
    expect(() => index.find(wrong, 31)).toThrow(TypeError);
  }
  for (const radius of [-1, 32, 1.5, Number.NaN]) expect(() => index.find(hash, radius)).toThrow(RangeError);
  for (const slot of [0, -1, 7, 2 ** 31]) expect(index.remove(slot)).toBe(false);
  expect(index.size).toBe(0);
  expect(index.find(hash, 31)).toEqual([]);
});

test('the program is what its source gives', async () => {
  const { default: wabt } = await import('wabt');
  const source = readFileSync('services/classify/signals/media/hamming/hamming-index.wat', 'utf8');
  const assembled = (await wabt()).parseWat('hamming-index.wat', source).toBinary({}).buffer;
  expect(program).toBe(Buffer.from(assembled).toString('base64'));
});
