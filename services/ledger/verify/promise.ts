import { hashBytes, hashesAt, hashLeaf, parseNote, tileWidth } from '../log/index.js';
import type { BoundLog } from './bound.js';
import { told } from './history.js';
import type { Keyring, SignedCheckpoint } from './keys.js';
import { CannotCheck, Differs, instant, plain } from './outcome.js';

/** A signed promise that an entry is in the log by an instant. */
export interface Promised {
  /** The hash of its leaf. */
  leaf: Buffer;
  by: number;
  note: string;
  from: string;
}

/** @throws Differs where it is not signed by the log's key; CannotCheck where it is no promise. */
export function readPromise(note: string, from: string, keys: Keyring): Promised {
  let origin: string | undefined;
  let lines: string[];
  try {
    lines = parseNote(note).text.split('\n');
    origin = keys.signerOf(note);
  } catch (error) {
    throw new CannotCheck(`${from}: ${plain((error as Error).message)}`);
  }
  const [log, word, base64 = '', by = '', ...end] = lines;
  const entry = Buffer.from(base64, 'base64');
  const formed = word === 'promise' && entry.toString('base64') === base64 && entry.length === hashBytes;
  if (!formed || !/^\d{1,16}$/.test(by) || end.join() !== '')
    throw new CannotCheck(`${from} is not a promise: a log, "promise", an entry and an instant, a line each`);
  if (origin === undefined || origin !== log)
    throw new Differs(`${from} is not signed by the log's key: it binds nobody`, [note]);
  return { leaf: hashLeaf(entry), by: Number(by), note, from };
}

/** Tiles that are on their way while one is looked at. */
const ahead = 8;

/**
 * Looks for promised entries in the whole log, the newest tile first.
 * @returns the index of each that is there
 * @throws Differs where tiles are not those that the checkpoint signs; CannotCheck
 */
export async function findPromised(
  log: BoundLog,
  promises: readonly Promised[],
  looked: (tiles: number, of: number) => void,
): Promise<Map<Promised, number>> {
  const found = new Map<Promised, number>();
  const tiles = Math.ceil(hashesAt(0, log.head.size) / tileWidth);
  for (let tile = tiles - 1; tile >= 0 && found.size < promises.length; tile--) {
    for (let next = tile; next > Math.max(-1, tile - ahead); next--) void log.tile(0, next).catch(() => undefined);
    const hashes = await log.tile(0, tile);
    for (const promise of promises) {
      for (let at = hashes.indexOf(promise.leaf); at >= 0; at = hashes.indexOf(promise.leaf, at + 1)) {
        if (at % hashBytes === 0) found.set(promise, tile * tileWidth + at / hashBytes);
      }
    }
    looked(tiles - tile, tiles);
  }
  return found;
}

/**
 * What became of a promise.
 * @param lacking the last checkpoint that lacks the entry, where it is in the log
 * @returns what to say where it holds or is not due yet
 * @throws Differs where it was broken.
 */
export function judge(
  { by, note, from }: Promised,
  index: number | undefined,
  lacking: SignedCheckpoint | undefined,
  head: SignedCheckpoint,
): string {
  if (index !== undefined && lacking && lacking.at > by)
    throw new Differs(
      `${from}: the entry was promised by ${instant(by)}; it is entry ${index}, and ${told(lacking)} does not have it yet`,
      [note, lacking.note],
    );
  if (index !== undefined) return `${from}: it is in the log, as entry ${index}`;
  if (by <= head.at)
    throw new Differs(
      `${from}: the entry was promised by ${instant(by)}, and the log of ${instant(head.at)} does not have it. The promise and the checkpoint below prove it to whoever has the log`,
      [note, head.note],
    );
  return `${from}: promised by ${instant(by)}, which had not come when this checkpoint was signed: look again then`;
}
