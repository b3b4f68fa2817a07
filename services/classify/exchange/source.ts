import type { Time } from '../../runtime/index.js';
import type { ListedEntry } from '../signals/bank/index.js';

/** One row of a source. `id` is the source's own (at most 300 characters), and stays the same when the row changes. `targets`: who is told what we think of it. */
export type Row =
  | { id: string; entry: ListedEntry; targets?: readonly string[] }
  | { id: string; removed: true }
  /** A type that no bank takes: counted. */
  | { id: string; unknown: string }
  /** A row that can't be read: listed with its reason, which never holds the value. */
  | { id: string; bad: string };

/** A part of a pull. Rows come in the order in which they have to be taken. */
export interface Page {
  rows: Row[];
  /** Where to go on from, once the rows are in; without it, only the end of the pull is such a place. */
  cursor?: string;
  /** The source has not changed since the cursor: nothing was read. */
  unchanged?: boolean;
}

export interface PullContext {
  time: Time;
  signal: AbortSignal;
}

/** One kind of source. It holds no state: where it stands is the cursor. */
export interface Source {
  /** Pages from the cursor on; undefined: from the start, and then all of the source. It ends once there is nothing more now. @throws PullError */
  pages(cursor: string | undefined, context: PullContext): AsyncGenerator<Page>;
  /** Each pull brings the whole list: what is not in it is not listed any more. */
  whole: boolean;
  /** Deletions are told for this long (ms): who comes later has to read all from the start. */
  remembers?: number;
  /** Tells the source what our people think of an entry. Twice does no harm. @throws PullError */
  answer?(answer: Answer, context: PullContext): Promise<void>;
}

/** What our people think of what a source listed, in the words of ThreatExchange; other kinds translate. */
export type Opinion = 'HELPFUL' | 'SAW_THIS_TOO' | 'NOT_HELPFUL' | 'NON_MALICIOUS';

export interface Answer {
  target: string;
  opinions: readonly Opinion[];
  /** Told before, and no longer so. */
  withdrawn: readonly Opinion[];
}

/** A pull, an answer or a push that failed: its message can be shown and holds no secret. */
export class PullError extends Error {
  override name = 'PullError';
  constructor(
    message: string,
    /** HTTP status, where there was an answer. */
    readonly status?: number,
    /** Milliseconds that the other side asks to wait. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

const digits = { pdq: 64, md5: 32, sha256: 64 } as const;
export type HashKind = keyof typeof digits;

/** The row of a hash, or why it is none. */
export function hashRow(id: string, kind: HashKind, value: string, tags: string[]): Row {
  const hash = value.trim();
  if (!new RegExp(`^[0-9a-fA-F]{${digits[kind]}}$`).test(hash))
    return { id, bad: `is no ${kind} of ${digits[kind]} hex digits` };
  return { id, entry: { kind, hash, tags } };
}

/** Tags as a bank takes them: at most 50, each at most 100 characters. */
export const tidy = (tags: readonly unknown[]): string[] =>
  [
    ...new Set(tags.flatMap(tag => (typeof tag === 'string' && tag.trim() !== '' ? [tag.trim().slice(0, 100)] : []))),
  ].slice(0, 50);
