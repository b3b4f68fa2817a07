import type { EntryMade } from '../contracts/index.js';
import { canonical, commitDetail, commitOpening, type Opening } from './log/index.js';

/** The two salts of an entry, base64url of 32 bytes. */
export type Salts = NonNullable<EntryMade['salts']>;

/** An entry as it is kept: what is public, and what it opens to. */
export interface Sealed {
  /** The 32 bytes of the log, base64. */
  entry: string;
  /** Canonical JSON. */
  opening: string;
  detail: string;
}

/** Makes an entry's bytes from what it says. The same with the same salts makes the same bytes. */
export function sealEntry({ kind, at, moves, detail }: EntryMade, salts: Salts): Sealed {
  const opening: Opening = {
    v: 1,
    kind,
    at,
    moves,
    detail: commitDetail(Buffer.from(salts.detail, 'base64url'), detail),
  };
  const entry = commitOpening(Buffer.from(salts.entry, 'base64url'), opening);
  return { entry: entry.toString('base64'), opening: canonical(opening), detail: canonical(detail) };
}
