import { movesOf } from '../clocks/index.js';
import { type EntryMade, type OrderMoved, toLedger } from '../contracts/index.js';
import { promiseKeys, sealEntry, signPromise } from '../ledger/index.js';
import { isoTime, type Outgoing } from '../runtime/index.js';
import type { Parts } from './parts.js';

/** How long the ledger may take to enter what was acknowledged. It takes a second; the hour is what the law gives us, too. */
const patience = 3600_000;

/** What an authority gets, and can hold against the ledger: the promise, and what the entry opens to. */
export interface Acknowledgement {
  /** A signed note. Absent where the ledger has no key yet: the order is taken all the same. */
  promise?: string;
  includedBy?: string;
  /** base64 of the entry's 32 bytes. */
  entry: string;
  salt: string;
  opening: unknown;
  detail: unknown;
  detailSalt: string;
}

/**
 * Enters the receipt of an order, with the clocks that it starts, and promises that. The entry is told in the same commit as the order, with its salts: it is
 * exactly the one that was promised.
 * @param eventId of the fact; `fact` without its clocks' names
 * @param detail what the entry says of the order, for its authority and who is granted it
 */
export async function acknowledge(
  { runtime, rules }: Parts,
  eventId: string,
  fact: OrderMoved,
  detail: Record<string, string | number>,
): Promise<{ fact: OrderMoved; entered: Outgoing; acknowledgement: Acknowledgement }> {
  const { time } = runtime;
  const clocks: Record<string, string> = {};
  const moves = movesOf(
    eventId,
    { type: 'order.moved.v1', data: fact },
    obligation => {
      clocks[obligation] = time.secret(16);
      return clocks[obligation];
    },
    rules,
  );
  const salts = { entry: time.secret(32), detail: time.secret(32) };
  const made: EntryMade = {
    kind: 'order.moved',
    at: fact.at,
    moves,
    detail,
    salts,
    ...(fact.seal === undefined ? {} : { seal: fact.seal }),
  };
  const { entry, opening } = sealEntry(made, salts);
  const keys = await promiseKeys(runtime);
  const now = time.now();
  const by = now + patience;
  return {
    fact: { ...fact, clocks, entered: true },
    entered: toLedger(made, '/orders', eventId),
    acknowledgement: {
      ...(keys && { promise: signPromise(keys, entry, by, now), includedBy: isoTime(by) }),
      entry,
      salt: salts.entry,
      opening: JSON.parse(opening),
      detail,
      detailSalt: salts.detail,
    },
  };
}
