import { reasons } from '../../services/console/web/words/reasons.js';
import { translated } from '../../services/console/web/words/said.js';
import { said } from './sentences.js';

const bare = (sentence: string): string => sentence.replaceAll(/\{\w*\}/g, '{}');

test('whatever the server says to a person has words in French and German, and nothing else has', () => {
  const all = said();
  expect(all.size).toBeGreaterThan(150);
  const known = new Set(Object.keys(reasons).map(bare));
  expect([...all].map(bare).filter(one => !known.has(one))).toEqual([]);
  const given = new Set([...all].map(bare));
  expect([...known].filter(one => !given.has(one))).toEqual([]);
});

test('what is put into a sentence is in the translated one, whatever it is', () => {
  for (const [english, [french, german]] of Object.entries(reasons)) {
    const names = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
    const told = english.startsWith('The role {role}') || english.includes('{text}');
    expect([english, names(french)]).toEqual([english, told ? names(french) : names(english)]);
    expect([english, names(german)]).toEqual([english, told ? names(german) : names(english)]);
    let n = 0;
    const sentence = english.replaceAll(/\{\w+\}/g, () => `value${n++}`);
    expect([english, translated(sentence, 'de')]).not.toEqual([english, sentence]);
  }
});

test('words within a sentence are translated too, and the more exact sentence wins', () => {
  expect(translated('It was approved by Ann already.', 'fr')).toBe('C’est déjà fait par Ann\u00a0: accordé.');
  expect(translated("The order is executed: it can't be held.", 'de')).toBe(
    'Stand der Anordnung: ausgeführt. Sie lässt sich nicht mehr aufschieben.',
  );
  expect(translated("It is live; from there it can't become shadow.", 'fr')).toContain(
    'en vigueur\u202f; de là, pas de passage à\u00a0: à blanc',
  );
  expect(translated('It is held already.', 'de')).toBe('Sie ist schon angehalten.');
  expect(translated('The case is decided: keep by Ann. To bring the post back, decide "restore".', 'de')).toContain(
    'entschieden (behalten, Ann)',
  );
  expect(translated('Line 4: There is no such case.', 'de')).toBe('Zeile 4: Diesen Fall gibt es nicht.');
  expect(translated('Something that nobody has words for.', 'fr')).toBe('Something that nobody has words for.');
  // What stands for a value is taken as it is, whatever is in it.
  expect(translated('There is somebody called $& {name} already.', 'fr')).toBe('Quelqu’un s’appelle déjà $& {name}.');
});
