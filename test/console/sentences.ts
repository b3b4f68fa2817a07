import { readdirSync, readFileSync } from 'node:fs';
import { parseAst } from 'vite';
import { parse } from 'yaml';

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
      if (node.name === 'undefined') return [];
      const known = named.get(String(node.name));
      return known && ['Literal', 'TemplateLiteral', 'ConditionalExpression'].includes(known.type)
        ? of(known)
        : undefined;
    }
    default:
      return undefined;
  }
}

const walk = (node: unknown, visit: (node: Node) => void): void => {
  if (Array.isArray(node)) for (const one of node) walk(one, visit);
  else if (isNode(node)) {
    visit(node);
    for (const [member, value] of Object.entries(node)) if (member !== 'type') walk(value, visit);
  }
};

/** The server's sources, without those of the doors that only programs come through, and of `others`. */
const sources = (others: readonly string[] = []): { file: string; source: string }[] =>
  readdirSync(services, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.startsWith('console/web/'))
    .filter(file => ![...forPrograms, ...others].some(door => file.startsWith(door)))
    .map(file => ({ file, source: readFileSync(new URL(file, services), 'utf8') }));

/** What one source says, by what `visit` keeps of it. */
function sentencesIn(
  source: string,
  found: Set<string>,
  visit: (node: Node, keep: (expression: unknown) => void) => void,
): void {
  const named = new Map<string, Node>();
  const keep = (expression: unknown): void => {
    if (isNode(expression)) for (const one of sentencesOf(expression, named) ?? []) found.add(one);
  };
  const tree = parseAst(source, { lang: 'ts' });
  walk(tree, ({ type, id, init }) => {
    if (type === 'VariableDeclarator' && isNode(id) && isNode(init)) named.set(String(id.name), init);
  });
  walk(tree, node => visit(node, keep));
}

/** Every sentence that the server's source says to people. */
export function said(): Set<string> {
  const found = new Set<string>([alsoFromServer]);
  for (const { file, source } of sources()) {
    const finds = /^(classify\/signals|policies\/(decide|open)\.ts)/.test(file);
    if (!finds && !/\b(Problem|Impossible|MoveError|describe|reasons|humanCheckReason)\b/.test(source)) continue;
    sentencesIn(source, found, (node, keep) => {
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

/** Read at a start or by a command: who wrote them reads what is wrong there. */
const settings = [
  'runtime/',
  'cli/',
  'orders/settings.ts',
  'orders/register.ts',
  'classify/exchange/',
  'classify/models/declaration.ts',
  'classify/signals/terms/lists.ts',
  'classify/signals/media/fetch/',
  'classify/signals/bank/rows.ts',
  'classify/signals/bank/csv.ts',
  'platforms/webhook/settings.ts',
  'ledger/log/',
];
/** Checks of a schema that may be given a sentence, as the last argument or as a member of it. */
const checks = ['regex', 'refine', 'min', 'max', 'length', 'gt', 'lt', 'addIssue'];

/** Every sentence in which the server says what is wrong with a field, beside those that zod has for it. */
export function saidOfFields(): Set<string> {
  const found = new Set<string>();
  for (const { file, source } of sources(settings)) {
    if (file.startsWith('policies/check.ts') || !/zod|EntryError|problem|message/.test(source)) continue;
    sentencesIn(source, found, ({ type, callee, key, value, arguments: given }, keep) => {
      const args = (given ?? []) as Node[];
      const called = callee as { name?: string; property?: { name?: string } } | undefined;
      if (type === 'CallExpression' && checks.includes(called?.property?.name ?? '')) keep(args.at(-1));
      if (type === 'NewExpression' && called?.name === 'EntryError') keep(args[1]);
      if (type === 'Property' && ['message', 'error'].includes((key as { name?: string }).name ?? '')) keep(value);
      if (file.startsWith('classify/signals/links/') && type === 'Property' && (key as Node).name === 'problem')
        keep(value);
    });
  }
  // A word alone is no sentence: the name of a column, of a file.
  return new Set([...found].filter(one => / /.test(one)));
}

/** Every sentence in which the server says what is wrong with a policy, without the place that it names before it. */
export function saidOfPolicies(): Set<string> {
  const found = new Set<string>();
  const source = readFileSync(new URL('policies/check.ts', services), 'utf8');
  sentencesIn(source, found, ({ type, callee, argument, body, arguments: given }, keep) => {
    const called = callee as { property?: { name?: string } } | undefined;
    if (type === 'CallExpression' && called?.property?.name === 'push') for (const one of given as Node[]) keep(one);
    if (type === 'ArrowFunctionExpression') keep(body);
    if (type !== 'ReturnStatement' || !isNode(argument)) return;
    for (const one of argument.type === 'ArrayExpression' ? (argument.elements as Node[]) : [argument]) keep(one);
  });
  const bare = [...found].map(one => one.replace(/^(rules\[\{\}\]|\{\})[\w.{}]*: /, ''));
  return new Set(bare.filter(one => / /.test(one) && one !== '{} with confirmed: true'));
}
