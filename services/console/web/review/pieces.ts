/** A part of a text as it is drawn. */
export interface Piece {
  text: string;
  /** It raised a score. */
  marked: boolean;
  /** In place of a sign that can't be seen, and would change how the rest is drawn. */
  sign?: string;
  /** So many combining marks are left out after it. */
  left?: number;
}

/** Signs without a shape that reorder or hide what is around them; the two joiners are left, which several scripts need. */
const unseen =
  /[\p{Cc}\u00ad\u115f\u1160\u17b4\u17b5\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
const kept = new Set(['\n', '\r', '\t']);
/** Combining marks on one letter beyond these are left out: no language stacks more, and a tower of them covers what is around it. */
const mostMarks = 4;
const special = new RegExp(`${unseen.source}|\\p{Mn}{${mostMarks + 1},}`, 'gu');

const merged = (spans: readonly (readonly [number, number])[]): [number, number][] => {
  const result: [number, number][] = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (end > start) result.push([start, end]);
  }
  return result;
};

/** Cuts a text for drawing: what raised a score is marked, what would make it unreadable is shown as a sign. Pure. */
export function piecesOf(text: string, spans: readonly (readonly [number, number])[]): Piece[] {
  const pieces: Piece[] = [];
  const plain = (start: number, end: number, marked: boolean): void => {
    let at = start;
    for (const found of text.slice(start, end).matchAll(special)) {
      const [sign] = found;
      if (kept.has(sign)) continue;
      const from = start + found.index;
      const towering = sign.length > mostMarks && /^\p{Mn}/u.test(sign);
      const shown = towering ? from + mostMarks : from;
      if (shown > at) pieces.push({ text: text.slice(at, shown), marked });
      const code = `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
      if (towering) pieces.push({ text: '', marked, left: [...sign].length - mostMarks });
      else pieces.push({ text: '', marked, sign: code });
      at = from + sign.length;
    }
    if (end > at) pieces.push({ text: text.slice(at, end), marked });
  };
  let at = 0;
  for (const [from, to] of merged(spans)) {
    const [start, end] = [Math.min(from, text.length), Math.min(to, text.length)];
    plain(at, start, false);
    plain(start, end, true);
    at = end;
  }
  plain(at, text.length, false);
  return pieces;
}
