/** A link as it stands in a text. */
export interface FoundLink {
  start: number;
  end: number;
  text: string;
  /** It can't be anything but a link: it has a scheme, `www.` or a path. A bare `word.word` may be a missing space. */
  certain: boolean;
}

const linkPattern =
  /(?<![\p{L}\p{N}_.@-])(?:https?:\/\/[^\s<>"]+|www\.[^\s<>"]+|(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}(?:[/?#:][^\s<>"]*)?)/giu;
const most = 200;
const longest = 2048;
const closing = new Set(')]}.,;:!?\'"»”’*_~،؟。');

/** The links in a text, in order, at most 200 of them. Bounded in time for any text. */
export function findLinks(text: string): FoundLink[] {
  if (!mayHoldLink(text)) return [];
  const found: FoundLink[] = [];
  for (const match of text.matchAll(linkPattern)) {
    const whole = match[0];
    let length = whole.length;
    while (length > 0 && closing.has(whole[length - 1] ?? '')) length--;
    if (length === 0) continue;
    const link = whole.slice(0, Math.min(length, longest));
    found.push({
      start: match.index,
      end: match.index + length,
      text: link,
      certain: /^(https?:\/\/|www\.)/i.test(link) || link.includes('/'),
    });
    if (found.length === most) break;
  }
  return found;
}

/** A link holds a dot with something right behind it; most posts do not, and are spared the expression. */
function mayHoldLink(text: string): boolean {
  for (let at = text.indexOf('.'); at >= 0; at = text.indexOf('.', at + 1)) {
    const next = text.charCodeAt(at + 1);
    if (next > 0x2f && next !== 0x3f) return true;
  }
  return false;
}
