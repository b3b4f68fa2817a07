import { readdirSync, readFileSync } from 'node:fs';
import { typesetFrench } from '../../services/contracts/index.js';
import { wordings } from '../../services/orders/forms/wording.js';

const web = new URL('../../../services/console/web/', import.meta.url);

/** Each file of a screen's own words, and what it holds. The test says which is missing here. */
const files: readonly (() => Promise<object>)[] = [
  () => import('../../services/console/web/panels/words.js'),
  () => import('../../services/console/web/words/authorities.js'),
  () => import('../../services/console/web/words/backtests.js'),
  () => import('../../services/console/web/words/clocks.js'),
  () => import('../../services/console/web/words/desk.js'),
  () => import('../../services/console/web/words/e-evidence-clocks.js'),
  () => import('../../services/console/web/words/exposed.js'),
  () => import('../../services/console/web/words/incidents.js'),
  () => import('../../services/console/web/words/intake.js'),
  () => import('../../services/console/web/words/labels.js'),
  () => import('../../services/console/web/words/looks.js'),
  () => import('../../services/console/web/words/models.js'),
  () => import('../../services/console/web/words/orders.js'),
  () => import('../../services/console/web/words/over-usual.js'),
  () => import('../../services/console/web/words/policies.js'),
  () => import('../../services/console/web/words/preserved.js'),
  () => import('../../services/console/web/words/quality.js'),
  () => import('../../services/console/web/words/regulator.js'),
  () => import('../../services/console/web/words/samples.js'),
  () => import('../../services/console/web/words/scopes.js'),
  () => import('../../services/console/web/words/seen.js'),
  () => import('../../services/console/web/words/threats.js'),
  () => import('../../services/console/web/words/tuning.js'),
];
/** Not words of a screen. */
const others = [
  ...['en', 'fr', 'de', 'pick', 'said', 'reasons', 'obligations', 'faults'],
  ...['field', 'field-reasons', 'patterns', 'policy-reasons', 'zod-reasons'],
];

// What a line may begin or end with only by mistake.
const breaks = / [;:?!%»]|« /;
/** Numbers and names, as the screens give them to the functions among the words. */
const tries: readonly (readonly unknown[])[] = [
  ['7', '7', '7', '7'],
  [7, 7, 7, 7],
  ['7', 7, 7, 7],
  [7, '7', '7', '7'],
  [['7'], ['7']],
  [new Date(0)],
  [true, true],
];

/** Every word, by where it is; a function's by what it answers. */
function* wordsIn(value: unknown, path: string): Generator<[string, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (typeof value === 'function') {
    for (const given of tries) {
      try {
        const answer: unknown = value(...given);
        if (typeof answer === 'string') yield [path, answer];
      } catch {
        // These are not what it takes; others are.
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) yield* wordsIn(one, `${path}.${name}`);
  }
}
const broken = (words: unknown, path: string): string[] =>
  [...wordsIn(words, path)].filter(([, text]) => breaks.test(text)).map(([at, text]) => `${at}: ${text}`);

test('no line of French begins with a mark that belongs to the line before: the console', async () => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null },
    document: { documentElement: {} },
  });
  Object.defineProperty(globalThis, 'navigator', { value: { languages: ['fr-FR'] }, configurable: true });
  const { loadWords } = (await import('../../services/console/web/strings.js')) as { loadWords(): Promise<void> };
  const strings = (await import('../../services/console/web/strings.js')) as {
    strings: unknown;
    told(said: string): string;
    toldOfField(said: string): string;
  };
  await loadWords();
  expect([...wordsIn(strings.strings, 'fr')].length).toBeGreaterThan(800);
  expect(broken(strings.strings, 'fr')).toEqual([]);
  expect(strings.told('Starting; try again in a moment.')).toBe('Démarrage en cours\u202f; réessayez dans un instant.');
  // Of a policy within a field, the place in it stays.
  expect(strings.toldOfField('rules[0].name: another rule is called one')).toBe(
    'rules[0].name: une autre règle s’appelle one',
  );
  expect(strings.toldOfField('Invalid ISO date')).toBe('doit être une date');

  // Each screen's own words, as it takes them.
  const { inMine } = (await import('../../services/console/web/words/pick.js')) as { inMine(of: object): unknown };
  for (const file of files) {
    const all = await file();
    const found = [all, ...Object.values(all)].filter(
      of => typeof of === 'object' && of !== null && 'fr' in of && 'de' in of,
    );
    expect([String(file), found.length]).not.toEqual([String(file), 0]);
    for (const of of found) expect(broken(inMine(of), String(file))).toEqual([]);
  }
  const there = readdirSync(new URL('words/', web)).map(name => name.replace('.ts', ''));
  expect(
    there.filter(name => !others.includes(name) && !files.some(file => String(file).includes(`/${name}.js`))),
  ).toEqual([]);
});

test('no screen takes its words in another way', () => {
  const files = readdirSync(web, { recursive: true, encoding: 'utf8' }).filter(name => /\.tsx?$/.test(name));
  const takes = files.filter(name => {
    // What is part of other words is taken with them.
    if (['strings.ts', 'words/pick.ts', 'words/fr.ts', 'words/clocks.ts'].includes(name)) return false;
    return /words\w*\[language\]|\bfr\[|\.fr\b/.test(readFileSync(new URL(name, web), 'utf8'));
  });
  expect(takes).toEqual([]);
});

test('nor in the answering forms', () => {
  expect(broken(wordings.fr, 'forms')).toEqual([]);
  expect([...wordsIn(wordings.fr, 'forms')].length).toBeGreaterThan(60);
});

test('what is put into a word is left as it is, but for its spaces; other languages are not touched', () => {
  const words = typesetFrench({ a: 'Quoi ?', n: 3, list: ['« oui »'], of: (name: string) => `Banque ${name} : 50 %` });
  expect([words.a, words.n, words.list]).toEqual(['Quoi\u202f?', 3, ['«\u00a0oui\u00a0»']]);
  expect(words.of('http://x/?a=b')).toBe('Banque http://x/?a=b\u00a0: 50\u202f%');
  expect(wordings.en).not.toEqual(typesetFrench(wordings.en));
});
