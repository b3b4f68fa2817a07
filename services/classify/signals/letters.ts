import { capitals, lookAlikes } from './look-alikes.js';

/** What a code point becomes: nothing, a break between words, one UTF-16 unit (> 0), or one of these beyond a unit. */
export const dropped = -1;
export const between = -2;
const firstCapital = -3;
const firstSequence = 0x10000;
const planes = 0x20000;

/** For the first two planes, filled as characters are met; 0: not met yet. */
const table = new Int32Array(planes);
const sequences: string[] = [];

const keptPattern = /^[\p{L}\p{N}\p{M}]$/u;
const ignorable = /^[\p{Default_Ignorable_Code_Point}\p{Cf}]$/u;
/** Accents and vowel points of Latin, Greek, Cyrillic, Hebrew and Arabic, and tatweel. In other scripts marks are letters. */
const accents = [
  [0x300, 0x36f],
  [0x483, 0x489],
  [0x591, 0x5c7],
  [0x610, 0x61a],
  [0x640, 0x640],
  [0x64b, 0x65f],
  [0x670, 0x670],
  [0x6d6, 0x6ed],
  [0x8ca, 0x8ff],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x20d0, 0x20ff],
  [0xfe20, 0xfe2f],
] as const;
const capitalForms = [...capitals].map(([letter, seen]) => {
  const small = letter.toLowerCase();
  return { letter, plain: (lookAlikes.get(small) ?? small).charCodeAt(0), seen: seen.charCodeAt(0) };
});

/** `dropped`, `between`, a UTF-16 unit, or what `capitalOf` or `sequenceOf` take. */
export function letterOf(code: number): number {
  if (code < planes) return table[code] || learn(code);
  // Beyond lie Chinese characters, tags that nobody sees, and private use.
  return code < 0x40000 ? firstSequence + code : code >= 0xe0000 && code < 0xe1000 ? dropped : between;
}

/** A Greek capital that is read in two ways, or undefined. */
export const capitalOf = (letter: number) => capitalForms[firstCapital - letter];

/** The units of a letter beyond one unit. */
export const sequenceOf = (letter: number): string =>
  letter < firstSequence + planes
    ? (sequences[letter - firstSequence] ?? '')
    : String.fromCodePoint(letter - firstSequence);

function learn(code: number): number {
  const value = foldOne(code);
  const letter =
    typeof value === 'number'
      ? value
      : value.length === 1
        ? value.charCodeAt(0)
        : firstSequence + sequences.push(value) - 1;
  table[code] = letter;
  return letter;
}

function foldOne(code: number): number | string {
  if (code >= 0xd800 && code < 0xe000) return between;
  const character = String.fromCodePoint(code);
  if (ignorable.test(character)) return dropped;
  const form = capitalForms.findIndex(({ letter }) => letter === character);
  if (form >= 0) return firstCapital - form;
  // Letters in black circles and squares, to which Unicode gives no plain form.
  for (const a of [0x1f150, 0x1f170]) if (code >= a && code < a + 26) return String.fromCharCode(0x61 + code - a);
  let folded = '';
  for (const part of foldCase(character.normalize('NFKD')).normalize('NFKD')) {
    if (!isAccent(part) && keptPattern.test(part)) folded += lookAlikes.get(part) ?? digit(part) ?? part;
  }
  if (folded !== '') return folded;
  return keptPattern.test(character) ? dropped : between;
}

const isAccent = (character: string): boolean => {
  const code = character.charCodeAt(0);
  return accents.some(([first, last]) => code >= first && code <= last);
};

/** Close to Unicode's full case folding: by way of capitals, so that ß is ss and ς is σ. */
const foldCase = (text: string): string => text.toLowerCase().toUpperCase().toLowerCase();

/** The ASCII digit of a decimal digit of any script: each script has its ten in a row, from zero on. */
function digit(character: string): string | undefined {
  if (!/^\p{Nd}$/u.test(character)) return undefined;
  const code = character.codePointAt(0) ?? 0;
  let first = code;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) first--;
  return String((code - first) % 10);
}
