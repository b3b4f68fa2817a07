import { Kept } from '../../services/policies/evidence/kept.js';

let now = 0;
const time = { steady: () => now };
/** Reads that end when they are told to. */
const reads: { tell(value: string): void; fail(): void }[] = [];
const read = () =>
  new Promise<string>((resolve, reject) => {
    reads.push({ tell: resolve, fail: () => reject(new Error('away')) });
  });
beforeEach(() => {
  now = 0;
  reads.length = 0;
});

test('what was read within a quarter of a minute is told again; nobody reads twice at the same moment', async () => {
  const kept = new Kept<string>(time, 2);
  const both = [kept.get('a', read), kept.get('a', read)];
  reads[0]!.tell('one');
  expect(await Promise.all(both)).toEqual(['one', 'one']);
  now = 14_999;
  expect(await kept.get('a', read)).toBe('one');
  expect(reads).toHaveLength(1);
});

test('what is older is told while it is read anew; what is older than a minute is not', async () => {
  const kept = new Kept<string>(time, 2);
  const first = kept.get('a', read);
  reads[0]!.tell('one');
  await first;
  now = 20_000;
  expect(await kept.get('a', read)).toBe('one');
  expect(await kept.get('a', read)).toBe('one');
  expect(reads).toHaveLength(2);
  reads[1]!.tell('two');
  await new Promise(setImmediate);
  expect(await kept.get('a', read)).toBe('two');
  now = 80_001;
  const late = kept.get('a', read);
  reads[2]!.tell('three');
  expect(await late).toBe('three');
});

test('what failed is read again by who asks next', async () => {
  const kept = new Kept<string>(time, 2);
  const first = kept.get('a', read);
  reads[0]!.fail();
  await expect(first).rejects.toThrow('away');
  const second = kept.get('a', read);
  reads[1]!.tell('two');
  expect(await second).toBe('two');
  now = 20_000;
  expect(await kept.get('a', read)).toBe('two');
  reads[2]!.fail();
  await new Promise(setImmediate);
  const third = kept.get('a', read);
  reads[3]!.tell('three');
  expect(await third).toBe('three');
});
