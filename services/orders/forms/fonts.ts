import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import PDFDocument from 'pdfkit';

const require = createRequire(import.meta.url);

/** What of an opened font is used here. */
interface Opened {
  unitsPerEm: number;
  hasGlyphForCodePoint(codePoint: number): boolean;
  glyphForCodePoint(codePoint: number): { advanceWidth: number };
  layout(text: string): unknown;
  _glyphs: object;
}

export interface Font {
  /** For `registerFont`. */
  source: Buffer;
  has(codePoint: number): boolean;
  /** About how wide a text is at one point, letter by letter. */
  width(text: string): number;
  /** Before each form: a letter is remembered as what it stood for first, and that would come into the next form's bytes. */
  forget(): void;
}

/** Opened once in a thread: to parse a font takes longer than to draw a form. */
function open(name: string): Font {
  const folder = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  const scratch = new PDFDocument({ font: '' });
  scratch.font(readFileSync(join(folder, `${name}.ttf`)) as unknown as string);
  // The library takes an opened font wherever it takes a file's bytes, and has no other word for opening one.
  const { font } = (scratch as unknown as { _font: { font: Opened } })._font;
  const widths = new Map<number, number>();
  const widthOf = (char: string): number => {
    const codePoint = char.codePointAt(0) ?? 0;
    const known = widths.get(codePoint);
    if (known !== undefined) return known;
    const wide = font.glyphForCodePoint(codePoint).advanceWidth / font.unitsPerEm;
    widths.set(codePoint, wide);
    return wide;
  };
  return {
    source: font as unknown as Buffer,
    has: codePoint => font.hasGlyphForCodePoint(codePoint),
    width: text => {
      let sum = 0;
      for (const char of text) sum += widthOf(char);
      return sum;
    },
    forget: () => {
      font._glyphs = {};
    },
  };
}

let opened: { regular: Font; bold: Font } | undefined;

/** @throws where the fonts are not installed */
export function fonts(): { regular: Font; bold: Font } {
  opened ??= { regular: open('DejaVuSansCondensed'), bold: open('DejaVuSansCondensed-Bold') };
  return opened;
}
