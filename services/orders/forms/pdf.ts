import PDFDocument from 'pdfkit';
import { hasRightToLeft, piecesOf, runsOf, startsRightToLeft } from './bidi.js';
import type { Block, FormDocument } from './document.js';
import { type Font, fonts } from './fonts.js';
import { linesOf } from './lines.js';
import { printable } from './printable.js';
import { type Words, wordings } from './wording.js';

/** A4, in points. */
const page = { width: 595.28, height: 841.89, left: 57, right: 57, top: 54, bottom: 66 };
const full = page.width - page.left - page.right;
const labelWidth = 182;
const gap = 12;
const valueLeft = page.left + labelWidth + gap;
const valueWidth = full - labelWidth - gap;

/** What a free text may take up; the form's data have it whole. */
const mostChars = 60_000;
const mostLines = 1_000;
const mostPages = 200;

const ink = '#1a1a1a';
const quiet = '#4a4a4a';
const rule = '#9a9a9a';

interface Style {
  size: number;
  bold?: boolean;
  colour?: string;
  leading?: number;
}
type Element = PDFKit.PDFStructureElement;

const styles = {
  title: { size: 14.5, bold: true, leading: 19 },
  annex: { size: 10.5, bold: true, colour: quiet, leading: 15 },
  article: { size: 9, colour: quiet, leading: 12.5 },
  heading: { size: 10.5, bold: true, leading: 14 },
  small: { size: 9.25, bold: true, leading: 13 },
  label: { size: 8.75, colour: quiet, leading: 12 },
  value: { size: 9.25, leading: 12.5 },
  missing: { size: 9.25, colour: quiet, leading: 12.5 },
  note: { size: 8, colour: quiet, leading: 11 },
} satisfies Record<string, Style>;

/** The file is full: what is left is not drawn. */
class Full extends Error {}

/** Draws one form. Everything is placed line by line, so nothing that a text holds can move anything else. */
class Drawing {
  readonly #doc: PDFKit.PDFDocument;
  readonly #fonts = fonts();
  readonly #root: Element;
  readonly #words: Words;
  #y = page.top;
  #pages = 1;
  #changed = false;

  constructor(private readonly form: FormDocument) {
    this.#words = wordings[form.language].words;
    this.#fonts.regular.forget();
    this.#fonts.bold.forget();
    const at = new Date(form.at);
    const title = `${form.annex ? `${form.annex}: ` : ''}${form.title}`;
    this.#doc = new PDFDocument({
      size: 'A4',
      margins: { top: 0, bottom: 0, left: 0, right: 0 },
      pdfVersion: '1.7',
      tagged: true,
      lang: form.language,
      displayTitle: true,
      bufferPages: true,
      font: '',
      info: {
        Title: title,
        Subject: form.number,
        Creator: 'Sans Délai',
        Producer: 'pdfkit',
        CreationDate: at,
        ModDate: at,
      },
    });
    this.#doc.registerFont('regular', this.#fonts.regular.source);
    this.#doc.registerFont('bold', this.#fonts.bold.source);
    this.#root = this.#doc.struct('Document', { title });
    this.#doc.addStructure(this.#root);
  }

  #font({ bold }: Style): Font {
    return bold ? this.#fonts.bold : this.#fonts.regular;
  }

  #lines(text: string, most: number, style: Style): { text: string; paragraph: string }[] {
    const font = this.#font(style);
    const shown = printable(text, font.has, mostChars, this.#words.cut);
    this.#changed ||= shown.changed;
    // A hundredth is left for letters that together are wider than alone.
    const lines = linesOf(shown.text, most * 0.99, part => font.width(part) * style.size);
    if (lines.length <= mostLines) return lines;
    const cut = this.#words.cutLines(lines.length - mostLines);
    return [...lines.slice(0, mostLines), { text: cut, paragraph: cut }];
  }

  /** Makes sure that so much fits, on another page where need be. */
  #room(height: number): void {
    if (this.#y + height <= page.height - page.bottom) return;
    if (this.#pages === mostPages) throw new Full();
    this.#pages += 1;
    this.#doc.addPage();
    this.#y = page.top;
  }

  #line(
    parent: Element,
    tag: string,
    { text, paragraph }: { text: string; paragraph: string },
    x: number,
    y: number,
    style: Style,
    most: number,
  ): void {
    const doc = this.#doc;
    doc
      .font(style.bold ? 'bold' : 'regular')
      .fontSize(style.size)
      .fillColor(style.colour ?? ink);
    const content = doc.markStructureContent(tag);
    const turned = startsRightToLeft(paragraph);
    const mixed = turned || hasRightToLeft(text);
    // Whoever reads it aloud, or copies it, gets it in its letters' own order.
    if (mixed) doc.markContent('Span', { actual: text });
    const pieces = runsOf(text, turned).flatMap(piecesOf);
    const widths = mixed ? pieces.map(piece => doc.widthOfString(piece)) : [];
    let at = turned ? x + most - widths.reduce((sum, wide) => sum + wide, 0) : x;
    for (const [i, piece] of pieces.entries()) {
      doc.text(piece, at, y, { lineBreak: false });
      at += widths[i] ?? 0;
    }
    if (mixed) doc.endMarkedContent();
    doc.endMarkedContent();
    parent.add(content);
  }

  #write(
    parent: Element,
    tag: string,
    text: string,
    style: Style,
    { x = page.left, most = full, keep = 1 } = {},
  ): void {
    const element = this.#doc.struct(tag);
    parent.add(element);
    const lines = this.#lines(text, most, style);
    const leading = style.leading ?? style.size * 1.35;
    this.#room(Math.min(lines.length, keep) * leading);
    for (const line of lines) {
      this.#room(leading);
      this.#line(element, tag, line, x, this.#y, style, most);
      this.#y += leading;
    }
    element.end();
  }

  #rule(colour = rule, width = 0.5): void {
    this.#doc.markContent('Artifact', { type: 'Layout' });
    this.#doc
      .moveTo(page.left, this.#y)
      .lineTo(page.width - page.right, this.#y)
      .lineWidth(width)
      .strokeColor(colour)
      .stroke();
    this.#doc.endMarkedContent();
  }

  /** The height of a short section of lines, which is not torn apart; 0 of any other. */
  #together(blocks: readonly Block[]): number {
    if (blocks.length > 8) return 0;
    let height = 30;
    for (const block of blocks) {
      if (block.kind !== 'field' || block.value.length > 300) return 0;
      const labels = this.#lines(block.label, labelWidth, styles.label).length * styles.label.leading;
      const values = this.#lines(block.value, valueWidth, styles.value).length * styles.value.leading;
      height += Math.max(labels, values) + 7;
    }
    return height;
  }

  /** Label and value beside each other, over as many pages as the value takes. */
  #row(parent: Element, label: string, value: string, style: Style): void {
    const row = this.#doc.struct('TR');
    const head = this.#doc.struct('TH', { scope: 'Row' } as object);
    const cell = this.#doc.struct('TD');
    parent.add(row);
    row.add(head);
    row.add(cell);
    const labels = this.#lines(label, labelWidth, styles.label);
    const values = this.#lines(value, valueWidth, style);
    const leading = style.leading ?? styles.value.leading;
    this.#room(Math.max(labels.length * styles.label.leading, Math.min(values.length, 4) * leading) + 7);
    const top = this.#y;
    for (const [i, line] of labels.entries())
      this.#line(head, 'TH', line, page.left, top + 0.5 + i * styles.label.leading, styles.label, labelWidth);
    const under = top + labels.length * styles.label.leading;
    const first = this.#pages;
    for (const line of values) {
      this.#room(leading);
      this.#line(cell, 'TD', line, valueLeft, this.#y, style, valueWidth);
      this.#y += leading;
    }
    if (first === this.#pages) this.#y = Math.max(this.#y, under);
    row.end();
    this.#y += 3;
    this.#rule('#d0d0d0', 0.4);
    this.#y += 4;
  }

  #box(ticked: boolean, x: number, y: number): void {
    const doc = this.#doc;
    doc.markContent('Artifact', { type: 'Layout' });
    doc
      .rect(x, y + 1.6, 8.4, 8.4)
      .lineWidth(0.8)
      .strokeColor(ink)
      .stroke();
    if (ticked) {
      doc
        .moveTo(x + 1.6, y + 3.2)
        .lineTo(x + 6.8, y + 8.4)
        .lineWidth(1.2)
        .stroke();
      doc
        .moveTo(x + 6.8, y + 3.2)
        .lineTo(x + 1.6, y + 8.4)
        .stroke();
    }
    doc.endMarkedContent();
  }

  #boxes(parent: Element, { label, boxes }: Extract<Block, { kind: 'boxes' }>): void {
    if (label) {
      this.#write(parent, 'P', label, styles.label, { keep: 4 });
      this.#y += 2;
    }
    const list = this.#doc.struct('L');
    parent.add(list);
    for (const { ticked, text } of boxes) {
      const item = this.#doc.struct('LI');
      list.add(item);
      const lines = this.#lines(text, full - 18, styles.value);
      this.#room(lines.length * styles.value.leading);
      this.#box(ticked, page.left, this.#y);
      // What the box shows is said to who does not see it.
      const mark = this.#doc.struct('Lbl', { actual: `${ticked ? this.#words.ticked : this.#words.unticked}: ` });
      item.add(mark);
      mark.end();
      const body = this.#doc.struct('LBody');
      item.add(body);
      const style = ticked ? { ...styles.value, bold: true } : styles.value;
      for (const line of ticked ? this.#lines(text, full - 18, style) : lines) {
        this.#room(styles.value.leading);
        this.#line(body, 'LBody', line, page.left + 18, this.#y, style, full - 18);
        this.#y += styles.value.leading;
      }
      item.end();
      this.#y += 3;
    }
    list.end();
    this.#y += 4;
  }

  #blocks(section: Element, blocks: readonly Block[]): void {
    let table: Element | undefined;
    for (const block of blocks) {
      if (block.kind !== 'field') table = undefined;
      if (block.kind === 'field') {
        if (!table) {
          table = this.#doc.struct('Table');
          section.add(table);
        }
        this.#row(table, block.label, block.value, block.missing ? styles.missing : styles.value);
      } else if (block.kind === 'boxes') this.#boxes(section, block);
      else if (block.kind === 'heading') {
        this.#y += 4;
        this.#room(112);
        this.#write(section, 'H3', block.text, styles.small);
        this.#y += 3;
      } else if (block.kind === 'text') {
        this.#write(section, 'P', block.label, styles.label, { keep: 5 });
        this.#y += 2;
        this.#write(section, 'P', block.text, styles.value);
        this.#y += 8;
      } else this.#signature(section, block.label);
    }
  }

  #signature(section: Element, label: string): void {
    this.#room(52);
    this.#y += 30;
    this.#doc.markContent('Artifact', { type: 'Layout' });
    this.#doc
      .moveTo(valueLeft, this.#y)
      .lineTo(valueLeft + 200, this.#y)
      .lineWidth(0.7)
      .strokeColor(ink)
      .stroke();
    this.#doc.endMarkedContent();
    this.#y -= 11;
    this.#write(section, 'P', label, styles.label, { most: labelWidth });
    this.#y += 8;
  }

  #head(): void {
    const { annex, title, article, number, drawnUp, intro } = this.form;
    const head = this.#doc.struct('Sect');
    this.#root.add(head);
    if (annex) this.#write(head, 'P', annex, styles.annex);
    this.#write(head, 'H1', title, styles.title);
    this.#y += 1;
    this.#write(head, 'P', article, styles.article);
    this.#y += 6;
    this.#write(head, 'P', number, { ...styles.value, bold: true });
    this.#write(head, 'P', drawnUp, styles.value);
    this.#y += 6;
    this.#rule(ink, 1);
    this.#y += 8;
    if (intro) {
      this.#write(head, 'P', intro, styles.article);
      this.#y += 6;
    }
    head.end();
  }

  #body(): void {
    for (const { heading, blocks } of this.form.sections) {
      if (blocks.length === 0) continue;
      const section = this.#doc.struct('Sect');
      this.#root.add(section);
      this.#y += 6;
      this.#room(Math.max(56, this.#together(blocks)));
      this.#write(section, 'H2', heading, styles.heading);
      this.#y += 3;
      this.#rule(ink, 0.7);
      this.#y += 6;
      this.#blocks(section, blocks);
      section.end();
    }
    if (this.#changed) this.#write(this.#root, 'Note', this.#words.handled, styles.note);
  }

  #feet(): void {
    const doc = this.#doc;
    const { count } = doc.bufferedPageRange();
    for (let i = 0; i < count; i++) {
      doc.switchToPage(i);
      doc.markContent('Artifact', { type: 'Pagination' });
      doc.font('regular').fontSize(8).fillColor(quiet);
      const y = page.height - 40;
      doc.text(this.form.number, page.left, y, { lineBreak: false });
      const text = this.#words.page(i + 1, count);
      doc.text(text, page.width - page.right - doc.widthOfString(text), y, { lineBreak: false });
      doc.endMarkedContent();
    }
  }

  async draw(): Promise<Uint8Array> {
    const doc = this.#doc;
    const chunks: Buffer[] = [];
    doc.on('data', (chunk: Buffer) => void chunks.push(chunk));
    const ended = new Promise<void>((resolve, reject) => {
      doc.on('end', resolve);
      doc.on('error', reject);
    });
    try {
      this.#head();
      this.#body();
    } catch (error) {
      if (!(error instanceof Full)) throw error;
      this.#y = page.height - page.bottom + 4;
      const line = { text: this.#words.cutPages, paragraph: this.#words.cutPages };
      this.#line(this.#root, 'P', line, page.left, this.#y, styles.note, full);
    }
    this.#root.end();
    this.#feet();
    doc.end();
    await ended;
    return Buffer.concat(chunks);
  }
}

/** A form as a tagged PDF. The same form is the same bytes. */
export const drawPdf = (form: FormDocument): Promise<Uint8Array> => new Drawing(form).draw();
