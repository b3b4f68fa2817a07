import { isUtf8 } from 'node:buffer';

/** One line of a stream: its number (from 1), and its text or what is wrong with it. */
export type Line = { line: number; text: string } | { line: number; problem: { status: number; detail: string } };

const newline = 0x0a;

/** Characters of a line, for whoever bounds how much waits. */
export const sizeOf = (line: Line): number => ('text' in line ? line.text.length : 0);

/** Cuts a stream of bytes into lines of at most `limit` bytes; what is longer is skipped and named. Memory is bounded by `limit`. */
export class LineSplitter {
  #rest: Buffer[] = [];
  #length = 0;
  #skipping = false;
  #line = 0;

  constructor(private readonly limit: number) {}

  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      this.#add(chunk.subarray(from, at));
      this.#end(lines);
      from = at + 1;
    }
    if (from < chunk.length) this.#add(chunk.subarray(from));
    return lines;
  }

  /** The last line, where the stream does not end with a line break. */
  end(): Line[] {
    const lines: Line[] = [];
    if (this.#length > 0 || this.#skipping) this.#end(lines);
    return lines;
  }

  #add(part: Buffer): void {
    if (this.#skipping) return;
    this.#length += part.length;
    if (this.#length > this.limit) {
      this.#skipping = true;
      this.#rest = [];
    } else if (part.length > 0) this.#rest.push(part);
  }

  #end(lines: Line[]): void {
    const line = ++this.#line;
    if (this.#skipping)
      lines.push({ line, problem: { status: 413, detail: `The line is longer than ${this.limit} bytes.` } });
    else {
      const bytes = this.#rest.length === 1 ? (this.#rest[0] as Buffer) : Buffer.concat(this.#rest);
      if (!isUtf8(bytes)) lines.push({ line, problem: { status: 400, detail: 'The line is not UTF-8.' } });
      else {
        const text = bytes.toString('utf8').trim();
        // Blank lines count as lines and carry nothing.
        if (text !== '') lines.push({ line, text });
      }
    }
    this.#rest = [];
    this.#length = 0;
    this.#skipping = false;
  }
}
