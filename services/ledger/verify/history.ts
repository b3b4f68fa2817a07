import type { BoundLog } from './bound.js';
import type { SignedCheckpoint } from './keys.js';
import { CannotCheck, Differs, instant, lasting } from './outcome.js';

/** As it is told which checkpoint is meant. */
export const told = ({ from, size, at }: SignedCheckpoint): string =>
  `${from} (${size} entries, signed ${instant(at)})`;

/**
 * Whether two checkpoints can be of one log that was only added to.
 * @param head the one that the log is looked at by
 * @param live whether the log was asked now; what a folder lacks may have been entered after it was written
 * @throws Differs with both notes, which show it to anybody; CannotCheck
 */
export function compare(head: SignedCheckpoint, kept: SignedCheckpoint, live: boolean): void {
  const proof = [kept.note, head.note];
  if (kept.origin !== head.origin)
    throw new CannotCheck(
      `${told(kept)} is of the log ${kept.origin}, not of ${head.origin}: give the checkpoints of this one`,
    );
  if (kept.size === head.size && !kept.root.equals(head.root))
    throw new Differs(
      `the log is forked: ${told(kept)} and ${told(head)} sign two different logs of the same length. The two notes below prove it`,
      proof,
    );
  if (kept.size > head.size && !live && kept.at > head.at)
    throw new CannotCheck(
      `${told(kept)} is newer than the copy of the log that is looked at (${told(head)}): give the log's address with --log`,
    );
  if (kept.size > head.size)
    throw new Differs(
      `entries are gone: ${told(kept)} had ${kept.size - head.size} more than ${told(head)}. The two notes below prove it`,
      proof,
    );
  if (kept.size < head.size && kept.at > head.at)
    throw new Differs(
      `the log's time went back: ${told(kept)} is shorter, and signed ${lasting(kept.at - head.at)} after ${told(head)}`,
      proof,
    );
}

/** Whether the log begins as it did when a checkpoint was made that was found to compare with its head. @throws Differs, CannotCheck */
export async function checkBeginning(log: BoundLog, head: SignedCheckpoint, kept: SignedCheckpoint): Promise<void> {
  const root = kept.size === head.size ? head.root : await log.rootAt(kept.size);
  if (!root.equals(kept.root))
    throw new Differs(
      `the log was rewritten: its first ${kept.size} entries were those of the root ${kept.root.toString('base64')} when ${told(kept)} was made, and now make ${root.toString('base64')}. The two notes below prove it to whoever has the log`,
      [kept.note, head.note],
    );
}

/** Between which checkpoints an entry was entered. */
export class Bounds {
  #sorted: readonly SignedCheckpoint[];

  /** @param checkpoints all of one log, known to be so */
  constructor(checkpoints: readonly SignedCheckpoint[]) {
    this.#sorted = [...checkpoints].sort((a, b) => a.size - b.size || a.at - b.at);
  }

  /** The last checkpoint that lacks entry `index`: it was entered after that was signed. */
  lacking(index: number): SignedCheckpoint | undefined {
    return this.#sorted[this.#upTo(index) - 1];
  }

  /** The first checkpoint that holds entry `index`: it was entered before that was signed. */
  holding(index: number): SignedCheckpoint | undefined {
    return this.#sorted[this.#upTo(index)];
  }

  /** How many of them lack it. */
  #upTo(index: number): number {
    let low = 0;
    for (let high = this.#sorted.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle]?.size ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
