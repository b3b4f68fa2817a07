import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { csvRecords } from '../../signals/bank/rows.js';
import { ask, read } from '../http.js';
import type { SourceOf } from '../settings.js';
import {
  type HashKind,
  hashRow,
  type Page,
  type PullContext,
  PullError,
  type Row,
  type Source,
  tidy,
} from '../source.js';

const pageSize = 1_000;
const mostBytes = 1024 ** 3;
/** Longest time (ms) for a whole list. */
const longest = 30 * 60_000;

/** The kinds as lists write them. */
const kinds = new Map<string, HashKind | 'link' | 'domain' | 'text'>([
  ['pdq', 'pdq'],
  ['hash_pdq', 'pdq'],
  ['md5', 'md5'],
  ['hash_md5', 'md5'],
  ['sha256', 'sha256'],
  ['sha-256', 'sha256'],
  ['hash_sha256', 'sha256'],
  ['link', 'link'],
  ['url', 'link'],
  ['uri', 'link'],
  ['domain', 'domain'],
  ['text', 'text'],
]);

interface Found {
  /** Names this state of the list; undefined where it can't be told. */
  state?: string;
  parts: AsyncIterable<Buffer>;
}

/**
 * A list in CSV with a head line, in a file or at an address: each pull brings all of it, unless it is known to be the same as before
 * (`ETag`, `Last-Modified`; of a file its size and time).
 */
export function csv(settings: SourceOf<'csv'>, secret: (name: string) => string): Source {
  const { path, url, tokenEnv } = settings;

  async function file(from: string, cursor: string | undefined): Promise<Found | undefined> {
    try {
      const { mtimeMs, size } = await stat(from);
      if (size > mostBytes) throw new PullError('the list is larger than 1 GiB');
      const state = `${mtimeMs}-${size}`;
      return state === cursor ? undefined : { state, parts: createReadStream(from) };
    } catch (error) {
      throw error instanceof PullError
        ? error
        : new PullError(`the file can't be read: ${(error as { code?: string }).code}`);
    }
  }

  async function page(
    at: string,
    cursor: string | undefined,
    { time, signal }: PullContext,
  ): Promise<Found | undefined> {
    const secrets = tokenEnv ? [secret(tokenEnv)] : [];
    const [how, value] = /^(etag|modified) (.*)$/.exec(cursor ?? '')?.slice(1) ?? [];
    const headers = {
      accept: 'text/csv',
      ...(secrets[0] && { authorization: `Bearer ${secrets[0]}` }),
      ...(how === 'etag' && { 'if-none-match': value }),
      ...(how === 'modified' && { 'if-modified-since': value }),
    };
    const reply = await ask(at, { headers, secrets, time, signal, also: [304] });
    if (reply.status === 304) {
      await reply.body.dump();
      return undefined;
    }
    const { etag, 'last-modified': modified } = reply.headers;
    const state = etag ? `etag ${etag}` : modified && `modified ${modified}`;
    const parts = read(reply, new URL(at).host, mostBytes, { time, signal }, longest);
    return { parts, ...(state && state.length < 1_000 && { state }) };
  }

  async function* pages(cursor: string | undefined, context: PullContext): AsyncGenerator<Page> {
    const found = path === undefined ? await page(url ?? '', cursor, context) : await file(path, cursor);
    if (!found) {
      yield { rows: [], unchanged: true };
      return;
    }
    let head: Head | undefined;
    let rows: Row[] = [];
    for await (const record of csvRecords(found.parts)) {
      if (!head) {
        if ('problem' in record) throw new PullError(`the head line ${record.problem}`);
        head = headOf(record.cells, settings);
        continue;
      }
      const id = `line ${record.line}`;
      rows.push('problem' in record ? { id, bad: record.problem } : toRow(head, id, record.cells, settings.type));
      if (rows.length < pageSize) continue;
      yield { rows };
      rows = [];
    }
    if (!head) throw new PullError('the list is empty: it has no head line');
    yield { rows, ...(found.state !== undefined && { cursor: found.state }) };
  }
  return { pages, whole: true };
}

type Head = Partial<Record<keyof SourceOf<'csv'>['columns'], number>>;

function headOf(cells: readonly string[], { columns, type }: SourceOf<'csv'>): Head {
  const names = cells.map(name =>
    name
      .replace(/^\ufeff/, '')
      .trim()
      .toLowerCase(),
  );
  const head = Object.fromEntries(
    Object.entries(columns).flatMap(([ours, theirs]) => {
      const at = names.indexOf(theirs.toLowerCase());
      return at < 0 ? [] : [[ours, at]];
    }),
  ) as Head;
  if (head.value === undefined) throw new PullError(`the head line has no column "${columns.value}"`);
  if (head.kind === undefined && !type) throw new PullError(`the head line has no column "${columns.kind}"`);
  return head;
}

function toRow(head: Head, line: string, cells: readonly string[], fixed: SourceOf<'csv'>['type']): Row {
  const cell = (name: keyof Head): string => cells[head[name] ?? -1]?.trim() ?? '';
  const value = cell('value');
  const named = cell('kind').toLowerCase();
  const kind = fixed ?? kinds.get(named);
  const id = cell('id') || ownId(kind ?? named, value);
  if (id.length > 300) return { id: line, bad: 'id: is too long' };
  if (value === '') return { id: line, bad: 'the value is missing' };
  if (value.includes('\ufffd')) return { id: line, bad: 'is not UTF-8' };
  if (!kind) return { id, unknown: named || 'no kind' };
  const tags = tidy(cell('tags').split(/[;|]/));
  const expiresAt = cell('expires') === '' ? undefined : Date.parse(cell('expires'));
  if (Number.isNaN(expiresAt)) return { id, bad: `${line}: expires: is no time` };
  const row = rowOf(id, kind, value, tags);
  if ('bad' in row) return { id, bad: `${line}: ${row.bad}` };
  return 'entry' in row && expiresAt !== undefined ? { ...row, entry: { ...row.entry, expiresAt } } : row;
}

function rowOf(id: string, kind: HashKind | 'link' | 'domain' | 'text', value: string, tags: string[]): Row {
  if (kind === 'text') return { id, entry: { kind, text: value, tags } };
  if (kind === 'link' || kind === 'domain') return { id, entry: { kind: 'link', link: value, scope: kind, tags } };
  return hashRow(id, kind, value, tags);
}

/** Of rows without an id: a hash names itself, a text or a link is named by its digest. */
const ownId = (kind: string, value: string): string => {
  const plain = /^[0-9a-f]{1,64}$/i.test(value)
    ? value.toLowerCase()
    : createHash('sha256').update(value).digest('base64url');
  return `${kind.slice(0, 64)}:${plain}`;
};
