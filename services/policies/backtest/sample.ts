import { createHash } from 'node:crypto';

/** Changes of one kind (a rule before, a rule after) that are listed at the most, and of all kinds. */
const mostOfKind = 500;
const mostKinds = 60;

/** As it is kept: by kind, the share of its changes that is listed. */
export type SampleState = Record<string, number>;

/** A number from 0 to 1 that a post always has, so that who is listed depends on nothing else. */
export const pickOf = (key: string): number => createHash('sha1').update(key).digest().readUInt32BE(0) / 2 ** 32;

/**
 * Picks an even sample of what changes, of every kind: the share that is listed is halved whenever there are too many, and those beyond it are thrown out.
 * So each that is listed stands for `1 / share`.
 */
export class Sample {
  readonly #shares: Map<string, number>;
  /** By kind, the numbers of those that are listed. */
  readonly #picks = new Map<string, number[]>();

  /** @param listed kind and number of what is listed already */
  constructor(state: SampleState = {}, listed: readonly { kind: string; pick: number }[] = []) {
    this.#shares = new Map(Object.entries(state));
    for (const { kind, pick } of listed) this.#of(kind).push(pick);
  }

  /** Whether it is listed; and where that makes too many of its kind, the share from then on. */
  offer(kind: string, pick: number): { listed: boolean; thinned?: number } {
    if (!this.#shares.has(kind)) {
      if (this.#shares.size >= mostKinds) return { listed: false };
      this.#shares.set(kind, 1);
    }
    const share = this.#shares.get(kind)!;
    if (pick >= share) return { listed: false };
    const picks = this.#of(kind);
    picks.push(pick);
    if (picks.length <= mostOfKind) return { listed: true };
    const half = share / 2;
    this.#shares.set(kind, half);
    const kept = picks.filter(one => one < half);
    this.#picks.set(kind, kept);
    return { listed: pick < half, thinned: half };
  }

  state(): SampleState {
    return Object.fromEntries(this.#shares);
  }

  #of(kind: string): number[] {
    const found = this.#picks.get(kind) ?? [];
    this.#picks.set(kind, found);
    return found;
  }
}
