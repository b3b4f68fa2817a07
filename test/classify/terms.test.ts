import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readTermLists, termsSignal } from '../../services/classify/signals/terms/index.js';
import { findingSchema } from '../../services/contracts/index.js';
import { decide, parsePolicy } from '../../services/policies/index.js';
import { fc } from '../property.js';
import { type Entry, look, post, termLists } from './terms-lists.js';

const { folder, listed } = termLists();

/** What the post itself says where the terms stand. */
const seen = async (path: string, text: string, language?: string): Promise<string[]> =>
  (await look(path, text, language)).flatMap(({ spans = [] }) => spans.map(([start, end]) => text.slice(start, end)));

describe('where a word begins and ends', () => {
  test.each<[string, string, Entry, string, string[]]>([
    ['en', 'a whole word', { term: 'storm' }, 'The STORM, a storm.', ['STORM', 'storm']],
    ['en', 'not a part of one', { term: 'storm' }, 'thunderstorm stormy brainstorming', []],
    ['en', 'the beginning of one', { term: 'storm', match: 'start' }, 'stormy thunderstorm', ['storm']],
    ['en', 'several words, whatever is between them', { term: 'snow storm' }, 'snow -- storm', ['snow -- storm']],
    ['en', 'several words that were written as one', { term: 'snow storm' }, 'snowstorm', []],
    ['en', 'one word that is written as two', { term: 'snowstorm' }, 'snow storm', []],
    ['en', 'words of a hashtag', { term: 'snow storm' }, 'see #snowstorm', ['snowstorm']],
    ['en', 'a word of a hashtag, by its capitals', { term: 'storm' }, '#SnowStormNow', ['Storm']],
    ['en', 'a word of a hashtag, by its lines', { term: 'storm' }, '#snow_storm', ['storm']],
    ['en', 'no word of an address', { term: 'storm' }, 'https://storm.example/storm', []],
    ['fr', 'behind an elision', { term: 'orage' }, 'L’orage, d’orage', ['orage', 'orage']],
    ['fr', 'accents or none', { term: 'tempête' }, 'TEMPETE tempête', ['TEMPETE', 'tempête']],
    ['fr', 'not in a longer word', { term: 'orage' }, 'fourrages orages', []],
    ['de', 'not in a compound', { term: 'Sturm' }, 'Sturmflut, Schneesturm', []],
    ['de', 'first in a compound', { term: 'Sturm', match: 'start' }, 'Sturmflut, Schneesturm', ['Sturm']],
    ['de', 'anywhere in a compound', { term: 'sturm', match: 'inside' }, 'Sturmflut, Schneesturms', ['Sturm', 'sturm']],
    ['de', 'ß and ss', { term: 'große Straße' }, 'GROSSE STRASSE', ['GROSSE STRASSE']],
    ['ar', 'behind the article and others', { term: 'عاصفة' }, 'والعاصفة بعاصفة للعاصفة', ['عاصفة', 'عاصفة', 'عاصفة']],
    ['ar', 'not behind other letters', { term: 'عاصفة' }, 'معاصفة', []],
    ['ar', 'not before other letters', { term: 'عاصف' }, 'عاصفون', []],
    ['ar', 'with vowels and tatweel', { term: 'عاصفة' }, 'عَاصِفـــةٌ', ['عَاصِفـــةٌ']],
    ['fa', 'clitics are of Arabic', { term: 'عاصفة' }, 'والعاصفة', []],
    ['zh', 'where nothing is between words', { term: '暴风', match: 'inside' }, '今天有暴风雨', ['暴风']],
  ])('%s: %s', async (language, _, entry, text, found) => {
    expect(await seen(listed([entry], { language }), text, language)).toEqual(found);
  });

  test('a list is for posts in its language, and for those whose language is not known', async () => {
    const german = listed([{ term: 'gift' }], { language: 'de' });
    const any = listed([{ term: 'gift' }]);
    const all = ['de', 'de-AT', undefined, 'en'];
    expect(await Promise.all(all.map(async language => (await look(german, 'a gift', language)).length))).toEqual([
      1, 1, 1, 0,
    ]);
    expect(await Promise.all(all.map(async language => (await look(any, 'a gift', language)).length))).toEqual([
      1, 1, 1, 1,
    ]);
  });
});

describe('writing that hides a word', () => {
  test.each([
    ['Cyrillic and Greek letters', 'a ѕtοrm here', 'ѕtοrm'],
    ['what nobody sees', 'a st\u200bo\u00adrm here', 'st\u200bo\u00adrm'],
    ['marks on every letter', 'a s\u0336t\u0336o\u0336r\u0336m\u0336 here', 's\u0336t\u0336o\u0336r\u0336m\u0336'],
    ['letters of mathematics', 'a 𝐬𝐭𝐨𝐫𝐦 here', '𝐬𝐭𝐨𝐫𝐦'],
    ['full width', 'a ｓｔｏｒｍ here', 'ｓｔｏｒｍ'],
    ['spelled out', 'a big s t o r m here', 's t o r m'],
    ['spelled out behind a short word', 'a s.t.o.r.m here', 's.t.o.r.m'],
    ['behind an emoji of two units', '🌩️storm🌩️', 'storm'],
  ])('%s', async (_, text, is) => {
    expect(await seen(listed([{ term: 'storm' }]), text)).toEqual([is]);
    if (!is.includes(' ') && !is.includes('.')) {
      expect(await seen(listed([{ expression: 'st[ao]rm' }]), text)).toEqual([is]);
    }
  });

  test('the term itself may be written in any of these ways', async () => {
    expect(await seen(listed([{ term: 'ЅΤОRМ' }, { expression: 'ѕtоr+m' }]), 'a storm')).toEqual(['storm', 'storm']);
  });
});

describe('what a finding says', () => {
  test('the term, its list, meaning and innocent uses, and where it stands', async () => {
    const path = listed([{ term: 'Storm' }]);
    const [found, ...others] = await look(path, 'a storm, a storm');
    expect(others).toEqual([]);
    expect(found).toEqual({
      signal: 'terms',
      label: 'term-review',
      score: 1,
      reason: 'holds "Storm" of list list: what is meant. It is also used innocently: a song',
      spans: [
        [2, 7],
        [11, 16],
      ],
    });
    expect(findingSchema.parse(found)).toEqual(found);
    const [shown] = await look(listed([{ term: 'storm' }], { follows: 'nothing' }), 'a storm');
    expect(shown?.label).toBe('term');
  });

  test('places are counted, and bounded, in any text', async () => {
    const signal = termsSignal(readTermLists(listed([{ term: 'ab', match: 'inside' }, { expression: 'b(?: )?c' }])));
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'B', 'c', ' ', 'é', '𝐚', '\u0301', '😀', 'ﬁ', '#') }),
        async text => {
          const [findings = []] = await signal.assess([post(text)], { now: 0, testAccounts: {} });
          for (const { spans = [] } of findings) {
            expect(spans.length).toBeLessThanOrEqual(20);
            let last = 0;
            for (const [start, end] of spans) {
              expect(start).toBeGreaterThanOrEqual(last);
              expect(end).toBeLessThanOrEqual(text.length);
              expect(/^[aBb𝐚c]/u.test(text.slice(start, end))).toBe(true);
              last = end;
            }
          }
        },
      ),
      { numRuns: 300 },
    );
    const [many] = await signal.assess([post('ab'.repeat(500))], { now: 0, testAccounts: {} });
    expect(many?.find(({ reason }) => reason.includes('"ab"'))?.spans).toHaveLength(20);
  });

  test('at most 20 terms of a post are told, those that ask for review first', async () => {
    const words = [...'abcdefghijklmnopqrstuvwxyz'].map(letter => `${letter}x`);
    const lists = join(folder, 'two');
    mkdirSync(lists);
    const of = (name: string, follows: string, terms: string[]): void =>
      writeFileSync(
        join(lists, `${name}.yaml`),
        JSON.stringify({ name, follows, terms: terms.map(term => ({ term, meaning: 'm', innocent: ['i'] })) }),
      );
    of('a-shown', 'nothing', words);
    of('b-review', 'review', ['zz']);
    const found = await look(lists, `${words.join(' ')} zz`);
    expect(found).toHaveLength(20);
    expect(found[0]?.label).toBe('term-review');
  });
});

describe('what follows from a term', () => {
  const signal = () => termsSignal(readTermLists(undefined));
  /** Rules on other signals are left out, and need not be known here. */
  const rulesFor = (): string => {
    const { name, rules } = parse(readFileSync('services/policies/default.yaml', 'utf8')) as {
      name: string;
      rules: { when?: { finding?: { signal?: string } } }[];
    };
    return JSON.stringify({ name, rules: rules.filter(({ when }) => !when || when.finding?.signal === 'terms') });
  };

  test('by the default policy a person looks, or nothing', async () => {
    const policy = parsePolicy(rulesFor(), [signal()]);
    const followed = async (follows: string) =>
      decide(policy, { platform: 'sandbox' }, await look(listed([{ term: 'storm' }], { follows }), 'a storm'));
    expect(await followed('review')).toMatchObject({
      action: 'review',
      rule: 'listed-term',
      queue: 'text',
      priority: 0.2,
    });
    expect(await followed('nothing')).toMatchObject({ action: 'allow', rule: 'otherwise' });
  });

  test.each(['remove', 'withhold'])('a policy by which a term alone would %s is refused', action => {
    const rule = { name: 'r', action, reason: 'r', when: { finding: { signal: 'terms', label: 'term-review' } } };
    expect(() => parsePolicy(JSON.stringify({ name: 'p', rules: [rule] }), [signal()])).toThrow(/needs evidence/);
  });

  test('without lists no post is looked at', () => {
    expect(signal().wants?.(post('a storm'))).toBe(false);
    expect(signal().version()).toBe('terms-1 none');
  });

  test('the version names exactly these lists', () => {
    const version = (entry: Entry) => readTermLists(listed([entry])).version;
    expect(version({ term: 'a storm' })).toBe(version({ term: 'a storm' }));
    expect(version({ term: 'a storm' })).not.toBe(version({ term: 'a storm', match: 'inside' }));
  });
});
