import { describe, expect, test } from '@jest/globals';
import { Features, featureSettings, languageOf } from '../../models/text/index.js';

function ids(text: string): number[] {
  const features = new Features();
  return [...features.ids.subarray(0, features.read(text))];
}

describe('the features of a post', () => {
  test('are the same each time, whatever was read before', () => {
    const features = new Features();
    const first = [...features.ids.subarray(0, features.read('The ferry leaves at nine from the old harbour.'))];
    features.read('Etwas ganz anderes, und länger als der erste Satz, damit die Puffer voll sind.');
    const again = [...features.ids.subarray(0, features.read('The ferry leaves at nine from the old harbour.'))];
    expect(again).toEqual(first);
    expect(first.length).toBeGreaterThan(50);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...first)).toBeLessThan(featureSettings.buckets);
  });

  test('never change under a version of theirs, since weights are trained for them', () => {
    const golden = [59243, 5525, 127498, 101049, 87468, 104576, 54167, 118291, 49549, 39909];
    expect(ids('Hé @you, 12 cats!').slice(0, 10)).toEqual(golden);
    expect(featureSettings.version).toBe(1);
  });

  test.each([
    ['capitals and full width', 'peace on earth', 'PEACE ｏｎ Earth'],
    ['Cyrillic look-alikes', 'peace on earth', 'реасе оn еаrth'],
    ['Greek look-alikes', 'rainbow', 'rαinbοw'],
    ['mathematical letters', 'peace', '𝓹𝓮𝓪𝓬𝓮'],
    ['accents, composed and not', 'elephant', 'éle\u0301phànt'],
    ['characters of no width', 'garden', 'gar\u200bd\u00aden'],
    ['letters drawn out', 'soo good', 'sooooooo good'],
    ['Arabic diacritics and tatweel', 'السلام عليكم', 'السَّلامُ عَلَيْكُم'],
    ['Arabic alef, ya and ta marbuta', 'اسماء مدينه علي', 'أسماء مدينة على'],
    ['digits of any script', 'route 45', 'route ٤٥'],
    ['links and handles', 'see you there', 'see @somebody you https://example.org/a?b=c there www.example.org'],
  ])('do not tell apart %s', (_what, plain, written) => {
    expect(ids(written)).toEqual(ids(plain));
  });

  test('tell different texts apart', () => {
    expect(ids('the cat sat')).not.toEqual(ids('the sat cat'));
    expect(ids('garden')).not.toEqual(ids('warden'));
    expect(ids('good ☠')).not.toEqual(ids('good ☝'));
    expect(ids('good 😀')).not.toEqual(ids('good 😡'));
  });

  test('are none for a text without words', () => {
    for (const text of ['', ' \n\t', '...!?', '\u200b\u0301', '@somebody', 'https://example.org/path'])
      expect(ids(text)).toEqual([]);
  });

  test.each([
    ['one letter', 'a'],
    ['no spaces', 'abcdefghij'],
    ['short words', 'ab cd '],
    ['a ligature that NFKC makes eighteen of', 'ﷺ'],
    ['combining marks', '\u0301'],
    ['emoji', '😀'],
    ['half a surrogate pair', '\ud800'],
    ['links', 'http://'],
    ['handles', '@a'],
    ['NUL', '\u0000'],
  ])('are bounded in number and in time for a million units of %s', (_what, unit) => {
    const features = new Features();
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
    const started = performance.now();
    expect(features.read(text)).toBeLessThanOrEqual(featureSettings.maxIds);
    expect(performance.now() - started).toBeLessThan(250);
  });

  test('reach every part of a post that has more of them than fit', () => {
    const words = Array.from({ length: 120 }, (_, i) => `word${String.fromCharCode(97 + (i % 26))}${i}lengthened`);
    const features = new Features();
    const count = features.read(words.join(' '));
    expect(count).toBeLessThanOrEqual(featureSettings.maxIds);
    const half = features.tokenOf.subarray(2 * features.tokens, count).filter(token => token >= 60).length;
    expect(half / (count - 2 * features.tokens)).toBeGreaterThan(0.3);
  });
});

describe('the language of a post', () => {
  const guess = (text: string, tag?: string) => {
    const features = new Features();
    features.read(text);
    return languageOf(tag, features);
  };

  test('is what its tag says, by the primary part', () => {
    expect(guess('whatever', 'fr-CA')).toBe('fr');
    expect(guess('whatever', 'DE')).toBe('de');
    expect(guess('whatever', 'pl')).toBe('other');
  });

  test('is guessed where there is no tag', () => {
    expect(guess('The train to the coast is late and they have not said why')).toBe('en');
    expect(guess('Le train est en retard et nous ne savons pas pour quelle raison')).toBe('fr');
    expect(guess('Der Zug ist nicht da und wir wissen auch nicht warum')).toBe('de');
    expect(guess('القطار متأخر اليوم', 'und')).toBe('ar');
    expect(guess('Pociąg dziś znowu opóźniony')).toBe('other');
  });
});
