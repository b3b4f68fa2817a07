import { Features, featureSettings, languageOf } from '../../models/text/index.js';
import { fc } from '../property.js';

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
    const golden = [59243, 65997, 14811, 5525, 10819, 101049, 87468, 103671, 87494, 104576];
    expect(ids('Hé @you, 12 cats!').slice(0, 10)).toEqual(golden);
    expect(featureSettings.version).toBe(2);
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
    ['digits and signs for letters', 'leave me be', 'l34v3 me be'],
    ['signs for letters inside a word', 'wasted small hours', 'wa$ted sm@ll h0urs'],
    ['letters with spaces between', 'the lemon tree', 'the l e m o n tree'],
    ['letters with dots between, some of them digits', 'the lemon tree', 'the l.3.m.0.n tree'],
    ['words turned round behind an override', 'the lemon tree', 'the \u202enomel\u202c tree'],
    ['marks of direction', 'the lemon tree', 'the l\u200fem\u200eon tree'],
    ['links and handles', 'see you there', 'see @somebody you https://example.org/a?b=c there www.example.org'],
  ])('do not tell apart %s', (_what, plain, written) => {
    expect(ids(written)).toEqual(ids(plain));
  });

  test('keep numbers, and what is written with single letters, apart from words', () => {
    expect(ids('1 2 3')).not.toEqual(ids('ize'));
    expect(ids('in 1945')).toEqual(ids('in 2026'));
    expect(ids('a b')).not.toEqual(ids('ab'));
    expect(ids('l e m o n  t r e e')).toEqual(ids('lemon tree'));
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
    expect(performance.now() - started).toBeLessThan(2_000);
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

describe('where a word stands', () => {
  const words = (text: string) => {
    const features = new Features();
    features.read(text);
    return features.spans([...Array(features.tokens).keys()]).map(([start, end]) => text.slice(start, end));
  };

  test.each([
    ['plain text', 'The lemon tree.', ['The', 'lemon', 'tree', '.']],
    ['ligatures that are longer once read', 'ﷺ ﬁve lemons', ['ﷺ', 'ﷺ', 'ﷺ', 'ﷺ', 'ﬁve', 'lemons']],
    ['letters outside the first plane', '𝓵𝓮𝓶𝓸𝓷 tree', ['𝓵𝓮𝓶𝓸𝓷', 'tree']],
    ['accents that are composed', 'cafe\u0301 noir', ['cafe\u0301', 'noir']],
    ['spaced-out letters', 'a l e m o n here', ['a l e m o n', 'here']],
    ['emoji', '🍋 tree', ['🍋', 'tree']],
    ['Arabic', 'تفتح المكتبة', ['تفتح', 'المكتبة']],
    ['links and handles before it', '@you https://example.org/a lemon', ['lemon']],
  ])('is told in the units of the post: %s', (_what, text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test('is where it stood before it was turned round', () => {
    const text = 'the \u202enomel\u202c tree';
    expect(words(text)).toEqual(['the', 'nomel', 'tree']);
  });

  test('lies within the text, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
        const features = new Features();
        features.read(text);
        for (const [start, end] of features.spans([...Array(features.tokens).keys()])) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000, seed: 4 },
    );
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
