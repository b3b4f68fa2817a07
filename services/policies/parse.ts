import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { problemsIn, rulesWithoutEvidence, type SignalInfo } from './check.js';
import { inOrder, type Policy } from './decide.js';
import { type PolicyText, policySchema } from './schema.js';

/** What is wrong with a policy, and where: the path in it, and where it stands in its text (both from 1). */
export interface PolicyProblem {
  path: string;
  message: string;
  line?: number;
  column?: number;
}

/** A policy that can't be used: a line for each problem, beginning with the path it is about. */
export class PolicyError extends Error {
  override name = 'PolicyError';
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
    readonly located: readonly PolicyProblem[] = [],
  ) {
    super(`Policy ${file} can't be used:\n${problems.map(problem => `  ${problem}`).join('\n')}`);
  }
}

/** The longest text of a policy, in characters. */
export const largest = 1024 * 1024;

/** `<name>@<first 12 digits of the SHA-256 of its text>` */
export const versionOf = (name: string, text: string): string =>
  `${name}@${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;

/**
 * Reads a policy file.
 * @param path the default policy where undefined (`SANSDELAI_POLICY` is unset)
 * @param signals what there is to decide by: a policy that names anything else is refused
 * @throws PolicyError, or the file system's error
 */
export function loadPolicy(path: string | undefined, signals: readonly SignalInfo[]): Policy {
  const file = path ?? defaultPolicyFile();
  return parsePolicy(readFileSync(file, 'utf8'), signals, file);
}

/** Makes a policy of its text (YAML). @throws PolicyError, which calls it `file` */
export function parsePolicy(text: string, signals: readonly SignalInfo[], file = 'given'): Policy {
  const { written, problems } = examine(text, signals);
  if (!written || problems.length > 0) {
    const lines = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message));
    throw new PolicyError(file, lines, problems);
  }
  return policyOf(written, text, signals);
}

/**
 * Makes a policy of a text that was checked when it was kept. Signals may have gone since, or may be evidence no longer: then
 * a rule that acted by itself sends to people, and `problems` says why; nothing else of it changes.
 * @throws PolicyError where the text can't be read at all
 */
export function keptPolicy(
  text: string,
  signals: readonly SignalInfo[],
  id: string,
): { policy: Policy; problems: readonly PolicyProblem[] } {
  const { written, problems } = examine(text, signals);
  if (!written)
    throw new PolicyError(
      id,
      problems.map(({ path, message }) => `${path}: ${message}`),
      problems,
    );
  const held = rulesWithoutEvidence(written, signals);
  const rules = written.rules.map(rule => (held.has(rule.name) ? { ...rule, action: 'review' as const } : rule));
  return { policy: { ...policyOf({ ...written, rules }, text, signals), version: id }, problems };
}

function policyOf(written: PolicyText, text: string, signals: readonly SignalInfo[]): Policy {
  const contexts = Object.fromEntries(signals.map(({ name, context }) => [name, context ?? []]));
  const { name, rules, floor } = written;
  return { name, version: versionOf(name, text), rules: inOrder(rules), contexts, floor };
}

/** Reads a text (YAML, of which JSON is a part) and says all that is wrong with it. `written` is undefined where it is no policy at all. */
export function examine(
  text: string,
  signals: readonly SignalInfo[],
): { written?: PolicyText; problems: PolicyProblem[] } {
  if (text.length > largest) return { problems: [{ path: '', message: `is longer than ${largest} characters` }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: true, lineCounter: lines });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, linePos }) => ({
      path: '',
      message: message.split('\n', 1)[0] ?? message,
      ...(linePos && { line: linePos[0].line, column: linePos[0].col }),
    }));
    return { problems };
  }
  let given: unknown;
  try {
    given = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { problems: [{ path: '', message: (error as Error).message }] };
  }
  const at = (path: readonly PropertyKey[], message: string): PolicyProblem => ({
    path: pathOf(path),
    message,
    ...placeOf(document, path, lines),
  });
  const parsed = policySchema.safeParse(given);
  if (!parsed.success) return { problems: parsed.error.issues.map(issue => at(issue.path, issue.message)) };
  const problems = problemsIn(parsed.data, signals).map(problem => {
    const [, path = '', message = problem] = /^(rules\[\d+\][\w.[\]]*): (.*)$/s.exec(problem) ?? [];
    return at(partsOf(path), message);
  });
  return { written: parsed.data, problems };
}

/** `rules[2].when.finding.label` */
const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part, n) => (typeof part === 'number' ? `[${part}]` : n === 0 ? String(part) : `.${String(part)}`))
    .join('') || 'the file';

const partsOf = (path: string): (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? (name as string) : Number(index),
  );

/** Where it stands, or the nearest part around it that is written at all. */
function placeOf(
  document: Document,
  path: readonly PropertyKey[],
  lines: LineCounter,
): { line: number; column: number } | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length) as unknown[], true);
    if (!isNode(node) || !node.range) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return { line, column: col };
  }
  return undefined;
}

/** The text of a policy file. @param path the policy that comes with the program where undefined */
export const policyText = (path: string | undefined): string => readFileSync(path ?? defaultPolicyFile(), 'utf8');

/** The policy that comes with the program: beside this source, which the build leaves where it is. */
export function defaultPolicyFile(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error('the folder of the program (with package.json) was not found');
    folder = dirname(folder);
  }
  return join(folder, 'services', 'policies', 'default.yaml');
}
