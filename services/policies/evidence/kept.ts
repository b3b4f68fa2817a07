import { LRUCache } from 'lru-cache';
import type { Time } from '../../runtime/time/index.js';

/** How old (ms) what was read may be: a slider asks many times within it. */
const fresh = 15_000;
/** Up to this age it is still told, while it is read anew: nobody waits for that with a slider in hand. */
const usable = 60_000;

interface Entry<Value> {
  at: number;
  read: Promise<Value>;
  /** It is being read anew. */
  renewing?: boolean;
}

/** Answers kept for a short while, by key. What fails is forgotten, and read again by who asks next. */
export class Kept<Value> {
  readonly #entries: LRUCache<string, Entry<Value>>;

  constructor(
    private readonly time: Pick<Time, 'steady'>,
    max: number,
  ) {
    this.#entries = new LRUCache({ max });
  }

  get(key: string, read: () => Promise<Value>): Promise<Value> {
    const known = this.#entries.get(key);
    const age = known ? this.time.steady() - known.at : Number.POSITIVE_INFINITY;
    if (!known || age >= usable) return this.#renew(key, read);
    if (age >= fresh && !known.renewing) {
      known.renewing = true;
      const at = this.time.steady();
      const anew = read();
      anew.then(
        () => this.#entries.set(key, { at, read: anew }),
        () => this.#entries.delete(key),
      );
    }
    return known.read;
  }

  #renew(key: string, read: () => Promise<Value>): Promise<Value> {
    const made = { at: this.time.steady(), read: read() };
    this.#entries.set(key, made);
    made.read.catch(() => {
      if (this.#entries.peek(key) === made) this.#entries.delete(key);
    });
    return made.read;
  }
}
