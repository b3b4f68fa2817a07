import { TextBank } from '../bench/near/bank.js';
import { bands, type Counts, count, quotations, reposts, unrelated } from '../bench/near/figures.js';
import { mildText, seeds } from './generator.js';

/** The bench measures this with a million texts; here it is held with few. */
describe('a bank of ten thousand mild texts', () => {
  const bank = new TextBank();
  for (let n = 0; n < 10_000; n++) bank.add(mildText(n));
  const firstOf60 = bands.findIndex(([from]) => from === 60);
  const share = (counts: readonly Counts[], of: 'told' | 'acting', first = firstOf60): number => {
    const sum = (values: readonly number[]): number => values.slice(first).reduce((all, value) => all + value, 0);
    return counts.reduce((all, one) => all + sum(one[of]), 0) / counts.reduce((all, one) => all + sum(one.posts), 0);
  };

  test('re-posts under each edit and combination are told, and act', async () => {
    const counts = await reposts(bank, 20);
    expect(counts).toHaveLength(31);
    for (const one of counts) {
      expect([one.what, share([one], 'told') >= 0.97]).toEqual([one.what, true]);
      expect([one.what, share([one], 'acting') >= 0.92]).toEqual([one.what, true]);
    }
    expect(share(counts, 'told')).toBeGreaterThanOrEqual(0.995);
    expect(share(counts, 'acting')).toBeGreaterThanOrEqual(0.97);
  });

  test('quotations of a whole text are told, and never act', async () => {
    const whole = (await quotations(bank, 20)).filter(({ what }) => !what.includes('%'));
    expect(whole.length).toBeGreaterThan(10);
    expect(share(whole, 'told')).toBeGreaterThanOrEqual(0.99);
    expect(share(whole, 'acting')).toBe(0);
    // A text of thirty letters with two words of three letters around it is nearly the same.
    expect(share(whole, 'acting', 0)).toBeLessThan(0.002);
  });

  test('of unrelated posts not one in ten thousand is told', async () => {
    const posts = Array.from({ length: 10_000 }, (_, n) => mildText(n, 1));
    const { told, acting } = await unrelated(bank, posts, 1);
    expect(told).toBeLessThanOrEqual(1);
    expect(acting).toBe(0);
  });

  test('the generator makes the same of the same seed', async () => {
    const once = await count(bank, 'the same', text => text, { perSeed: 5, seeds: seeds.slice(0, 1) });
    expect(once.told).toEqual(once.posts);
    expect(mildText(7)).toBe(mildText(7));
    expect(mildText(7)).not.toBe(mildText(7, 1));
  });
});
