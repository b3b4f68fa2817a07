import { readdirSync, readFileSync } from 'node:fs';
import { parseAst } from 'vite';
import { parse } from 'yaml';
import { reasons } from '../../services/console/web/words/reasons.js';
import { translated } from '../../services/console/web/words/said.js';

const services = new URL('../../../services/', import.meta.url);

/** Doors that only programs come through, and where nothing is told to a person. */
const forPrograms = [
  'ingest/http.ts',
  'ingest/parse.ts',
  'ingest/stream.ts',
  'ingest/take.ts',
  'platforms/sandbox/',
  'classify/exchange/push/',
  'orders/channels/',
  'runtime/http/server.ts',
  'console/pages.ts',
];
/** Said by any server that is just starting. */
const alsoFromServer = 'Starting; try again in a moment.';

interface Node {
  type: string;
  [member: string]: unknown;
}
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

/** The sentences that an expression can be, `{}` for what is put in; undefined for what can't be told from the source. */
function sentencesOf(node: Node, named: ReadonlyMap<string, Node>): string[] | undefined {
  const of = (one: unknown): string[] | undefined => sentencesOf(one as Node, named);
  const all = (...some: unknown[]): string[] | undefined => {
    const found = some.map(of);
    return found.every(one => one !== undefined) ? found.flat() : undefined;
  };
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : undefined;
    case 'TemplateLiteral':
      return (node.quasis as { value: { cooked: string } }[]).reduce<string[]>(
        (heads, { value }, n) => {
          const put = n === 0 ? [''] : (of((node.expressions as Node[])[n - 1]) ?? ['{}']);
          return heads.flatMap(head => put.map(one => head + one + value.cooked));
        },
        [''],
      );
    case 'ConditionalExpression':
      return all(node.consequent, node.alternate);
    case 'Identifier': {
      const known = named.get(String(node.name));
      return known && ['Literal', 'TemplateLiteral', 'ConditionalExpression'].includes(known.type)
        ? of(known)
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Every sentence that the server's source says to people. */
function said(): Set<string> {
  const found = new Set<string>([alsoFromServer]);
  const files = readdirSync(services, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.startsWith('console/web/'))
    .filter(file => !forPrograms.some(door => file.startsWith(door)));
  for (const file of files) {
    const source = readFileSync(new URL(file, services), 'utf8');
    const finds = /^(classify\/signals|policies\/(decide|open)\.ts)/.test(file);
    if (!finds && !/\b(Problem|Impossible|MoveError|describe|reasons|humanCheckReason)\b/.test(source)) continue;
    const named = new Map<string, Node>();
    const keep = (expression: unknown): void => {
      if (isNode(expression)) for (const one of sentencesOf(expression, named) ?? []) found.add(one);
    };
    const walk = (node: unknown, visit: (node: Node) => void): void => {
      if (Array.isArray(node)) for (const one of node) walk(one, visit);
      else if (isNode(node)) {
        visit(node);
        for (const [member, value] of Object.entries(node)) if (member !== 'type') walk(value, visit);
      }
    };
    const tree = parseAst(source, { lang: 'ts' });
    walk(tree, ({ type, id, init }) => {
      if (type === 'VariableDeclarator' && isNode(id) && isNode(init)) named.set(String(id.name), init);
    });
    walk(tree, node => {
      const { type, callee, key, value, id, init } = node;
      const args = node.arguments as Node[] | undefined;
      const name = String((callee as Node | undefined)?.name);
      if (type === 'NewExpression' && name === 'Problem') keep(args?.[1]);
      if (type === 'NewExpression' && ['Impossible', 'MoveError'].includes(name)) keep(args?.[0]);
      const member = isNode(key) ? String(key.name) : undefined;
      if (type === 'Property' && member === 'describe' && isNode(value)) keep(value.body);
      // Why a case is before somebody.
      const listed = member === 'reasons' && isNode(value) && value.type === 'CallExpression' ? value : undefined;
      const [only] = (listed?.arguments ?? []) as Node[];
      if (only?.type === 'ArrayExpression') for (const one of only.elements as Node[]) keep(one);
      if (type === 'VariableDeclarator' && (id as Node).name === 'humanCheckReason') keep(init);
      if (!finds) return;
      if (type === 'CallExpression' && name === 'finding') keep(args?.[3]);
      if (type === 'VariableDeclarator' && (id as Node).name === 'reason') keep(init);
      if (type === 'Property' && member === 'reason') keep(value);
      if (type === 'Property' && member === 'reasons' && isNode(value) && value.type === 'ArrayExpression')
        for (const one of value.elements as Node[]) keep(one);
    });
  }
  const policy = parse(readFileSync(new URL('policies/default.yaml', services), 'utf8')) as {
    rules: { reason: string }[];
  };
  for (const { reason } of policy.rules) found.add(reason);
  found.delete('');
  return found;
}

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
