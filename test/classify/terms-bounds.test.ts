import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Finder } from '../../services/classify/signals/terms/finder.js';
import { readTermLists, TermsError, termsSignal } from '../../services/classify/signals/terms/index.js';
import { look, post, termLists } from './terms-lists.js';

const { folder, write, listed } = termLists();
const examples = fileURLToPath(new URL('../../../services/classify/signals/terms/examples', import.meta.url));
const pause = async (): Promise<void> => undefined;

/** The same words for the same seed. */
function wordsFrom(seed: number, count: number): string[] {
  let state = seed;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 4 + next(9) }, () => 'abcdefghilmnorstu'[next(17)]).join(''),
  );
}

describe('lists that can not be used are refused', () => {
  const list = (terms: string): string => `name: bad\nfollows: review\nterms:\n${terms}`;
  const rest = '    meaning: m\n    innocent: [i]\n';

  test.each([
    ['no YAML', 'name: [', 1, /flow/i],
    ['no list', '- 1\n', 1, /the list: /],
    ['no name', 'follows: review\nterms: [1]\n', 1, /name: /],
    ['another word of what follows', 'name: a\nfollows: remove\nterms: [1]\n', 2, /follows: .*review/],
    ['no meaning', list('  - term: storm\n    innocent: [i]\n'), 4, /terms\[0\].meaning: /],
    ['no innocent uses', list('  - term: storm\n    meaning: m\n    innocent: []\n'), 6, /terms\[0\].innocent: /],
    ['an unknown field', list(`  - term: storm\n${rest}    regex: true\n`), 4, /terms\[0\]: .*regex/],
    ['an unknown way to match', list(`  - term: storm\n${rest}    match: end\n`), 7, /terms\[0\].match: /],
    [
      'a term of one letter',
      list(`  - term: storm\n${rest}  - term: " s! "\n${rest}`),
      7,
      /terms\[1\].term: has fewer/,
    ],
    ['a term that is too long', list(`  - term: ${'ﷺ'.repeat(50)}\n${rest}`), 4, /letters, 100 are allowed/],
    ['aliases', list(`  - &a\n    term: storm\n${rest}  - *a\n`), 1, /alias/i],
    ['a broken expression', list(`  - expression: "st(orm"\n${rest}`), 4, /terms\[0\].expression: .*\(orm|paren/],
    ['what only backtracking can do', list(`  - expression: '(st)orm\\1'\n${rest}`), 4, /expression: .*escape/],
    ['looking ahead', list(`  - expression: 'st(?=orm)'\n${rest}`), 4, /terms\[0\].expression: /],
    ['an expression of nothing', list(`  - expression: '(?:storm)?'\n${rest}`), 4, /where there is nothing/],
    [
      'an expression that is too large',
      list(`  - expression: '(?:[a-z]{1,90}x){1,90}'\n${rest}`),
      4,
      /expression: .*(too large|invalid)/,
    ],
    ['ASCII word bounds', list(`  - expression: '\\bstorm'\n${rest}`), 4, /match: whole/],
    ['an anchor', list(`  - expression: '^storm'\n${rest}`), 4, /pieces/],
    ['another form in a class', list(`  - expression: '[é]t'\n${rest}`), 4, /written as "e"/],
    ['what is no letter', list(`  - expression: 'st–orm'\n${rest}`), 4, /no letter/],
  ])('%s', (_, text, line, reason) => {
    const path = write(text);
    let told: unknown;
    try {
      readTermLists(path);
    } catch (error) {
      told = error;
    }
    expect(told).toBeInstanceOf(TermsError);
    const { message } = told as Error;
    expect(message).toMatch(reason);
    expect(message).toContain(`${path}:${line}: `);
  });

  test('all that is wrong is told at once, up to 20', () => {
    const path = write(list(Array.from({ length: 30 }, () => `  - term: x\n${rest}`).join('')));
    expect(() => readTermLists(path)).toThrow(/:4: [\s\S]*:7: [\s\S]*and 10 more/);
  });

  test('expressions that together cost too much', () => {
    const entries = Array.from({ length: 30 }, (_, n) => ({ expression: `[a-z]{180}${n}` }));
    expect(() => readTermLists(listed(entries))).toThrow(/instructions, 4000 are allowed/);
  });

  test('a folder without lists, and one with two of a name', () => {
    expect(() => readTermLists(fileURLToPath(new URL('.', import.meta.url)))).toThrow(/holds no list/);
    const two = join(folder, 'two');
    mkdirSync(two);
    for (const name of ['a.yaml', 'b.yml']) copyFileSync(listed([{ term: 'storm' }]), join(two, name));
    expect(() => readTermLists(two)).toThrow(/another list is called list/);
  });

  test('the examples are lists, and nothing follows from them', async () => {
    const { terms } = readTermLists(examples);
    expect(new Set(terms.map(({ language }) => language))).toEqual(new Set(['ar', 'de', 'en']));
    const found = await look(examples, 'Heavy rain and thunderstorms. Eine Gewitterfront. والعاصفة');
    expect(found.map(({ label }) => label)).toEqual(['term', 'term', 'term', 'term']);
  });
});

describe('the cost of a post', () => {
  test('5,000 terms cost a post of 100,000 letters at most three comparisons for each', async () => {
    const terms = wordsFrom(1, 5000);
    const finder = new Finder(readTermLists(listed(terms.map(term => ({ term })))).terms);
    const text = [...wordsFrom(2, 5000), ...terms, ...wordsFrom(3, 5000)].join(' ').slice(0, 100_000);
    const { found, comparisons } = await finder.find(text, undefined, pause);
    const letters = text.replaceAll(' ', '').length;
    expect(found.length).toBeGreaterThan(4900);
    expect(comparisons).toBeGreaterThanOrEqual(letters);
    expect(comparisons).toBeLessThanOrEqual(3 * letters);
    const few = await new Finder(readTermLists(listed([{ term: terms[0]! }])).terms).find(text, undefined, pause);
    expect(comparisons).toBeLessThan(3 * few.comparisons);
  });

  test('terms that all overlap cost no more than twice their number for each letter', async () => {
    const entries = Array.from({ length: 50 }, (_, n) => ({ term: 'a'.repeat(n + 2), match: 'inside' }));
    const finder = new Finder(readTermLists(listed(entries)).terms);
    const { found, comparisons } = await finder.find('a'.repeat(100_000), undefined, pause);
    expect(found).toHaveLength(50);
    expect(comparisons).toBeLessThanOrEqual((2 + 2 * 50) * 100_000);
  });

  test('expressions on which a backtracking engine would hang are done with', async () => {
    const entries = ['(?:a+)+b', '(?:a|aa)+c', '(?:x+x+)+y', '(?:.*a){12}q'].map(expression => ({
      expression,
      match: 'inside',
    }));
    expect(await look(listed(entries), 'a'.repeat(100_000))).toEqual([]);
    expect(await look(listed(entries), 'xa'.repeat(50_000))).toEqual([]);
  });

  test('a long text is looked at to its end, and other work has its turn meanwhile', async () => {
    const signal = termsSignal(readTermLists(listed([{ expression: 'sto+rm' }, { term: 'rain' }])));
    const text = `${'word '.repeat(19_000)} storm rain`;
    let turns = 0;
    let done = false;
    const turn = (): void => {
      turns++;
      if (!done) setImmediate(turn);
    };
    setImmediate(turn);
    const [found] = await signal.assess([post(text)], { now: 0, testAccounts: {} });
    done = true;
    expect(found?.map(({ spans }) => spans?.map(([start, end]) => text.slice(start, end)))).toEqual([
      ['rain'],
      ['storm'],
    ]);
    expect(turns).toBeGreaterThan(10);
  });

  test.each([3590, 3596, 3600, 3996, 3999, 4000, 7200])('a match is told once where pieces meet (%i)', async at => {
    const text = `${'x'.repeat(at)} storm ${'x'.repeat(9000)}`;
    const [found] = await look(listed([{ expression: 'sto+rm' }]), text);
    expect(found?.spans).toEqual([[at + 1, at + 6]]);
  });
});
