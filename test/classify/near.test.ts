import { TextIndex } from '../../services/classify/signals/bank/text-index.js';
import { fold } from '../../services/classify/signals/normalise.js';
import { fc } from '../property.js';
import { mildText, randomOf, textOfLength } from './generator.js';

/** Mild texts of 60 to 200 letters. */
const texts = Array.from({ length: 1_000 }, (_, n) => {
  const random = randomOf(n, 3);
  return textOfLength(random, 60 + 140 * random());
});

describe('an index of texts', () => {
  const index = new TextIndex();
  for (const text of texts) index.add(fold(text));
  const nearest = (text: string) => index.find(fold(text)).sort((a, b) => b.similarity - a.similarity)[0];

  test('a text is wholly the same as itself, however it is spaced and decorated', () => {
    for (const [slot, text] of texts.slice(0, 300).entries()) {
      const whole = { slot, similarity: 1, containment: 1, alone: true };
      expect(nearest(text)).toMatchObject(whole);
      expect(nearest(`🎉 ${text.toUpperCase().replace(/(..)/g, '$1 ')} 🎉`)).toMatchObject(whole);
    }
  });

  test('a text within a longer one is wholly contained and does not stand alone', () => {
    for (const [slot, text] of texts.slice(0, 100).entries()) {
      const near = nearest(`${mildText(slot, 1)} "${text}" ${mildText(slot, 2)}`);
      expect(near).toMatchObject({ slot, containment: 1, alone: false });
      expect(near?.similarity).toBeLessThan(1);
    }
  });

  test.each([
    ['a word in the middle is another', (words: string[]) => words.with(4, 'otherwise'), true],
    ['the first word is another', (words: string[]) => words.with(0, 'otherwise'), true],
    ['the last word is another', (words: string[]) => words.with(-1, 'otherwise'), true],
    ['a word is missing', (words: string[]) => words.toSpliced(3, 1), true],
    ['two words before it', (words: string[]) => ['They', 'said:', ...words], false],
    ['two words behind it', (words: string[]) => [...words, 'they', 'said'], false],
    ['a remark in it', (words: string[]) => words.toSpliced(5, 0, 'as', 'they', 'said'), false],
    [
      'other words in the place of its last third',
      (words: string[]) => [...words.slice(0, -words.length / 3), mildText(1)],
      false,
    ],
  ])('%s', (_, change, alone) => {
    const told = texts.filter(text => text.split(' ').length > 14).slice(0, 200);
    expect(told.length).toBe(200);
    const right = told.filter(text => {
      const near = nearest(change(text.split(' ')).join(' '));
      return near?.slot === texts.indexOf(text) && near.alone === alone;
    });
    expect(right.length / told.length).toBeGreaterThanOrEqual(0.97);
  });

  test('tells no letters as common that are not, in order, in both', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abcdefghij'), minLength: 24, maxLength: 60 });
    fc.assert(
      fc.property(
        letters,
        fc.array(letters, { maxLength: 2 }),
        fc.nat(60),
        fc.nat(60),
        (entry, others, from, count) => {
          const small = new TextIndex();
          small.add(fold(entry));
          const post = `${others[0] ?? ''}${entry.slice(0, from)}${entry.slice(from + count)}${others[1] ?? ''}`;
          for (const { both, similarity, containment } of small.find(fold(post))) {
            expect(both).toBeLessThanOrEqual(commonLength(entry, post));
            expect(containment).toBeLessThanOrEqual(1);
            expect(similarity).toBeLessThanOrEqual(containment);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a thousand copies of one text do not hide another, nor themselves', () => {
    const crowded = new TextIndex();
    for (let n = 0; n < 1_000; n++) crowded.add(fold(`${texts[0]} number ${n}`));
    const slot = crowded.add(fold(texts[1]!));
    const changed = texts[1]!.split(' ').with(2, 'otherwise').join(' ');
    expect(crowded.find(fold(changed)).map(near => near.slot)).toEqual([slot]);
    expect(crowded.find(fold(texts[0]!)).length).toBeGreaterThan(0);
    expect(crowded.find(fold(texts[0]!)).length).toBeLessThanOrEqual(64);
  });

  test('what only repeats itself is nothing to find a text by', () => {
    const laughing = new TextIndex();
    laughing.add(fold(`What a day by the river ${'ha'.repeat(40)}`));
    laughing.add(fold(`So good ${'ه'.repeat(60)} indeed`));
    expect(laughing.find(fold(`I lost my keys ${'ha'.repeat(40)}`))).toEqual([]);
    expect(laughing.find(fold(`${'ه'.repeat(50)} يا سلام`))).toEqual([]);
    expect(laughing.find(fold(`What a daaaaay by the riveeer ${'ha'.repeat(9)}`))).toMatchObject([{ slot: 0 }]);
  });

  test('a larger bank takes more letters in common', () => {
    const short = 'A lantern hung in every second window';
    const changed = 'A lantern hung at every second door';
    const growing = new TextIndex();
    growing.add(fold(short));
    expect(growing.find(fold(changed))).toHaveLength(1);
    for (let n = 0; n < 100_000; n++) growing.add(new Uint16Array(0));
    expect(growing.find(fold(changed))).toHaveLength(0);
    expect(growing.find(fold(short))).toHaveLength(1);
  });

  test('takes bounded time for hostile text', () => {
    const long = texts.join(' ').repeat(2).slice(0, 100_000);
    for (const text of ['a'.repeat(100_000), 'abcdefgh'.repeat(12_500), 'abcdefghijk'.repeat(9_000), long]) {
      const start = process.cpuUsage();
      index.find(fold(text));
      index.add(fold(text));
      index.find(fold(text));
      expect(process.cpuUsage(start).user / 1000).toBeLessThan(1_000);
    }
    expect(nearest(long)).toMatchObject({ similarity: 1, alone: true });
  });
});

/** Length of the longest common subsequence, plainly. */
function commonLength(a: string, b: string): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    const next = [0];
    for (let n = 0; n < b.length; n++) {
      next.push(letter === b[n] ? row[n]! + 1 : Math.max(row[n + 1]!, next[n]!));
    }
    row = next;
  }
  return row[b.length]!;
}
