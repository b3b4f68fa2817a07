import fc from 'fast-check';
import { TextIndex } from '../../services/classify/signals/bank/text-index.js';
import { fold } from '../../services/classify/signals/normalise.js';
import { changedWords, likeLetters, sentences, sprinkled } from './texts.js';

describe('texts that are nearly the same', () => {
  const texts = sentences(400);
  const index = new TextIndex();
  for (const text of texts) index.add(fold(text));
  const nearest = (text: string) => index.find(fold(text)).sort((a, b) => b.similarity - a.similarity)[0];

  test('a text is wholly the same as itself', () => {
    for (const [slot, text] of texts.entries())
      expect(nearest(text)).toMatchObject({ slot, similarity: 1, containment: 1 });
  });

  test.each([
    ['a fifth of the words changed', changedWords, 0.25, 0.4],
    ['a tenth of the letters replaced by look-alikes', likeLetters, 0.95, 0.95],
    ['five hashtags put in', sprinkled, 0.3, 0.5],
    [
      'words torn apart and put together',
      (text: string) => text.replace(/(..) /g, '$1').replace(/(...)/g, '$1 '),
      0.99,
      0.99,
    ],
    [
      'repeated in a longer text',
      (text: string) => `${sentences(4, 99).join(' ')} ${text} ${sentences(4, 98).join(' ')}`,
      0,
      0.98,
    ],
  ])('%s: found, and it is the nearest', (_, change, similarity, containment) => {
    const found = texts.filter((text, slot) => {
      const near = nearest(change(text));
      return near?.slot === slot && near.similarity >= similarity && near.containment >= containment;
    });
    expect(found.length / texts.length).toBeGreaterThanOrEqual(0.95);
  });

  test('one word of twenty changed leaves four fifths', () => {
    const words = texts.filter(text => text.split(' ').length >= 20).slice(0, 100);
    expect(words.length).toBe(100);
    for (const text of words) {
      const changed = text.split(' ').with(7, 'otherwise').join(' ');
      expect(index.find(fold(changed)).some(({ similarity }) => similarity > 0.7)).toBe(true);
    }
  });

  test('the comparison is exact: what a plain computation gives', () => {
    const runs = (text: string): Set<string> => {
      const letters = String.fromCharCode(...fold(text));
      return new Set(Array.from({ length: Math.max(0, letters.length - 4) }, (_, n) => letters.slice(n, n + 5)));
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: texts.length - 1 }),
        fc.integer({ min: 0, max: texts.length - 1 }),
        (a, b) => {
          const text = `${texts[a]} ${texts[b]}`;
          const post = runs(text);
          for (const { slot, similarity, containment, both } of index.find(fold(text))) {
            const entry = runs(texts[slot]!);
            const shared = [...entry].filter(run => post.has(run)).length;
            expect(both).toBe(shared);
            expect(containment).toBeCloseTo(shared / entry.size, 10);
            expect(similarity).toBeCloseTo(shared / (entry.size + post.size - shared), 10);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a thousand copies of one text do not hide another', () => {
    const crowded = new TextIndex();
    for (let n = 0; n < 1000; n++) crowded.add(fold(`${texts[0]} number ${n}`));
    const slot = crowded.add(fold(texts[1]!));
    expect(crowded.find(fold(changedWords(texts[1]!))).map(near => near.slot)).toContain(slot);
    expect(crowded.find(fold(texts[0]!)).length).toBeGreaterThan(0);
    expect(crowded.find(fold(texts[0]!)).length).toBeLessThanOrEqual(64);
  });

  test('takes bounded time for hostile text', () => {
    const hostile = ['a'.repeat(100_000), 'abcdefgh'.repeat(12_500), sentences(2000, 5).join(' ').slice(0, 100_000)];
    for (const text of hostile) {
      const start = performance.now();
      index.find(fold(text));
      const slot = index.add(fold(text));
      expect(index.find(fold(text)).map(near => near.slot)).toContain(slot);
      expect(performance.now() - start).toBeLessThan(2_000);
    }
  });
});
