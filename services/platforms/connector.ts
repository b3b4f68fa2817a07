import type { Post } from '../contracts/index.js';

/** What a connector needs to name an item on its platform. */
export interface Item {
  platform: string;
  id: string;
  version: number;
  url: string;
  authorId: string;
  /** The text as it was taken in; looked for in what the public can read. Absent for media only. */
  text?: string;
}

/**
 * A call to the platform. The same `idempotencyKey` may come twice and must have one effect; `fence` grows with each holder of the work on
 * an item, and a call with an older one than was seen changes nothing.
 */
export interface Call {
  idempotencyKey: string;
  fence: number;
  /** ISO 3166 codes, or `all`: where it is to be removed. */
  territory: 'all' | readonly string[];
  /** What is said of the reason, for the platform's own records. */
  reason: string;
}

/** What the platform answered: its word, never taken for a result. */
export type Answer =
  | { kind: 'accepted'; detail: string }
  /** Comes again later. */
  | { kind: 'failed'; detail: string; retryAfter?: number /* milliseconds */ }
  /** Will never work as it is (item unknown, key refused): a person has to see it. */
  | { kind: 'refused'; detail: string };

/** One public way to read an item. */
export interface ReadPath {
  name: string;
  url: string;
  /**
   * `item`: answers this item alone; gone is 404, 410 or 451 without the text. `listing`: answers several; gone is a normal answer without
   * the item.
   */
  kind: 'item' | 'listing';
  accept?: string;
  /** Origins that it may be read from and redirected to; default: the address's own. */
  origins?: readonly string[];
  /** Words that a normal answer contains. */
  contains?: string;
  /**
   * How many looks in a row must find the item gone: default 3, more where many replicas answer; fewer only beside an address that gets
   * all three, where it is known that both are answered alike.
   */
  looks?: number;
  /** The address takes no added parameter (it is signed, say): caches are then avoided by headers alone. */
  exact?: boolean;
  /** Listing only: each entry carries its item's id or address, so that another post of the same words isn't taken for this one. */
  byId?: boolean;
}

/** Connects one platform. Behind it is a real service; a connector keeps no decisions of its own. */
export interface Connector {
  readonly platform: string;
  /** Accounts whose standard test posts may be removed here; `all` on the sandbox only. */
  readonly testAccounts: 'all' | readonly string[];
  /**
   * Writes on the platform as an account that is the probe's alone; left out where the platform can't be posted to so, and then it is not probed. What
   * this account posts is in no figure.
   */
  readonly probe?: {
    readonly account: string;
    /** @returns the post's id, once the platform has published it. @throws Error why it has not */
    post(text: string): Promise<{ id: string }>;
  };
  /** The probe's own platform: whatever is on it is in no figure. */
  readonly hidden?: boolean;
  /** Where its media are: only from there are they fetched. `internal`: the names may stand for addresses that are not public. */
  readonly media?: { readonly origins: readonly string[]; readonly internal: boolean };
  /** False where the platform can only remove everywhere. */
  readonly territorial: boolean;
  /** False where there is no public way to look: a removal then ends as `claimed`, and stops no clock. */
  readonly readable: boolean;
  remove(item: Item, call: Call): Promise<Answer>;
  restore(item: Item, call: Call): Promise<Answer>;
  /** All public ways to read the item, without credentials. */
  readPaths(item: Item): ReadPath[];
  /** A public address that answers normally whatever is removed: the control. */
  controlPath(): ReadPath & { contains: string };
  /**
   * Hands over posts as they come, until aborted. Only on platforms that have a feed; it runs under a lease in one process.
   * `take` resolves once they are durable.
   */
  feed?(take: (posts: Post[]) => Promise<void>, signal: AbortSignal): Promise<void>;
}
