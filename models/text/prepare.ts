const notAscii = /[^\p{ASCII}]/u;
/** Text that is shown from right to left: what follows the override, to its end, the line's or the text's. */
const overridden = /\u202e([^\u202c\u202d\u202e\n]*)/g;
/** What NFKC may change together: a character with its marks, and Korean letters in a row. */
const together = /[\u1100-\u11ff]+|\P{M}\p{M}*|\p{M}+/gu;

/** A text as it is read: at most `most` UTF-16 units, in NFKC, with what an override turns round turned back. */
export function prepare(text: string, most: number): string {
  const bounded = text.length > most ? text.slice(0, most) : text;
  return notAscii.test(bounded) ? turnBack(bounded).normalize('NFKC').slice(0, most) : bounded;
}

function turnBack(text: string): string {
  if (!text.includes('\u202e')) return text;
  return text.replace(overridden, (_all, inside: string) => `\u202e${[...inside].reverse().join('')}`);
}

/**
 * Where places of the prepared text stand in the text itself. None if it can't be told, which Unicode makes possible
 * in theory only: where characters change together that are not one after the other.
 */
export function spansOf(
  text: string,
  prepared: string,
  places: readonly [number, number][],
  most: number,
): [number, number][] {
  const bounded = text.slice(0, most);
  if (bounded === prepared) return places.map(place => trimmed(bounded, place));
  const origins = originsOf(bounded);
  let written = '';
  const first: number[] = [];
  const end: number[] = [];
  for (const [piece] of turnBack(bounded).matchAll(together)) {
    const normal = piece.normalize('NFKC');
    const own = origins.splice(0, piece.length);
    const [from, to] = [Math.min(...own), Math.max(...own) + 1];
    for (let i = 0; i < normal.length; i++) {
      first.push(from);
      end.push(to);
    }
    written += normal;
  }
  if (!written.startsWith(prepared)) return [];
  return places.map(([from, to]) =>
    trimmed(bounded, [Math.min(...first.slice(from, to)), Math.max(...end.slice(from, to))]),
  );
}

/** Without marks of direction, and the like, at its end. */
function trimmed(text: string, [from, to]: [number, number]): [number, number] {
  let end = to;
  while (end > from + 1 && /\p{Cf}/u.test(text[end - 1]!)) end--;
  return [from, end];
}

/** For each unit of the turned back text, where it stood. */
function originsOf(text: string): number[] {
  const origins = Array.from({ length: text.length }, (_, i) => i);
  for (const match of text.matchAll(overridden)) {
    let at = match.index + 1;
    let stood = at + match[1]!.length;
    for (const character of [...match[1]!].reverse()) {
      stood -= character.length;
      for (let i = 0; i < character.length; i++) origins[at++] = stood + i;
    }
  }
  return origins;
}
