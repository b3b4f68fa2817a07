import { PostingLists } from '../../services/classify/signals/bank/posting-lists.js';
import { fc } from '../property.js';

const items = (lists: PostingLists, hash: number): number[] => {
  const found: number[] = [];
  for (let at = lists.first(hash); at >= 0; at = lists.next(at)) found.push(lists.item(at));
  return found;
};

describe('posting lists', () => {
  const hash = fc.oneof(fc.constantFrom(0, 1, 0xffffffff, 0x80000000, 0xff000000), fc.nat(0xffffffff), fc.nat(40));

  test('answer what was added, the newest first', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hash, fc.nat(2 ** 30 - 1)), { maxLength: 400 }), fc.array(hash), (added, asked) => {
        const lists = new PostingLists();
        const plain = new Map<number, number[]>();
        for (const [key, item] of added) {
          lists.add(key, item);
          plain.set(key, [item, ...(plain.get(key) ?? [])]);
        }
        const all = [...plain.keys(), ...asked];
        for (const key of all) {
          expect(items(lists, key)).toEqual(plain.get(key) ?? []);
          expect(lists.count(key)).toBe(plain.get(key)?.length ?? 0);
        }
        const cursors = new Int32Array(all.length);
        const count = lists.firstOfEach(Uint32Array.from(all), cursors);
        const present = all.filter(key => plain.has(key));
        expect([...cursors.subarray(0, count)].map(at => lists.item(at))).toEqual(
          present.map(key => plain.get(key)![0]),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('hold a hundred thousand hashes, and long lists', () => {
    const lists = new PostingLists();
    const keyOf = (n: number): number => Math.imul(n % 50_000, 0x9e3779b1) >>> 0;
    for (let n = 0; n < 200_000; n++) lists.add(keyOf(n), n);
    for (let n = 0; n < 5_000; n++) lists.add(7, n);
    for (let n = 0; n < 50_000; n += 7) {
      expect(items(lists, keyOf(n))).toEqual([n + 150_000, n + 100_000, n + 50_000, n]);
    }
    expect(items(lists, 7)).toEqual(Array.from({ length: 5_000 }, (_, n) => 4_999 - n));
    expect(items(lists, 8)).toEqual([]);
  });
});
