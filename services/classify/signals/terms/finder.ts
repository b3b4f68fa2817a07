import { Automaton } from './automaton.js';
import { longestClitic } from './clitics.js';
import { type Line, lineOf, piecesOf } from './expressions.js';
import type { Term } from './lists.js';
import { eitherBreak, inWord, type Words, wordBreak, wordsOf } from './words.js';

/** Places of one term that are told. */
const mostSpans = 20;
const longPiece = 1000;

export type Span = [start: number, end: number];

/** A term that stands in a text, and where: in UTF-16 units of the text, in order. */
export interface FoundTerm {
  term: Term;
  spans: Span[];
}

interface Written {
  term: Term;
  breaks: readonly number[];
}

/** Finds the terms of all lists in one pass over a text's letters, whatever their number. */
export class Finder {
  private readonly automaton: Automaton;
  /** By number of the string: its length, and the terms that have these letters. */
  private readonly strings: { length: number; written: Written[] }[] = [];
  private readonly expressions: Term[] = [];

  constructor(terms: readonly Term[]) {
    const numbers = new Map<string, number>();
    const letters: (readonly number[])[] = [];
    for (const term of terms) {
      const { is } = term;
      if ('size' in is) {
        this.expressions.push(term);
        continue;
      }
      const key = is.letters.join();
      let number = numbers.get(key);
      if (number === undefined) {
        number = letters.push(is.letters) - 1;
        numbers.set(key, number);
        this.strings.push({ length: is.letters.length, written: [] });
      }
      this.strings[number]!.written.push({ term, breaks: is.breaks });
    }
    this.automaton = new Automaton(letters);
  }

  /**
   * @param language of the post: lists of others are left out; undefined: none is
   * @param pause is awaited between pieces of a long text, for expressions take their time
   * @returns also how often something was compared to find the terms, expressions aside
   */
  async find(
    text: string,
    language: string | undefined,
    pause: () => Promise<void>,
  ): Promise<{ found: FoundTerm[]; comparisons: number }> {
    const words = wordsOf(text);
    const found = new Map<Term, Span[]>();
    const speaks = language?.split('-', 1)[0]?.toLowerCase();
    const isFor = (term: Term): boolean =>
      speaks === undefined || term.language === undefined || term.language === speaks;
    const comparisons = this.findStrings(words, isFor, found);
    const expressions = this.expressions.filter(isFor);
    if (expressions.length > 0) await findExpressions(expressions, lineOf(words), words, pause, found);
    return { found: [...found].map(([term, spans]) => ({ term, spans })), comparisons };
  }

  private findStrings(words: Words, isFor: (term: Term) => boolean, found: Map<Term, Span[]>): number {
    const apart = countBreaks(words.breaks);
    let checks = 0;
    const compared = this.automaton.search(words.letters, (number, end) => {
      const { length, written } = this.strings[number]!;
      const start = end - length;
      for (const { term, breaks } of written) {
        const spans = found.get(term);
        if (spans?.length === mostSpans) continue;
        checks++;
        if (!isFor(term) || !stands(term, breaks, words, apart, start, end)) continue;
        add(found, term, [words.starts[start]!, words.ends[end - 1]!]);
      }
    });
    return compared + checks;
  }
}

/** Up to each letter, how many letters a word begins with. */
function countBreaks(breaks: readonly number[]): number[] {
  const counts = [0];
  for (const code of breaks) counts.push((counts.at(-1) ?? 0) + (code === wordBreak ? 1 : 0));
  return counts;
}

/** Whether the words of the term are those of the text, at whose `start` to `end` its letters stand. */
function stands(
  { match, clitics }: Term,
  breaks: readonly number[],
  words: Words,
  apart: readonly number[],
  start: number,
  end: number,
): boolean {
  let met = 0;
  for (const at of breaks) {
    const code = words.breaks[start + at];
    if (code === inWord) return false;
    if (code === wordBreak) met++;
  }
  if (apart[end]! - apart[start + 1]! !== met) return false;
  if (match === 'whole' && !isBound(words, end)) return false;
  return match === 'inside' || isBound(words, start) || followsClitic(words, start, clitics);
}

const isBound = ({ breaks, letters }: Words, at: number): boolean =>
  at === letters.length || breaks[at] === wordBreak || breaks[at] === eitherBreak;

function followsClitic(words: Words, start: number, clitics: readonly string[]): boolean {
  if (clitics.length === 0) return false;
  let clitic = '';
  for (let at = start - 1; at >= 0 && start - at <= longestClitic; at--) {
    clitic = String.fromCharCode(words.letters[at]!) + clitic;
    if (isBound(words, at)) return clitics.includes(clitic);
  }
  return false;
}

async function findExpressions(
  terms: readonly Term[],
  line: Line,
  words: Words,
  pause: () => Promise<void>,
  found: Map<Term, Span[]>,
): Promise<void> {
  const searches = new Map<Term, number>();
  for (const { from, piece } of piecesOf(line)) {
    if (from > 0) await pause();
    for (const term of terms) {
      const before = searches.get(term) ?? 0;
      if (before === mostSpans || !('size' in term.is)) continue;
      const places = term.is.find(piece, mostSpans - before);
      searches.set(term, before + places.length);
      for (const [start, end] of places) {
        const first = words.starts[line.letters[from + start]!];
        const last = words.ends[line.letters[from + end - 1]!];
        if (first !== undefined && last !== undefined) add(found, term, [first, last]);
      }
      // Finding places takes far longer than finding that there are none.
      if (places.length > 0 && piece.length > longPiece) await pause();
    }
  }
}

/** What overlaps the place before (in the next piece of a text) is one with it. */
function add(found: Map<Term, Span[]>, term: Term, span: Span): void {
  const spans = found.get(term);
  const last = spans?.at(-1);
  if (!spans) found.set(term, [span]);
  else if (last && span[0] < last[1]) last[1] = Math.max(last[1], span[1]);
  else spans.push(span);
}
