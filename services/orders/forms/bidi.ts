/**
 * The order in which a line's characters stand, by the implicit part of the Unicode bidirectional algorithm (UAX 9): characters that would set a direction by themselves
 * were made visible before (`printable`), so embeddings, overrides and isolates can't occur.
 */
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const letter = /\p{L}/u;
const digit = /\p{Nd}/u;
const mark = /\p{M}/u;
const mirrored: Readonly<Record<string, string>> = {
  '(': ')',
  ')': '(',
  '[': ']',
  ']': '[',
  '{': '}',
  '}': '{',
  '<': '>',
  '>': '<',
  '«': '»',
  '»': '«',
};

type Kind = 'R' | 'L' | 'N' | 'neutral';

/** A stretch of a line in one direction, in its letters' own order. */
export interface Run {
  text: string;
  rightToLeft: boolean;
}

export const hasRightToLeft = (text: string): boolean => rightToLeft.test(text);

/** Whether a paragraph runs from right to left: by its first letter. */
export function startsRightToLeft(text: string): boolean {
  for (const char of text) {
    if (rightToLeft.test(char)) return true;
    if (letter.test(char)) return false;
  }
  return false;
}

function kindsOf(chars: readonly string[]): Kind[] {
  const kinds: Kind[] = [];
  for (const char of chars) {
    if (digit.test(char)) kinds.push('N');
    else if (mark.test(char)) kinds.push(kinds.at(-1) ?? 'neutral');
    else if (rightToLeft.test(char)) kinds.push('R');
    else kinds.push(letter.test(char) ? 'L' : 'neutral');
  }
  // A sign between two digits belongs to the number (rule W4).
  for (let i = 1; i < kinds.length - 1; i++)
    if (kinds[i] === 'neutral' && kinds[i - 1] === 'N' && kinds[i + 1] === 'N' && /[.,:/]/.test(chars[i] ?? ''))
      kinds[i] = 'N';
  return kinds;
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>', '«': '»' };

/** Two brackets go the same way, by what is between and before them (rule N0). */
function pairBrackets(chars: readonly string[], kinds: Kind[], base: 0 | 1): void {
  const side = (kind: Kind | undefined): 'R' | 'L' | undefined =>
    kind === 'R' || kind === 'N' ? 'R' : kind === 'L' ? 'L' : undefined;
  const own = base === 1 ? 'R' : 'L';
  const open: { char: string; at: number; before: 'R' | 'L'; inside: Set<'R' | 'L'> }[] = [];
  let last: 'R' | 'L' = own;
  for (const [at, char] of chars.entries()) {
    const strong = side(kinds[at]);
    if (strong) {
      last = strong;
      for (const one of open) one.inside.add(strong);
    } else if (closing[char] && open.length < 63) open.push({ char, at, before: last, inside: new Set() });
    else {
      const from = open.findLastIndex(one => closing[one.char] === char);
      const pair = open[from];
      if (!pair) continue;
      open.length = from;
      if (pair.inside.size === 0) continue;
      const kind = pair.inside.has(own) || pair.before === own ? own : pair.before;
      kinds[pair.at] = kind;
      kinds[at] = kind;
      last = kind;
    }
  }
}

function levelsOf(kinds: readonly Kind[], base: 0 | 1): number[] {
  const levels: number[] = [];
  let strong: 'R' | 'L' = base === 1 ? 'R' : 'L';
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i];
    if (kind === 'R' || kind === 'L') strong = kind;
    if (kind === 'R') levels.push(1);
    else if (kind === 'L') levels.push(base === 1 ? 2 : 0);
    // W7, I1, I2: a number after a letter from the left is as that letter.
    else if (kind === 'N') levels.push(strong === 'L' && base === 0 ? 0 : 2);
    else levels.push(-1);
  }
  // N1, N2: between two of one direction they are as these, else as the line.
  for (let i = 0; i < levels.length; ) {
    if (levels[i] !== -1) {
      i += 1;
      continue;
    }
    let end = i;
    while (end < levels.length && levels[end] === -1) end += 1;
    const sideOf = (at: number): 0 | 1 => {
      const level = levels[at];
      if (level === undefined || at < 0) return base;
      return level === 1 || (kinds[at] === 'N' && level === 2) ? 1 : 0;
    };
    const before = sideOf(i - 1);
    const inside = end < levels.length && before === sideOf(end) ? before : base;
    const level = inside === 1 ? 1 : base === 1 ? 2 : 0;
    levels.fill(level, i, end);
    i = end;
  }
  return levels;
}

/** The runs of a line, from left to right as they stand on paper. */
export function runsOf(line: string, paragraphRightToLeft: boolean): Run[] {
  if (!paragraphRightToLeft && !hasRightToLeft(line)) return line === '' ? [] : [{ text: line, rightToLeft: false }];
  const chars = [...line];
  const base = paragraphRightToLeft ? 1 : 0;
  const kinds = kindsOf(chars);
  pairBrackets(chars, kinds, base);
  const levels = levelsOf(kinds, base);
  const runs: { text: string; level: number }[] = [];
  for (const [i, char] of chars.entries()) {
    const level = levels[i] ?? 0;
    const shown = level % 2 === 1 ? (mirrored[char] ?? char) : char;
    const last = runs.at(-1);
    if (last?.level === level) last.text += shown;
    else runs.push({ text: shown, level });
  }
  // L2: from the highest level down, what stands on it or above is turned round.
  for (let level = 2; level >= 1; level--) {
    for (let i = 0; i < runs.length; ) {
      let end = i;
      while ((runs[end]?.level ?? -1) >= level) end += 1;
      if (end === i) i += 1;
      else {
        runs.splice(i, end - i, ...runs.slice(i, end).reverse());
        i = end;
      }
    }
  }
  return runs.map(run => ({ text: run.text, rightToLeft: run.level % 2 === 1 }));
}

/** A run as pieces that are each shaped by themselves, from left to right: the font turns letters of one script round, and words it leaves. */
export function piecesOf({ text, rightToLeft: turned }: Run): string[] {
  if (!turned) return [text];
  return text
    .split(/( +)/)
    .filter(Boolean)
    .reverse()
    .map(piece => (hasRightToLeft(piece) ? piece : [...piece].reverse().join('')));
}
