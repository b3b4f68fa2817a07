/** Which characters a font has. */
export type Has = (codePoint: number) => boolean;

/** Marks that stand on one letter: more would run over the lines around it. */
const mostMarks = 3;

const numberOf = (codePoint: number): string => codePoint.toString(16).toUpperCase().padStart(4, '0');

/** Left to the reader's program they would change the order of what stands around them, or can't be seen at all. Joiners shape letters, and stay. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
const joiner = /[\u200c\u200d]/;

/**
 * Text as it can be printed: nothing in it moves or hides what stands around it, and nothing is left out unseen. What the font lacks, and what can't be seen,
 * becomes its number in brackets; a letter keeps at most three marks.
 * @param most characters; what is beyond is told of by `cut`
 */
export function printable(
  text: string,
  has: Has,
  most: number,
  cut: (n: number) => string,
): { text: string; changed: boolean } {
  let out = '';
  let changed = false;
  let marks = 0;
  let left = 0;
  // Numbers of characters that follow each other share their brackets.
  let numbers: string[] = [];
  const flush = (): void => {
    if (numbers.length > 0) out += `[U+${numbers.join(' ')}]`;
    numbers = [];
  };
  const plain = text
    .replace(/\r\n?/g, '\n')
    .replaceAll('\t', ' ')
    .normalize('NFC')
    .replace(/\n{3,}/g, '\n\n');
  for (const char of plain) {
    if (out.length + numbers.length * 5 >= most) {
      left += char.length;
      continue;
    }
    if (char === '\n') {
      flush();
      out += char;
      marks = 0;
      continue;
    }
    const codePoint = char.codePointAt(0) ?? 0;
    const isMark = /\p{M}/u.test(char);
    marks = isMark ? marks + 1 : 0;
    if (isMark && marks > mostMarks) {
      changed = true;
      continue;
    }
    if ((hidden.test(char) && !joiner.test(char)) || !has(codePoint)) {
      changed = true;
      numbers.push(numberOf(codePoint));
      continue;
    }
    flush();
    out += char;
  }
  flush();
  return left > 0 ? { text: `${out} ${cut(left)}`, changed } : { text: out, changed };
}
