enum Unit {
  other,
  letter,
  mark,
}
/** What each UTF-16 unit is. Made at first use. */
let units: Uint8Array | undefined;
const unitOf = (text: string): Unit =>
  /[\p{L}\p{N}]/u.test(text) ? Unit.letter : /\p{M}/u.test(text) ? Unit.mark : Unit.other;

/**
 * Letters and digits only, without case, marks and width: what is left of a text however a page dresses it.
 * `gap` keeps one space between words. A loop, as pages may have a million letters and a removal reads a dozen.
 */
function fold(text: string, gap: boolean): string {
  units ??= Uint8Array.from({ length: 0x10000 }, (_, unit) => unitOf(String.fromCharCode(unit)));
  const lower = text.toLowerCase();
  const plain = ascii.test(lower) ? lower : lower.normalize('NFKD');
  const out = new Uint16Array(plain.length + 2);
  let length = 0;
  let wide = gap;
  for (let n = 0; n < plain.length; n++) {
    const unit = plain.charCodeAt(n);
    const kind = units[unit];
    if (kind === Unit.letter) {
      if (wide) out[length++] = space;
      wide = false;
      out[length++] = unit;
    } else if (kind === Unit.other) wide = gap;
  }
  if (gap) out[length++] = space;
  return Buffer.from(out.buffer, 0, length * 2).toString('utf16le');
}
const space = 0x20;
const ascii = /^[\0-\x7f]*$/;
const join = (text: string): string => fold(text, false);
const words = (text: string): string => fold(text, true);

const accents = /^([a-z])(?:acute|grave|circ|uml|tilde|cedil|ring|caron|slash)$/i;
const letters: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  szlig: 'ß',
  aelig: 'æ',
  oelig: 'œ',
};

/** Character references; a named one that is no letter becomes a space, as only letters and digits are compared. */
function decodeEntities(html: string): string {
  if (!html.includes('&')) return html;
  return html.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z][a-z0-9]{1,30}));/gi, (_, decimal, hex, name) => {
    if (name) return letters[name.toLowerCase()] ?? accents.exec(name)?.[1] ?? ' ';
    const code = decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
  });
}

const stripTags = (html: string): string => html.replace(/<[^<>]*>/g, '');

const decodeEscapes = (json: string): string =>
  json
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\[nrtbf]/g, ' ')
    .replace(/\\(["\\/])/g, '$1');

/** All that a reader may take from a body: as it is, without tags (a word may be split by them), and with JSON's escapes undone. */
function readings(body: string): string[] {
  const plain = body.includes('\\') ? [body, decodeEscapes(body)] : [body];
  const bare = plain.filter(text => text.includes('<')).map(stripTags);
  return [...new Set([...plain, ...bare].map(decodeEntities))];
}

const window = 24;
const stride = 8;
const mostWindows = 128;
const shortest = 12;

/** A text as it is looked for: its whole where it is short, else pieces of it, any of which gives a partial copy away. */
export interface Needles {
  pieces: string[];
  /** Compared as whole words: a short text may be part of other words. */
  asWords: boolean;
}

/**
 * What to look for of a text. Undefined where it has too little to tell it from any page (under four bytes of letters and digits).
 * A copy of 31 letters in a row, from anywhere in a text of up to 1,000 letters, holds a piece; of longer texts pieces are taken evenly.
 */
export function needlesOf(text: string): Needles | undefined {
  const whole = join(text);
  if (Buffer.byteLength(whole) < 4) return undefined;
  if (whole.length < shortest) return { pieces: [words(text)], asWords: true };
  const versions = new Set([whole, join(decodeEntities(stripTags(text)))]);
  return { pieces: [...versions].flatMap(cut), asWords: false };
}

function cut(text: string): string[] {
  if (text.length < shortest) return [];
  if (text.length <= window) return [text];
  const last = text.length - window;
  const count = Math.min(mostWindows, Math.ceil(last / stride) + 1);
  return Array.from({ length: count }, (_, n) => {
    const from = Math.round((n * last) / (count - 1));
    return text.slice(from, from + window);
  });
}

/** Whether a body holds the text, or a distinctive part of it. */
export function holdsText(body: string, needles: Needles): boolean {
  const prepare = needles.asWords ? words : join;
  return readings(body).some(reading => {
    const hay = prepare(reading);
    return needles.pieces.some(piece => hay.includes(piece));
  });
}

/** Whether a body holds the words that a normal answer has. */
export const holdsWords = (body: string, expected: string): boolean =>
  body.includes(expected) ||
  (join(expected) !== '' && readings(body).some(text => join(text).includes(join(expected))));

/** Whether a body names an item by its id or address. Ids under four characters tell nothing by themselves. */
export function namesItem(body: string, item: { id: string; url: string }): boolean {
  const names = new Set([item.url]);
  if (URL.canParse(item.url)) {
    const { href, pathname, search } = new URL(item.url);
    names.add(href);
    if (pathname.length + search.length >= 4) names.add(pathname + search);
  }
  if (item.id.length >= 4) names.add(item.id).add(encodeURIComponent(item.id));
  return readings(body).some(text => [...names].some(name => holdsName(text, name)));
}

/** The name standing by itself: `/posts/12` isn't in `/posts/123`. */
function holdsName(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + name.length] ?? ' ';
    if (!(/\w/.test(before) && /\w/.test(name[0]!)) && !/[\w-]/.test(after)) return true;
  }
  return false;
}
