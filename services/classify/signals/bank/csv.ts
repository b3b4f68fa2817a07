/** One record of a CSV file: the line on which it begins, and its cells or what is wrong with it. */
export type CsvRecord = { line: number; cells: string[] } | { line: number; problem: string };

const mostCells = 100;

/**
 * Reads CSV (RFC 4180) as it comes, whatever the line breaks; a cell in quotes may hold them. Memory is bounded by `longest`, the characters of
 * one record: what is longer, or has text behind a closing quote, is named and skipped up to the next line. Blank lines are left out.
 */
export class CsvReader {
  #line = 1;
  #began = 1;
  #cells: string[] = [];
  #cell = '';
  #size = 0;
  /** `closed`: behind a quote within quotes, which ends the cell or is the first of two. */
  #state: 'start' | 'plain' | 'quoted' | 'closed' | 'skipping' = 'start';
  #problem: string | undefined;
  #carriage = false;

  constructor(
    private readonly longest: number,
    private readonly separator = ',',
  ) {}

  push(text: string): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (const character of text) {
      // CR LF is one break.
      if (character === '\n' && this.#carriage) {
        this.#carriage = false;
        if (this.#state === 'quoted') this.#take('\n');
        continue;
      }
      this.#carriage = character === '\r';
      this.#read(character, records);
    }
    return records;
  }

  /** The last record, where the file does not end with a line break. */
  end(): CsvRecord[] {
    const records: CsvRecord[] = [];
    if (this.#state === 'quoted') this.#problem ??= 'a quote is never closed';
    this.#record(records);
    return records;
  }

  #read(character: string, records: CsvRecord[]): void {
    const broken = character === '\n' || character === '\r';
    if (broken) this.#line++;
    if (this.#state === 'quoted') {
      if (character === '"') this.#state = 'closed';
      else this.#take(character);
    } else if (broken) {
      this.#record(records);
    } else if (this.#state !== 'skipping') {
      this.#outside(character);
    }
  }

  /** A character that is not within quotes. */
  #outside(character: string): void {
    if (character === this.separator) {
      this.#endCell();
    } else if (character === '"' && this.#state !== 'plain') {
      // A second quote behind the closing one stands for a quote.
      if (this.#state === 'closed') this.#take('"');
      if (this.#problem === undefined) this.#state = 'quoted';
    } else if (this.#state === 'closed') {
      this.#refuse('there is text behind a closing quote');
    } else {
      this.#state = 'plain';
      this.#take(character);
    }
  }

  #take(character: string): void {
    this.#size++;
    if (this.#size > this.longest) this.#refuse(`is longer than ${this.longest} characters`);
    else this.#cell += character;
  }

  #refuse(problem: string): void {
    this.#problem = problem;
    this.#cells = [];
    this.#cell = '';
    this.#state = 'skipping';
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'start';
    if (this.#cells.length > mostCells) this.#refuse(`has more than ${mostCells} cells`);
  }

  #record(records: CsvRecord[]): void {
    const blank = this.#state === 'start' && this.#cells.length === 0;
    if (this.#problem !== undefined) records.push({ line: this.#began, problem: this.#problem });
    else if (!blank) records.push({ line: this.#began, cells: [...this.#cells, this.#cell] });
    this.#cells = [];
    this.#cell = '';
    this.#size = 0;
    this.#state = 'start';
    this.#problem = undefined;
    this.#began = this.#line;
  }
}
