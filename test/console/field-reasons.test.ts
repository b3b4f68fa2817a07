import { z } from 'zod';
import { fewLines } from '../../services/console/web/fewLines.js';
import { faults } from '../../services/console/web/words/faults.js';
import { toldOfZod } from '../../services/console/web/words/field.js';
import { fieldReasons } from '../../services/console/web/words/field-reasons.js';
import { finder } from '../../services/console/web/words/patterns.js';
import { policyReasons, yamlReasons } from '../../services/console/web/words/policy-reasons.js';
import { translated } from '../../services/console/web/words/said.js';
import { zodReasons } from '../../services/console/web/words/zod-reasons.js';
import { examine } from '../../services/policies/parse.js';
import { saidOfFields, saidOfPolicies } from './sentences.js';

const bare = (sentence: string): string => sentence.replaceAll(/\{\w*\}/g, '{}');
const pairs = (said: Set<string>, words: object): [string[], string[]] => {
  const known = new Set(Object.keys(words).map(bare));
  const given = new Set([...said].map(bare));
  return [[...given].filter(one => !known.has(one)), [...known].filter(one => !given.has(one))];
};

test('whatever the server says of a field has words in French and German, and nothing else has', () => {
  const said = saidOfFields();
  expect(said.size).toBeGreaterThan(40);
  expect(pairs(said, fieldReasons)).toEqual([[], []]);
});

test('whatever is found wrong with a policy has words in French and German, and nothing else has', () => {
  const said = saidOfPolicies();
  expect(said.size).toBeGreaterThan(15);
  expect(pairs(said, policyReasons)).toEqual([[], []]);
});

test('what is put into such a sentence is in the translated one', () => {
  for (const [english, words] of Object.entries({ ...fieldReasons, ...policyReasons, ...zodReasons })) {
    const names = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
    const put = names(english);
    for (const one of words) expect([english, put]).toEqual([english, expect.arrayContaining(names(one))]);
    if (!(english in zodReasons)) for (const one of words) expect([english, names(one)]).toEqual([english, put]);
  }
});

test('of many fields a few are told, each once, and the others are counted', () => {
  const lines = [...'abcdef'].map(name => `${name}: fehlt`);
  expect(fewLines([...lines.slice(0, 5), ...lines.slice(0, 5)], faults.de)).toEqual(lines.slice(0, 5));
  expect(fewLines(lines, faults.de)).toEqual([...lines.slice(0, 5), 'und ein weiteres']);
  expect(fewLines([...lines, 'g: fehlt'], faults.fr).at(-1)).toBe('et 2 autres');
});

/** What zod says of a value that a schema does not take. */
const zodSays = (schema: z.ZodType, value: unknown): string =>
  schema
    .safeParse(value)
    .error?.issues.map(({ message }) => message)
    .join('\n') ?? '';

const wrong: [z.ZodType, unknown, en: string, fr: string, de: string][] = [
  [z.string(), undefined, 'is missing', 'à indiquer', 'fehlt'],
  [z.string(), null, 'is missing', 'à indiquer', 'fehlt'],
  [
    z.enum(['a', 'b']),
    undefined,
    'must be one of "a", "b"',
    'valeurs possibles\u00a0: "a", "b"',
    'möglich sind: "a", "b"',
  ],
  [z.string(), 5, 'must be text', 'doit être du texte', 'muss Text sein'],
  [z.number(), Number.NaN, 'must be a number', 'doit être un nombre', 'muss eine Zahl sein'],
  [z.int(), 1.5, 'must be a whole number', 'doit être un nombre entier', 'muss eine ganze Zahl sein'],
  [z.boolean(), 'x', 'must be true or false', 'doit être true ou false', 'muss true oder false sein'],
  [z.array(z.string()), 'x', 'must be a list', 'doit être une liste', 'muss eine Liste sein'],
  [
    z.object({}),
    'x',
    'must be a group of fields',
    'doit être un groupe de champs',
    'muss eine Gruppe von Feldern sein',
  ],
  [z.literal(true), false, 'must be true', 'doit être true', 'muss true sein'],
  [z.union([z.string(), z.number()]), true, 'is not valid', 'valeur non valable', 'ist so nicht gültig'],
  [z.string().min(1), '', 'must not be empty', 'ne doit pas rester vide', 'darf nicht leer sein'],
  [
    z.array(z.int()).min(1),
    [],
    'at least one is needed',
    'au moins une valeur à indiquer',
    'mindestens eine Angabe nötig',
  ],
  [z.string().min(20), 'x', '20 characters or more', '20 caractères au minimum', 'mindestens 20 Zeichen'],
  [
    z.string().max(5_000),
    'x'.repeat(5_001),
    '5,000 characters at most',
    '5\u202f000 caractères au maximum',
    'höchstens 5.000 Zeichen',
  ],
  [z.array(z.int()).min(2), [1], '2 or more are needed', 'au moins 2 valeurs', 'mindestens 2 Angaben'],
  [z.array(z.int()).max(1), [1, 2], '1 at most', '1 valeurs au maximum', 'höchstens 1 Angaben'],
  [z.number().min(0.25), 0, 'must be 0.25 or more', '0,25 au minimum', 'mindestens 0,25'],
  [z.number().max(168), 200, 'must be 168 or less', '168 au maximum', 'höchstens 168'],
  [z.number().gt(0), 0, 'must be more than 0', 'doit être supérieur à 0', 'muss größer als 0 sein'],
  [z.number().lt(9), 9, 'must be less than 9', 'doit être inférieur à 9', 'muss kleiner als 9 sein'],
  [
    z.iso.datetime(),
    'x',
    'must be a date with its time',
    'doit être une date avec l’heure',
    'muss ein Datum mit Uhrzeit sein',
  ],
  [z.iso.date(), 'x', 'must be a date', 'doit être une date', 'muss ein Datum sein'],
  [z.url(), 'x', 'must be a web address', 'doit être une adresse web', 'muss eine Webadresse sein'],
  [z.base64(), '!', 'must be base64', 'doit être du base64', 'muss Base64 sein'],
  [
    z.string().regex(/^[a-z]{2,3}$/),
    'french',
    'must be a language code such as "fr"',
    'doit être un code de langue comme «\u00a0fr\u00a0»',
    'muss ein Sprachkürzel wie „fr“ sein',
  ],
  [z.string().regex(/^a/), 'b', 'has the wrong form', 'n’a pas la bonne forme', 'hat nicht die richtige Form'],
  [
    z.discriminatedUnion('type', [z.object({ type: z.literal('a') }), z.object({ type: z.literal('b') })]),
    { type: 'c' },
    "must be one of 'a', 'b'",
    "valeurs possibles\u00a0: 'a', 'b'",
    "möglich sind: 'a', 'b'",
  ],
  [z.strictObject({}), { x: 1 }, 'there is no field "x"', 'champ inconnu\u00a0: "x"', 'unbekanntes Feld: "x"'],
  [
    z.strictObject({}),
    { x: 1, y: 2 },
    'there are no fields "x", "y"',
    'champs inconnus\u00a0: "x", "y"',
    'unbekannte Felder: "x", "y"',
  ],
  [
    z.record(z.string().min(3), z.int()),
    { x: 1 },
    'holds a name that is not valid',
    'contient un nom non valable',
    'enthält einen ungültigen Namen',
  ],
];

test('what zod says of a field is told in plain words, in each language', () => {
  for (const [schema, value, ...told] of wrong) {
    const said = zodSays(schema, value);
    expect([said, ...(['en', 'fr', 'de'] as const).map(to => toldOfZod(said, to))]).toEqual([said, ...told]);
  }
  expect(toldOfZod('takes the six digits', 'de')).toBeUndefined();
  const find = finder(zodReasons);
  const met = new Set(wrong.map(([schema, value]) => find(zodSays(schema, value))?.words));
  expect(Object.entries(zodReasons).filter(([, words]) => !met.has(words))).toEqual([]);
});

const known = [{ name: 'known-text', labels: ['known-text'], evidence: { 'known-text': 'confirmed' as const } }];
const rule = (more: string): string => `name: mine\nrules:\n  - name: one\n    action: ${more}\n`;

test('whatever is wrong with the text of a policy is told in words of its reader', () => {
  const broken = {
    twice: 'name: a\nname: b',
    tab: 'name: a\n\trules: []',
    column: 'a:\n  b: 1\n c: 2',
    items: '- a\n  - b\n - c',
    nested: 'a: b: c',
    colon: 'name\nrules: []',
    item: 'rules:\n - name: x\n  action: y',
    quote: 'a: "x',
    apostrophe: "a: 'x",
    list: 'a: [1',
    sign: 'a: @x',
    escape: 'a: "\\q"',
    here: '- a\nb: 1',
    more: 'a: 1\n---\nb: 2',
    alias: 'a: *x',
    field: rule('remove'),
    action: rule('vanish\n    reason: r'),
    evidence: rule('remove\n    reason: r'),
    unconfirmed: rule('remove\n    reason: r\n    when: { finding: { label: known-text } }'),
    unknown: rule('review\n    reason: r\n    when: { finding: { signal: nobody } }'),
    label: rule('review\n    reason: r\n    when: { finding: { label: nothing } }'),
    score: rule('review\n    reason: r\n    sample: 2'),
    key: rule('review\n    reason: r\n    colour: red'),
    name: 'name: "A b"\nrules: []',
  };
  for (const [what, text] of Object.entries(broken)) {
    const { problems } = examine(text, known);
    expect([what, problems.length]).not.toEqual([what, 0]);
    for (const { message } of problems)
      for (const to of ['fr', 'de'] as const) {
        const told = toldOfZod(message, to) ?? translated(message, to);
        expect([what, told]).not.toEqual([what, message]);
        expect([what, told]).not.toEqual([what, expect.stringMatching(/YAML|\b(the|must|with|line|expected)\b/)]);
      }
  }
  const [problem] = examine(broken.unconfirmed, known).problems;
  expect(translated(problem?.message ?? '', 'de')).toBe(
    'remove braucht Belege; when.finding muss eines davon nennen: known-text (confirmed: true); unbestätigte Einträge führen nur zur Prüfung',
  );
  // What the reader of YAML says, and is in no words, is at least told as such.
  const said = 'Something of its own at line 3, column 1:';
  expect(translated(said, 'de')).toBe('kein gültiges YAML (Something of its own)');
  expect(Object.keys(yamlReasons).length).toBeGreaterThan(10);
});
