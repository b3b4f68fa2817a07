import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { problemsIn, type SignalInfo } from './check.js';
import { inOrder, type Policy } from './decide.js';
import { policySchema } from './schema.js';

export {
  type Backtests,
  type Batch,
  backtestResultSchema,
  backtestSchema,
  backtestTables,
  type Change,
  Collector,
  changeSchema,
  type Mark,
  newBacktestSchema,
  type Replayer,
  readLines,
  type Spec,
  startBacktests,
  type Work,
} from './backtest/index.js';
export { type Basis, type LaterAnswer, packBasis, type Redecided, redecide, unpackBasis } from './basis.js';
export type { SignalInfo } from './check.js';
export { type Decision, decide, type Found, type Judged, ownPrefix, type Policy, ruleMet, severity } from './decide.js';
export { driftSchema, type ReadScores, type Scored, scoreDriftsTable, startDrift } from './drift/index.js';
export {
  type Hold,
  holdSchema,
  holdTables,
  liftApproval,
  liftSchema,
  newHoldSchema,
  type RunningHolds,
  ruleDecision,
  ruleStandingSchema,
  startHolds,
  withHolds,
} from './holds/index.js';
export { couldChange, severerRule, withoutAnswer } from './open.js';
export type { Rule } from './schema.js';

/** A policy that can't be used: a line for each problem, beginning with the path it is about. */
export class PolicyError extends Error {
  override name = 'PolicyError';
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
  ) {
    super(`Policy ${file} can't be used:\n${problems.map(problem => `  ${problem}`).join('\n')}`);
  }
}

const largest = 1024 * 1024;

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

/** The text of a policy file, as it is read at the start. */
export const policyText = (path: string | undefined): string => readFileSync(path ?? defaultPolicyFile(), 'utf8');

/** Makes a policy of its text (YAML). @throws PolicyError, which calls it `file` */
export function parsePolicy(text: string, signals: readonly SignalInfo[], file = 'given'): Policy {
  if (text.length > largest) throw new PolicyError(file, [`is longer than ${largest} characters`]);
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    throw new PolicyError(
      file,
      document.errors.map(({ message }) => message.split('\n', 1)[0] ?? message),
    );
  }
  let written: unknown;
  try {
    written = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new PolicyError(file, [(error as Error).message]);
  }
  const parsed = policySchema.safeParse(written);
  if (!parsed.success) {
    throw new PolicyError(
      file,
      parsed.error.issues.map(issue => `${pathOf(issue.path)}: ${issue.message}`),
    );
  }
  const problems = problemsIn(parsed.data, signals);
  if (problems.length > 0) throw new PolicyError(file, problems);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const contexts = Object.fromEntries(signals.map(({ name, context }) => [name, context ?? []]));
  const { name, rules, floor } = parsed.data;
  return { name, version: `${name}@${hash}`, rules: inOrder(rules), contexts, floor };
}

/** `rules[2].when.finding.label` */
const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part, n) => (typeof part === 'number' ? `[${part}]` : n === 0 ? String(part) : `.${String(part)}`))
    .join('') || 'the file';

/** The policy that comes with the program: beside this source, which the build leaves where it is. */
function defaultPolicyFile(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error('the folder of the program (with package.json) was not found');
    folder = dirname(folder);
  }
  return join(folder, 'services', 'policies', 'default.yaml');
}
