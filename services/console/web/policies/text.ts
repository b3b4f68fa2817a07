import { isNode, isScalar, parseDocument, stringify } from 'yaml';

/** Where a threshold stands, or one by language. */
export type Least = number | Record<string, number>;

export interface Finding {
  signal?: string;
  label?: string | string[];
  confirmed?: boolean;
  bank?: string | string[];
  over?: boolean;
  atLeast?: Least;
  scores?: Record<string, Least>;
}

export interface Conditions {
  finding?: Finding;
  with?: Finding;
  context?: boolean;
  post?: Record<string, unknown>;
}

/** A rule as it is written. */
export interface RuleText {
  name: string;
  action: string;
  when?: Conditions;
  unless?: Conditions;
  sample?: number;
  within?: string;
  priority?: number | string;
  reason: string;
}

export interface Written {
  name?: string;
  floor?: number;
  rules: RuleText[];
}

export type Path = readonly (string | number)[];

export const listOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).flatMap(one => (one == null ? [] : [String(one)]));

/** The rules of a text; undefined where it is no YAML, or nothing like a policy. */
export function readPolicy(text: string): Written | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  const read = document.toJS({ maxAliasCount: 10 }) as Written | null;
  const isRule = (rule: unknown): boolean => typeof rule === 'object' && rule !== null && 'name' in rule;
  return read && typeof read === 'object' && Array.isArray(read.rules) && read.rules.every(isRule) ? read : undefined;
}

/** Writes one number where another stands; all else stays as it was typed, comments too. */
export function setNumber(text: string, path: Path, value: number): string {
  const node = parseDocument(text).getIn(path, true);
  if (!isScalar(node) || !node.range) return text;
  const [from, to] = node.range;
  return `${text.slice(0, from)}${value}${text.slice(to)}`;
}

export interface Threshold {
  /** Within the rule. */
  path: Path;
  label?: string;
  language?: string;
  value: number;
  /** What else than a score it is. */
  what?: 'sample';
}

const ofLeast = (least: Least, path: Path, label?: string): Threshold[] =>
  typeof least === 'number'
    ? [{ path, value: least, ...(label !== undefined && { label }) }]
    : Object.entries(least).map(([language, value]) => ({
        path: [...path, language],
        language,
        value,
        ...(label !== undefined && { label }),
      }));

/** Every threshold of a rule, and its share where it is for a sample. */
export function thresholdsOf({ when, unless, sample }: RuleText): Threshold[] {
  const inOne = (where: string, conditions: Conditions | undefined): Threshold[] =>
    (['finding', 'with'] as const).flatMap(part => {
      const { atLeast, scores, label } = conditions?.[part] ?? {};
      const named = listOf(label).join(', ');
      return [
        ...(atLeast === undefined ? [] : ofLeast(atLeast, [where, part, 'atLeast'], named)),
        ...Object.entries(scores ?? {}).flatMap(([one, least]) => ofLeast(least, [where, part, 'scores', one], one)),
      ];
    });
  return [
    ...inOne('when', when),
    ...inOne('unless', unless),
    ...(sample === undefined ? [] : [{ path: ['sample'], value: sample, what: 'sample' as const }]),
  ];
}

/** The rules whose threshold decides on this score. */
export const rulesAbout = ({ rules }: Written, signal: string, label: string): RuleText[] =>
  rules.filter(({ when }) => {
    const { finding } = when ?? {};
    const isOf = finding?.signal === signal || (finding?.signal === 'own/*' && signal.startsWith('own/'));
    const names = finding?.scores ? Object.keys(finding.scores) : listOf(finding?.label);
    const scored = finding?.over === true || finding?.atLeast !== undefined || finding?.scores !== undefined;
    return isOf && scored && (names.length === 0 || names.includes(label));
  });

/** The threshold that a rule has for a score; undefined where it goes by the model's own. */
export function thresholdIn({ when }: RuleText, label: string, language: string | undefined): number | undefined {
  const least = when?.finding?.scores?.[label] ?? when?.finding?.atLeast;
  if (least === undefined || typeof least === 'number') return least;
  return language === undefined ? least.other : (least[language] ?? least.other);
}

/** Whether a threshold can be moved without changing what else the rule is about: it names its labels, and has room for an exception. */
export const canMove = ({ when, unless }: RuleText, language: string | undefined): boolean => {
  const { finding } = when ?? {};
  if (finding?.scores) return true;
  const labels = listOf(finding?.label);
  const alone = labels.length === 1 && finding?.atLeast !== undefined;
  return alone || (labels.length > 0 && (language === undefined || unless === undefined));
};

/**
 * The text with another threshold for one score in one rule, in one language or all of them. A rule that is about more than that is divided: the new part comes
 * before it. All else stays as it was typed.
 */
export function moveThreshold(
  text: string,
  to: { rule: string; signal: string; label: string; language: string | undefined; threshold: number },
): string {
  const { rule: name, label, language, threshold, signal } = to;
  const written = readPolicy(text);
  const at = written?.rules.findIndex(rule => rule.name === name) ?? -1;
  const rule = written?.rules[at];
  const finding = rule?.when?.finding;
  if (!written || !rule || !finding || !canMove(rule, language)) return text;
  const path = ['rules', at, 'when', 'finding'];
  const labels = listOf(finding.label);
  const least = finding.scores ? finding.scores[label] : finding.atLeast;
  if (least !== undefined && (finding.scores || labels.length === 1)) {
    const own = finding.scores ? [...path, 'scores', label] : [...path, 'atLeast'];
    const before = typeof least === 'number' ? { other: least } : least;
    return replace(text, own, language === undefined ? threshold : { ...before, [language]: threshold });
  }
  // Several labels in one, or by the model's own thresholds: one of them gets a rule of its own.
  const taken = new Set(written.rules.map(one => one.name));
  const named = (part: string): string => {
    let made = `${name}-${part}`.slice(0, 60);
    for (let n = 2; taken.has(made); n++) made = `${`${name}-${part}`.slice(0, 58)}-${n}`;
    taken.add(made);
    return made;
  };
  const { over, atLeast, ...asked } = finding;
  const piece = (suffix: string, more: object, post?: object, unless?: object): object => ({
    ...rule,
    name: named(suffix),
    when: { ...rule.when, finding: { ...asked, signal, label, ...more }, ...(post && { post }) },
    ...(unless && { unless }),
  });
  const moved = { atLeast: threshold };
  const pieces =
    language === undefined
      ? [piece(label, moved)]
      : [
          piece(`${label}-${language}`, moved, { ...rule.when?.post, language }),
          piece(label, over ? { over } : { atLeast }, undefined, { post: { language } }),
        ];
  const rest = labels.filter(one => one !== label);
  // From the end to the beginning, so that places stay where they were.
  const left = rest.length > 0 ? replace(text, [...path, 'label'], rest) : text;
  return insert(left, at, pieces, rest.length === 0);
}

/** Puts a value in the place of another, on one line. */
function replace(text: string, path: Path, value: unknown): string {
  const { from, to } = placeOf(text, path);
  return `${text.slice(0, from)}${oneLine(value)}${text.slice(to)}`;
}

function placeOf(text: string, path: Path): { from: number; to: number } {
  const node = parseDocument(text).getIn(path, true);
  const [from = 0, to = 0] = (isNode(node) && node.range) || [];
  return { from, to: from + text.slice(from, to).trimEnd().length };
}

const oneLine = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${oneLine(key)}: ${oneLine(one)}`)
      .join(', ')} }`;
  }
  return typeof value === 'string' && /^[a-z][\w-]*$/i.test(value) ? value : JSON.stringify(value);
};

/** New rules before the one at a place, or instead of it. */
function insert(text: string, at: number, pieces: readonly object[], instead: boolean): string {
  const { from, to } = placeOf(text, ['rules', at]);
  const start = text.lastIndexOf('\n', from) + 1;
  const dash = text.indexOf('-', start);
  const indent = ' '.repeat(Math.max(0, dash - start));
  // A rule on one line, or a list that begins beside its name, is no place to write between the lines.
  if (dash < 0 || dash > from || text.slice(start, dash).trim() !== '') return text;
  const made = pieces.map(piece => {
    const lines = Object.entries(piece).map(([key, value]) =>
      key === 'when'
        ? `when:\n${Object.entries(value as object)
            .map(([part, one]) => `  ${part}: ${oneLine(one)}`)
            .join('\n')}`
        : `${key}: ${typeof value === 'string' ? stringify(value, { lineWidth: 0 }).trimEnd() : oneLine(value)}`,
    );
    return `${indent}- ${lines.join('\n').replaceAll('\n', `\n${indent}  `)}\n`;
  });
  const rest = instead ? text.slice(to).replace(/^[^\n]*\n/, '') : text.slice(start);
  return `${text.slice(0, start)}${made.join('\n')}${instead ? '' : '\n'}${rest}`;
}
