import { lookAlikes } from '../../services/classify/signals/look-alikes.js';
import { normalise } from '../../services/classify/signals/normalise.js';
import { fc } from '../property.js';

describe('the normal form of a text', () => {
  test.each([
    ['capitals, accents and punctuation', 'Déjà VU -- "naïve", Größe!', 'dejavunaivegrosse'],
    ['capital sharp s and final sigma', 'STRAẞE Σοφός', normalise('strasse σοφόσ')],
    ['full-width and mathematical letters', 'Ｆｕｌｌ 𝐛𝐨𝐥𝐝 𝒮cript ①②', 'fullboldscript12'],
    ['letters in circles and squares', 'Ⓗⓘ 🅗🅘 🅷🅸 🄷🄸', 'hihihihi'],
    ['small capitals', 'ʜᴇʟʟᴏ', 'hello'],
    ['letters with strokes', 'Łódź Øre đak', 'lodzoredak'],
    ['zero-width characters and soft hyphens', 'h\u200be\u200cl\u200dl\u00ado\ufeff', 'hello'],
    ['direction marks and overrides', '\u202eolleh\u202c \u2067x\u2069', 'ollehx'],
    ['piled-up marks', 'z\u0300\u0301\u0489\u20dda\u0336l\u0358go', 'zalgo'],
    ['emoji, with skin and joiners', 'good 👩🏽‍🚀 day 🇫🇷 ☀️', 'goodday'],
    ['spaced-out letters and line breaks', 'h e l l o\n\t w-o-r_l.d', 'helloworld'],
    ['Cyrillic look-alikes', 'Тhе сар is оn', 'thecapison'],
    ['Greek look-alikes beside Latin', 'ΝATΟ ΗOUSE ΥES νice', 'natohouseyesvice'],
    ['Arabic vowels and tatweel', 'السَّلَامُ عَلَيْـــكُم', normalise('السلام عليكم')],
    ['Arabic alef, ya, ta marbuta, kaf', 'إأآٱ على مدرسة کی', normalise('اااا علي مدرسه كي')],
    ['Arabic presentation forms', 'ﻻ ﷲ', normalise('لا الله')],
    ['digits of other scripts', '٢٠٢٤ ۲۰۲۴ २०२४', '202420242024'],
    ['ligatures', 'ﬁne œuvre Æon', 'fineoeuvreaeon'],
  ])('%s', (_, text, normal) => {
    expect(normalise(text)).toBe(normal);
  });

  test('a Greek word is the same in capitals', () => {
    expect(normalise('ΝΥΧΤΑ ΗΜΕΡΑ')).toBe(normalise('νυχτα ημερα'));
  });

  test.each([
    ['a link', 'Read this now https://example.org/a?b=c&d and go', 'readthisnowandgo'],
    ['a link without scheme', 'Read this now t.me/somewhere/12 and go', 'readthisnowandgo'],
    ['a missing space is no link', 'First this.Then that', 'firstthisthenthat'],
    ['handles', 'RT @some.one-else: hello there, @other@server.example friends', 'rthellotherefriends'],
    ['an address of mail is no handle', 'write to me@example now', 'writetomeexamplenow'],
    ['hashtags behind', 'The caravan leaves at dawn #caravan #dawn_2', 'thecaravanleavesatdawn'],
    ['hashtags before', '#news #now The caravan leaves at dawn', 'thecaravanleavesatdawn'],
    ['a hashtag among words is a word', 'The #caravan leaves at #dawn today', 'thecaravanleavesatdawntoday'],
    ['nothing but hashtags', '#the #caravan #leaves', 'thecaravanleaves'],
    ['nothing but handles', '@the @caravan', 'thecaravan'],
  ])('%s', (_, text, normal) => {
    expect(normalise(text)).toBe(normal);
  });

  test('every look-alike is read as what it looks like, in both cases', () => {
    for (const [letter, read] of lookAlikes) {
      expect([letter, normalise(`x ${letter}`)]).toEqual([letter, `x${read}`]);
      expect([letter, normalise(`x ${letter.toUpperCase()}`)]).toEqual([letter, `x${read}`]);
    }
  });

  const text = fc.string({
    unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom(...'aÉя@# ._ΝΗ')),
    maxLength: 60,
  });

  test('is its own normal form', () => {
    fc.assert(
      fc.property(text, given => {
        const normal = normalise(given);
        expect(normalise(normal)).toBe(normal);
      }),
      { numRuns: 2000 },
    );
  });

  test('does not depend on how accents are encoded', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'eéèêñçüößåÅøžşğıİйёїאבּשׁأإؤئیκάΐό가각힣がガ한'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(letters, given => {
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'])
          expect(normalise(given.normalize(form))).toBe(normalise(given));
      }),
    );
  });

  test('takes bounded time and room for hostile text', () => {
    const length = 100_000;
    const hostile = [
      `a${'\u0301\u0316'.repeat(length / 2)}`,
      '@'.repeat(length),
      '#a '.repeat(length / 3),
      '@a.'.repeat(length / 3),
      'a.'.repeat(length / 2),
      `${'a'.repeat(63)}.`.repeat(length / 64),
      'http://'.repeat(length / 7),
      'www.'.repeat(length / 4),
      'www.))))))'.repeat(length / 10),
      `http://a.b${')'.repeat(length)}`,
      '𠀀'.repeat(length / 2),
      '\ud800'.repeat(length),
      `${'Ν'.repeat(length - 1)}a`,
      'ﷺ'.repeat(length),
      'a'.repeat(3 * length),
    ];
    for (const given of hostile) {
      const start = performance.now();
      expect(normalise(given).length).toBeLessThanOrEqual(length);
      expect(performance.now() - start).toBeLessThan(5_000);
    }
  });
});
