import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '../../../runtime/index.js';
import { clitics } from './clitics.js';
import { compile, type Expression, type Match } from './expressions.js';
import { wordBreak, wordsOf } from './words.js';

const largestFile = 4 * 1024 ** 2;
const mostFiles = 100;
const mostTerms = 20_000;
const mostExpressions = 200;
/** Instructions of all expressions together: what a search costs at most for each letter. */
const mostInstructions = 4000;
const longestTerm = 100;
const mostProblems = 20;

const match = z.enum(['whole', 'start', 'inside']);
const said = {
  match: match.default('whole'),
  meaning: z.string().trim().min(1).max(200),
  /** What else people say with it. */
  innocent: z.array(z.string().trim().min(1).max(120)).min(1).max(5),
};
const entrySchema = z.union([
  z.strictObject({ term: z.string().min(1).max(longestTerm), ...said }),
  z.strictObject({ expression: z.string().min(1).max(500), ...said }),
]);
const listSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"'),
  /** Posts in another language are not looked at; left out: all are. */
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/, 'must be a language such as "fr"')
    .optional(),
  /** `review`: a policy may send posts to people; `nothing`: it is only shown. */
  follows: z.enum(['review', 'nothing']),
  description: z.string().max(500).optional(),
  terms: z.array(z.unknown()).min(1).max(mostTerms),
});

/** One term or expression, with what people are told about it. */
export interface Term {
  list: string;
  language: string | undefined;
  review: boolean;
  /** As it is written in the list. */
  written: string;
  match: Match;
  meaning: string;
  innocent: readonly string[];
  /** What may stand between the beginning of a word and the term. */
  clitics: readonly string[];
  /** A term's letters in the normal form, and before which of them a word begins (the first aside); or an expression. */
  is: { letters: readonly number[]; breaks: readonly number[] } | Expression;
}

export interface TermLists {
  terms: readonly Term[];
  /** Names exactly these lists: `none`, or `lists@` and 12 digits of the SHA-256 of their texts. */
  version: string;
}

/** Lists that can't be used: a line for each problem, with its file and line. */
export class TermsError extends ConfigError {
  override name = 'TermsError';
  constructor(problems: readonly string[]) {
    const more = problems.length - mostProblems;
    const lines = [...problems.slice(0, mostProblems), ...(more > 0 ? [`and ${more} more`] : [])];
    super(`SANSDELAI_TERMS: lists of terms can't be used:\n${lines.map(line => `  ${line}`).join('\n')}`);
  }
}

/**
 * Reads lists of terms.
 * @param path a YAML file, or a folder of such (`SANSDELAI_TERMS`); undefined: there are none
 * @throws TermsError, or the file system's error
 */
export function readTermLists(path: string | undefined): TermLists {
  if (path === undefined) return { terms: [], version: 'none' };
  const isFolder = statSync(path).isDirectory();
  const files = isFolder ? yamlFiles(path) : [path];
  if (files.length === 0) throw new TermsError([`${path}: holds no list (*.yaml)`]);
  if (files.length > mostFiles) throw new TermsError([`${path}: holds more than ${mostFiles} lists`]);
  const hash = createHash('sha256');
  const names = new Map<string, string>();
  const problems: string[] = [];
  const terms: Term[] = [];
  for (const file of files) {
    const { size } = statSync(file);
    if (size > largestFile) throw new TermsError([`${file}: is larger than ${largestFile} bytes`]);
    const text = readFileSync(file, 'utf8');
    hash.update(`${text.length}\0${text}`);
    const list = parseList(text, file);
    problems.push(...list.problems);
    const other = names.get(list.name);
    if (other !== undefined) problems.push(`${file}:1: name: another list is called ${list.name}, in ${other}`);
    if (list.name) names.set(list.name, file);
    for (const term of list.terms) terms.push(term);
  }
  const expressions = terms.flatMap(({ is }) => ('size' in is ? [is.size] : []));
  const instructions = expressions.reduce((sum, size) => sum + size, 0);
  if (terms.length > mostTerms) problems.push(`${path}: ${terms.length} terms, ${mostTerms} are allowed`);
  if (expressions.length > mostExpressions)
    problems.push(`${path}: ${expressions.length} expressions, ${mostExpressions} are allowed`);
  if (instructions > mostInstructions)
    problems.push(
      `${path}: all expressions together have ${instructions} instructions, ${mostInstructions} are allowed`,
    );
  if (problems.length > 0) throw new TermsError(problems);
  return { terms, version: `lists@${hash.digest('hex').slice(0, 12)}` };
}

const yamlFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter(name => /\.ya?ml$/.test(name))
    .sort()
    .map(name => join(folder, name));

function parseList(text: string, file: string): { name: string; terms: Term[]; problems: string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems: string[] = [];
  const tell = (line: number, what: string): void => void problems.push(`${file}:${line}: ${what}`);
  const tellOf = (path: readonly PropertyKey[], message: string): void =>
    tell(lineOf(document, lines, path), `${nameOf(path)}: ${message}`);
  const failed = { name: '', terms: [], problems };
  if (document.errors.length > 0) {
    for (const { pos, message } of document.errors) tell(lines.linePos(pos[0]).line, message.split('\n', 1)[0] ?? '');
    return failed;
  }
  let written: unknown;
  try {
    written = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    tell(1, (error as Error).message);
    return failed;
  }
  const parsed = listSchema.safeParse(written);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) tellOf(path, message);
    return failed;
  }
  const { name, language, follows, terms: entries } = parsed.data;
  const before = (language && clitics[language]) || [];
  const terms: Term[] = [];
  entries.forEach((value, n) => {
    const path = ['terms', n];
    const isExpression = typeof value === 'object' && value !== null && 'expression' in value;
    const entry = entrySchema.options[isExpression ? 1 : 0].safeParse(value);
    if (!entry.success) {
      for (const issue of entry.error.issues) tellOf([...path, ...issue.path], issue.message);
      return;
    }
    const { match, meaning, innocent } = entry.data;
    const common = { list: name, language, review: follows === 'review', match, meaning, innocent, clitics: before };
    try {
      if ('expression' in entry.data) {
        const { expression } = entry.data;
        terms.push({ ...common, written: expression, is: compile(expression, match, before) });
      } else {
        terms.push({ ...common, written: entry.data.term, is: foldTerm(entry.data.term) });
      }
    } catch (error) {
      tellOf([...path, isExpression ? 'expression' : 'term'], (error as Error).message);
    }
  });
  return { name, terms, problems };
}

function foldTerm(term: string): { letters: readonly number[]; breaks: readonly number[] } {
  const { letters, breaks } = wordsOf(term);
  if (letters.length < 2) throw new Error('has fewer than 2 letters or digits');
  if (letters.length > longestTerm) throw new Error(`has ${letters.length} letters, ${longestTerm} are allowed`);
  return { letters, breaks: breaks.flatMap((code, at) => (at > 0 && code === wordBreak ? [at] : [])) };
}

/** The line of what stands at this path, or of what it would stand in. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** `terms[2].match` */
const nameOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part, n) => (typeof part === 'number' ? `[${part}]` : n === 0 ? String(part) : `.${String(part)}`))
    .join('') || 'the list';
