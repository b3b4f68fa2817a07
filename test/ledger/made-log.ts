import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { OpenMove } from '../../services/contracts/index.js';
import {
  checkpointText,
  commitOpening,
  Frontier,
  hashesAt,
  hashLeaf,
  hashTile,
  type Opening,
  type SignerKey,
  signerOf,
  signNote,
  tilePath,
  tilesOf,
  tileWidth,
  verifierText,
} from '../../services/ledger/log/index.js';
import { type Dimension, emptyTrack, figuresOf, follow, moveId, spansOf } from '../../services/ledger/sla/index.js';
import type { Report } from '../../services/ledger/verify/index.js';

export const t0 = Date.UTC(2026, 10, 1);
export const second = 1_000;
export const minute = 60_000;
export const hour = 3600_000;

/** An entry of a log that a test makes. */
export interface Made {
  salt: Buffer;
  opening: Opening;
  sealed: boolean;
}

export const newKey = (name = 'takedown.example/ledger'): SignerKey =>
  signerOf(name, generateKeyPairSync('ed25519').privateKey);

export const made = (at: number, moves: OpenMove[], kind: Opening['kind'] = 'removal.ended', sealed = false): Made => ({
  salt: randomBytes(32),
  opening: { v: 1, kind, at, moves, detail: randomBytes(32).toString('base64url') },
  sealed,
});

export const bytesOf = ({ salt, opening }: Made): Buffer => commitOpening(salt, opening);

/** The leaf of an entry, made once for each salt and opening: to change an entry, give it other ones. */
function leafOf(entry: Made): Buffer {
  const known = leaves.get(entry);
  if (known?.salt === entry.salt && known.opening === entry.opening) return known.leaf;
  const leaf = hashLeaf(bytesOf(entry));
  leaves.set(entry, { salt: entry.salt, opening: entry.opening, leaf });
  return leaf;
}
const leaves = new WeakMap<Made, Pick<Made, 'salt' | 'opening'> & { leaf: Buffer }>();

const timed = (key: SignerKey): SignerKey => signerOf(key.name, key.secret, 'timed');

/** A log as its keeper could make it: whatever the entries are, its tiles and checkpoints fit them. */
export class MadeLog {
  readonly entries: Made[] = [];
  constructor(readonly keys: readonly [SignerKey, ...SignerKey[]] = [newKey()]) {}

  get size(): number {
    return this.entries.length;
  }

  get vkey(): string {
    return verifierText(this.keys[0]);
  }

  root(size = this.size): Buffer {
    const frontier = new Frontier();
    for (const entry of this.entries.slice(0, size)) frontier.add(leafOf(entry));
    return frontier.root();
  }

  checkpoint(at: number, size = this.size, keys: readonly SignerKey[] = this.keys): string {
    const text = checkpointText({ origin: this.keys[0].name, size, root: this.root(size) });
    return signNote(
      text,
      keys.flatMap(key => [key, timed(key)]),
      at,
    );
  }

  /** The files of `/v1/ledger/`, by path. */
  files(at: number, keys = `${this.vkey}\n`): Map<string, Buffer> {
    const files = new Map<string, Buffer>();
    let hashes = this.entries.map(leafOf);
    for (let level = 0; hashesAt(level, this.size) > 0; level++) {
      for (const tile of tilesOf(level, 0, this.size, this.size))
        files.set(
          tilePath(tile),
          Buffer.concat(hashes.slice(tile.index * tileWidth, tile.index * tileWidth + tile.width)),
        );
      hashes = Array.from({ length: Math.floor(hashes.length / tileWidth) }, (_, i) =>
        hashTile(hashes.slice(i * tileWidth, (i + 1) * tileWidth)),
      );
    }
    files.set('keys', Buffer.from(keys));
    return files.set('checkpoint', Buffer.from(this.checkpoint(at)));
  }

  /** What an honest keeper publishes of it. */
  report(
    period: { from: number; to: number; at: number; by?: readonly Dimension[] },
    start?: { size: number; at: number },
  ): { report: Report; openings: Opened[] } {
    const { from, to, at, by = ['obligation'] } = period;
    const first = start?.size ?? 0;
    const tracks = new Map<string, ReturnType<typeof emptyTrack>>();
    const places = new Map<string, Set<number>>();
    for (const [index, { opening, sealed }] of this.entries.entries()) {
      for (const [place, move] of sealed ? [] : opening.moves.entries()) {
        const track = tracks.get(move.clock) ?? emptyTrack(move.obligation);
        tracks.set(move.clock, follow(track, moveId(index, place), move).track);
        places.set(move.clock, (places.get(move.clock) ?? new Set()).add(index));
      }
    }
    const spans = [...tracks.values()].flatMap(spansOf);
    const older = [...tracks].flatMap(([clock, track]) =>
      spansOf(track).some(({ began }) => began >= from && began < to) ? [...(places.get(clock) ?? [])] : [],
    );
    const opened = new Set(older.filter(index => index < first));
    const openings = this.entries.flatMap(({ salt, opening, sealed }, index) =>
      !sealed && (index >= first || opened.has(index)) ? [{ index, salt: salt.toString('base64url'), opening }] : [],
    );
    const instant = (ms: number): string => new Date(ms).toISOString();
    const report: Report = {
      format: 'sansdelai/figures/v1',
      origin: this.keys[0].name,
      from: instant(from),
      to: instant(to),
      by: [...by],
      at: instant(at),
      size: this.size,
      first,
      sealed: this.entries.slice(first).filter(({ sealed }) => sealed).length,
      checkpoint: this.checkpoint(at),
      ...(start ? { start: this.checkpoint(start.at, start.size) } : {}),
      figures: figuresOf(spans, { from, to, now: at, by }),
    };
    return { report, openings };
  }
}

export interface Opened {
  index: number;
  salt: string;
  opening: Opening;
}

/** A folder of its own. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sansdelai-verify-'));
  folders.push(path);
  return path;
}
const folders: string[] = [];
/** For the end of the tests. */
export const removeFolders = (): void => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
};

/** Writes a report, and the log's files beside it. */
export function write(
  into: string,
  files: ReadonlyMap<string, Buffer | string>,
  published?: { report: Report | object; openings: readonly Opened[] },
): string {
  const all = new Map(files);
  if (published) {
    all.set('figures.json', JSON.stringify(published.report));
    all.set('openings.ndjson', published.openings.map(line => `${JSON.stringify(line)}\n`).join(''));
  }
  for (const [path, content] of all) {
    mkdirSync(dirname(join(into, path)), { recursive: true });
    writeFileSync(join(into, path), content);
  }
  return into;
}

/** Removals, one after the other: a clock each, which starts, and ends `ms` later. */
export function removals(
  count: number,
  { from = t0, every = minute, ms = (i: number): number => 1_000 + ((i * 7_919) % 400_000) } = {},
): Made[] {
  const limit = 5 * minute;
  const list: { at: number; entry: Made }[] = [];
  for (let i = 0; i < count; i++) {
    const clock = randomBytes(16).toString('base64url');
    const at = from + i * every;
    const of = { clock, obligation: i % 5 === 0 ? 'review' : 'removal' };
    const start: OpenMove = {
      ...of,
      kind: 'start',
      at,
      due: at + limit,
      route: i % 3 === 0 ? 'api' : 'stream',
      ...(i % 4 === 0 ? { language: 'de' } : {}),
    };
    list.push({ at, entry: made(at, [start], 'removal.requested') });
    if (i % 17 === 16) continue;
    const end = at + ms(i);
    const kind = i % 13 === 12 ? 'cancel' : 'stop';
    list.push({ at: end, entry: made(end, [{ ...of, kind, at: end }]) });
  }
  return list.sort((a, b) => a.at - b.at).map(({ entry }) => entry);
}
