import { createTwoFilesPatch } from 'diff';
import type { PolicyText, Rule } from './schema.js';

/** One part of a rule that differs; `from` or `to` is left out where it is not there. */
interface FieldChange {
  path: string;
  from?: unknown;
  to?: unknown;
}

interface RuleChange {
  rule: string;
  change: 'added' | 'removed' | 'changed' | 'moved';
  fields: FieldChange[];
  /** In words, one line. */
  words: string;
}

/** How long (ms) two texts are compared. */
const patience = 500;

/** What differs between two texts, as `diff -u` has it; empty where nothing does, or where they have too little in common to be compared. */
export const textDifference = (from: { id: string; text: string }, to: { id: string; text: string }): string =>
  from.text === to.text
    ? ''
    : (createTwoFilesPatch(from.id, to.id, from.text, to.text, '', '', { context: 3, timeout: patience }) ?? '');

/** What differs between two policies by rule, in the order of the second; what was removed comes last. */
export function ruleDifference(from: PolicyText, to: PolicyText): RuleChange[] {
  const before = new Map(from.rules.map(rule => [rule.name, rule]));
  const after = new Set(to.rules.map(({ name }) => name));
  // Those in both, in either order: who stands elsewhere among them was moved.
  const stayed = from.rules.map(({ name }) => name).filter(name => after.has(name));
  const kept = longestCommon(
    stayed,
    to.rules.map(({ name }) => name).filter(name => before.has(name)),
  );
  const changes = to.rules.flatMap((rule): RuleChange[] => {
    const { name } = rule;
    const old = before.get(name);
    if (!old)
      return [
        { rule: name, change: 'added', fields: [], words: `${name} is new: ${rule.action}, because: ${rule.reason}` },
      ];
    const fields = fieldChanges(old, rule);
    const moved = !kept.has(name);
    if (fields.length === 0 && !moved) return [];
    const said = [...fields.map(inWords), ...(moved ? ['it stands elsewhere in the order'] : [])];
    return [
      { rule: name, change: fields.length > 0 ? 'changed' : 'moved', fields, words: `${name}: ${said.join('; ')}` },
    ];
  });
  const removed = from.rules
    .filter(({ name }) => !after.has(name))
    .map(
      ({ name, action }): RuleChange => ({
        rule: name,
        change: 'removed',
        fields: [],
        words: `${name} is gone (it was ${action})`,
      }),
    );
  return [...changes, ...removed];
}

/** The names of a longest common subsequence. Rules are 500 at the most. */
function longestCommon(a: readonly string[], b: readonly string[]): ReadonlySet<string> {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i]![j] = a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  const common = new Set<string>();
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      common.add(a[i]!);
      i++;
      j++;
    } else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
    else j++;
  }
  return common;
}

const isPart = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldChanges(from: Rule, to: Rule): FieldChange[] {
  const changes: FieldChange[] = [];
  const compare = (path: string, a: unknown, b: unknown): void => {
    if (JSON.stringify(a) === JSON.stringify(b)) return;
    if (isPart(a) && isPart(b)) {
      for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) compare(`${path}.${name}`, a[name], b[name]);
      return;
    }
    changes.push({ path: path.slice(1), ...(a !== undefined && { from: a }), ...(b !== undefined && { to: b }) });
  };
  compare('', from, to);
  return changes;
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function inWords({ path, from, to }: FieldChange): string {
  if (from === undefined) return `${path} is now asked: ${shown(to)}`;
  if (to === undefined) return `${path} is no longer asked (it was ${shown(from)})`;
  return `${path} from ${shown(from)} to ${shown(to)}`;
}
