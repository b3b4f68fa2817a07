import { LineSplitter } from '../../../ingest/index.js';
import { CsvReader, type CsvRecord } from './csv.js';
import type { ImportRow } from './import.js';

/** Bytes of a line of NDJSON, and characters of a record of CSV: a text may have 100,000 characters of four bytes. */
const longestRow = 512 * 1024;
type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A file that can't be read as a whole: its first line says nothing that can be used. */
export class HeaderError extends Error {
  override name = 'HeaderError';
}

/** The rows of a file with one JSON object a line, for `importEntries`. Memory is bounded by the longest line, 512 KiB. */
export async function* ndjsonRows(bytes: Bytes): AsyncGenerator<ImportRow> {
  const splitter = new LineSplitter(longestRow);
  const rowOf = (line: ReturnType<LineSplitter['push']>[number]): ImportRow => {
    if ('problem' in line) return { line: line.line, problem: line.problem.detail };
    try {
      return { line: line.line, entry: JSON.parse(line.text) };
    } catch (error) {
      return { line: line.line, problem: `is not JSON: ${(error as Error).message.slice(0, 200)}` };
    }
  };
  for await (const chunk of bytes) for (const line of splitter.push(Buffer.from(chunk))) yield rowOf(line);
  for (const line of splitter.end()) yield rowOf(line);
}

const columns = ['kind', 'value', 'id', 'tags', 'expires', 'scope', 'actsat', 'actswithin'] as const;
type Column = (typeof columns)[number];

/**
 * The rows of a CSV file with a header, for `importEntries`. Columns, in any order: `kind` and `value` (the text, link or hash); where wanted
 * `id` (the source's), `tags` (several with `|`), `expires` (RFC 3339), `scope`, `actsAt`, `actsWithin`. Separated by commas, or by semicolons
 * where the header has them.
 * @throws HeaderError where the first line is no such header.
 */
export async function* csvRows(bytes: Bytes): AsyncGenerator<ImportRow> {
  let header: Column[] | undefined;
  for await (const record of csvRecords(bytes)) {
    if (!header) header = headerOf(record);
    else yield rowOf(record, header);
  }
  if (!header) throw new HeaderError('The file is empty: its first line names the columns.');
}

/** The records of a CSV file; line breaks and the separator (comma or semicolon) as the first line has them. */
export async function* csvRecords(bytes: Bytes): AsyncGenerator<CsvRecord> {
  const decoder = new TextDecoder();
  let reader: CsvReader | undefined;
  let start = '';
  const begin = (): CsvRecord[] => {
    const [first = ''] = start.split(/[\r\n]/, 1);
    reader = new CsvReader(longestRow, first.includes(';') && !first.includes(',') ? ';' : ',');
    return reader.push(start);
  };
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true });
    if (reader) {
      yield* reader.push(text);
      continue;
    }
    start += text;
    if (/[\r\n]/.test(start) || start.length > longestRow) yield* begin();
  }
  if (!reader) yield* begin();
  if (reader) yield* (reader as CsvReader).end();
}

function headerOf(record: CsvRecord): Column[] {
  if ('problem' in record) throw new HeaderError(`The first line ${record.problem}.`);
  const names = record.cells.map(cell => cell.trim().toLowerCase().replace(/[ _-]/g, ''));
  const unknown = names.findIndex(name => !columns.includes(name as Column));
  if (unknown >= 0) {
    const asked = `It takes kind, value, id, tags, expires, scope, actsAt, actsWithin`;
    throw new HeaderError(`There is no column "${record.cells[unknown]?.slice(0, 50)}". ${asked}.`);
  }
  for (const name of ['kind', 'value'] as const) {
    if (!names.includes(name)) throw new HeaderError(`The first line has to name a column "${name}".`);
  }
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice) throw new HeaderError(`The first line names the column "${twice}" twice.`);
  return names as Column[];
}

function rowOf(record: CsvRecord, header: readonly Column[]): ImportRow {
  const { line } = record;
  if ('problem' in record) return { line, problem: record.problem };
  if (record.cells.length > header.length) {
    return { line, problem: `has ${record.cells.length} cells, and the header ${header.length}` };
  }
  const cells: Partial<Record<Column, string>> = {};
  for (const [n, cell] of record.cells.entries()) if (cell.trim() !== '') cells[header[n] as Column] = cell;
  const kind = cells.kind?.trim().toLowerCase();
  const field = kind === 'text' || kind === 'link' ? kind : 'hash';
  const value = field === 'text' ? cells.value : cells.value?.trim();
  if (value?.includes('\ufffd')) return { line, problem: 'is not UTF-8' };
  const expiresAt = cells.expires === undefined ? undefined : Date.parse(cells.expires.trim());
  if (Number.isNaN(expiresAt)) return { line, problem: `expires: ${cells.expires?.slice(0, 50)} is no RFC 3339 time` };
  const number = (cell: string | undefined) => (cell === undefined ? undefined : Number(cell.trim().replace(',', '.')));
  const entry = {
    kind,
    [field]: value,
    sourceId: cells.id?.trim(),
    tags: cells.tags?.split('|').flatMap(tag => tag.trim() || []),
    expiresAt,
    scope: cells.scope?.trim().toLowerCase(),
    actsAt: number(cells.actsat),
    actsWithin: number(cells.actswithin),
  };
  return { line, entry: Object.fromEntries(Object.entries(entry).filter(([, part]) => part !== undefined)) };
}
