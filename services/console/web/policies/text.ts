import { type Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';

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

/**
 * The text with another threshold for one score in one rule, in one language or all of them. A rule that is about more than that is divided: the new part comes
 * before it.
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
  if (!written || !rule || !finding) return text;
  const document = parseDocument(text);
  const path = ['rules', at, 'when', 'finding'];
  const own = finding.scores ? [...path, 'scores', label] : [...path, 'atLeast'];
  const least = finding.scores ? finding.scores[label] : finding.atLeast;
  const alone = finding.scores !== undefined || listOf(finding.label).length === 1;
  if (least !== undefined && alone) {
    if (language === undefined) {
      if (typeof least === 'number') return setNumber(text, own, threshold);
      document.setIn(own, threshold);
    } else if (typeof least === 'object' && least[language] !== undefined) {
      return setNumber(text, [...own, language], threshold);
    } else if (typeof least === 'object') document.setIn([...own, language], threshold);
    else document.setIn(own, document.createNode({ [language]: threshold, other: least }, { flow: true }));
    return document.toString({ lineWidth: 0 });
  }
  // Several labels in one, or by the model's own thresholds: one of them gets a rule of its own.
  const taken = new Set(written.rules.map(one => one.name));
  const nameOf = (part: string): string => {
    let made = `${name}-${part}`.slice(0, 60);
    for (let n = 2; taken.has(made); n++) made = `${`${name}-${part}`.slice(0, 58)}-${n}`;
    taken.add(made);
    return made;
  };
  const labels = listOf(finding.label);
  const rest = labels.filter(one => one !== label);
  const piece = (suffix: string, more: object, when: object, unless?: object) => ({
    ...rule,
    name: nameOf(suffix),
    when: { ...rule.when, finding: { ...without(finding, 'over', 'atLeast'), signal, label, ...more }, ...when },
    ...(unless && { unless }),
  });
  const pieces: object[] = [];
  if (language === undefined) pieces.push(piece(label, { atLeast: threshold }, {}));
  else {
    const post = { ...rule.when?.post, language };
    pieces.push(piece(`${label}-${language}`, { atLeast: threshold }, { post }));
    const before = finding.over ? { over: true } : { atLeast: finding.atLeast };
    if (!rule.unless) pieces.push(piece(label, before, {}, { post: { language } }));
  }
  // With exceptions of its own it stays as it is beside the new one.
  const leaves = language === undefined || !rule.unless;
  insert(document, at, pieces);
  if (leaves) shrink(document, at + pieces.length, rest, labels.length > 0);
  return document.toString({ lineWidth: 0 });
}

function without<T extends object>(of: T, ...names: (keyof T)[]): Partial<T> {
  const made: Partial<T> = { ...of };
  for (const name of names) delete made[name];
  return made;
}

function insert(document: Document, at: number, pieces: readonly object[]): void {
  const rules = document.get('rules');
  if (!isSeq(rules)) return;
  const inOneLine = (node: unknown): void => {
    if (isMap(node)) node.flow = true;
  };
  const made = pieces.map(piece => {
    const node = document.createNode(piece);
    for (const path of [['when', 'finding'], ['when', 'post'], ['unless']]) {
      if (isMap(node)) inOneLine(node.getIn(path));
    }
    return node;
  });
  rules.items.splice(at, 0, ...made);
}

/** Takes a label out of a rule that now has one of its own; the rule goes where that was all. */
function shrink(document: Document, at: number, rest: readonly string[], named: boolean): void {
  if (!named) return;
  if (rest.length === 0) document.deleteIn(['rules', at]);
  else document.setIn(['rules', at, 'when', 'finding', 'label'], document.createNode(rest, { flow: true }));
}
