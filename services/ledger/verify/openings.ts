import { commitOpening, hashLeaf, type OpenedLine, openedLine, tileWidth } from '../log/index.js';
import type { BoundLog } from './bound.js';
import type { Bounds } from './history.js';
import type { SignedCheckpoint } from './keys.js';
import { readLines } from './lines.js';
import { Differs } from './outcome.js';

/** Tiles that are on their way while one is looked at. */
const ahead = 8;
/** How far the watches of the machines that sign and that enter may lie apart (ms); a signed time is told to the second. */
const skew = 5_000;

/** Entries of one kind of fault: how many, and the first of them. */
export class Faults {
  count = 0;
  readonly first: string[] = [];
  add(says: string): void {
    if (this.count++ < 5) this.first.push(says);
  }
  get told(): string {
    const more = this.count - this.first.length;
    return this.first.join('; ') + (more > 0 ? `; and ${more} more` : '');
  }
}

/** An entry that was in the log later after it happened than it should have been. */
export interface Late {
  index: number;
  /** When it says that it happened. */
  at: number;
  /** It was not in the log yet when this was signed. */
  lacking: SignedCheckpoint;
}

/** What the openings are, compared with the log. */
export interface Looked {
  /** Lines with an index in the range; of entries before it. */
  within: number;
  before: number;
  /** Lines that are no openings, or not of the entry that they are told of. */
  wrong: Faults;
  late: { count: number; longest?: Late };
  /** Entries that say they happened after a checkpoint that holds them was signed. */
  early: Faults;
  /** SHA-256 of the file. */
  digest: string;
}

/**
 * When an entry says that things happened: the first of what it says was done, and the last. Where a clock starts may lie long before (a post is
 * older than what is found out about it).
 */
function instantsOf({ opening: { at, moves } }: OpenedLine): { first: number; last: number } {
  const done = moves.filter(({ kind }) => kind !== 'start').map(move => move.at);
  return { first: Math.min(at, ...done), last: Math.max(at, ...moves.map(move => move.at)) };
}

function parseLine(text: string): OpenedLine | undefined {
  try {
    return openedLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Compares each published opening with the log.
 * @param range the entries that have to be opened: `first` up to (not including) `size`
 * @param bounds checkpoints that are known to be of this log
 * @param tolerance how late (ms) an entry may be entered
 * @param hear gets each opening that is of the log
 * @throws Differs where the tiles are not those that the checkpoint signs, or a line is no line; CannotCheck
 */
export async function lookAtOpenings(
  path: string,
  log: BoundLog,
  range: { first: number; size: number },
  bounds: Bounds,
  tolerance: number,
  hear: (opened: OpenedLine) => void,
  read: (bytes: number) => void,
): Promise<Looked> {
  const looked: Looked = {
    within: 0,
    before: 0,
    wrong: new Faults(),
    late: { count: 0 },
    early: new Faults(),
    digest: '',
  };
  let line = 0;
  let last = -1;

  const time = (opened: OpenedLine): void => {
    const { index } = opened;
    const { first: began, last: ended } = instantsOf(opened);
    const lacking = bounds.lacking(index);
    if (lacking && lacking.at - began > tolerance) {
      const { late } = looked;
      late.count++;
      if (!late.longest || lacking.at - began > late.longest.lacking.at - late.longest.at)
        late.longest = { index, at: began, lacking };
    }
    const holding = bounds.holding(index);
    if (holding && ended > holding.at + skew) looked.early.add(`entry ${index}`);
  };

  const take = async (opened: OpenedLine): Promise<void> => {
    const { index, salt, opening } = opened;
    const entry = commitOpening(Buffer.from(salt, 'base64url'), opening);
    if (!hashLeaf(entry).equals(await log.leaf(index))) {
      looked.wrong.add(`entry ${index} is not what the log holds there`);
      return;
    }
    if (index < range.first) looked.before++;
    else looked.within++;
    time(opened);
    hear(opened);
  };

  const lines = readLines(path, read);
  for (let next = await lines.next(); ; next = await lines.next()) {
    if (next.done) {
      looked.digest = next.value;
      return looked;
    }
    const opened: OpenedLine[] = [];
    for (const text of next.value) {
      line++;
      const parsed = parseLine(text);
      if (!parsed) looked.wrong.add(`line ${line} is no opening`);
      else if (parsed.index <= last) looked.wrong.add(`line ${line} is not in the order of the log`);
      else if (parsed.index >= range.size)
        looked.wrong.add(`line ${line} opens entry ${parsed.index}, which these figures are not of`);
      else {
        last = parsed.index;
        opened.push(parsed);
      }
    }
    const tiles = [...new Set(opened.map(({ index }) => Math.floor(index / tileWidth)))];
    let asked = 0;
    for (const one of opened) {
      const place = tiles.indexOf(Math.floor(one.index / tileWidth), Math.max(0, asked - ahead - 1));
      for (; asked < Math.min(tiles.length, place + ahead); asked++)
        void log.tile(0, tiles[asked] as number).catch(() => undefined);
      await take(one);
    }
  }
}

/** Reads the openings once more, after {@link lookAtOpenings} found them to be the log's. @throws Differs where the file is not the same any more. */
export async function readAgain(path: string, digest: string, hear: (opened: OpenedLine) => void): Promise<void> {
  const lines = readLines(path, () => undefined);
  for (let next = await lines.next(); ; next = await lines.next()) {
    if (next.done) {
      if (next.value !== digest) throw new Differs(`${path} was changed while it was read`);
      return;
    }
    for (const text of next.value) hear(JSON.parse(text) as OpenedLine);
  }
}
