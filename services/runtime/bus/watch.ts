/** What of a partition waits: from an offset on, up to where the partition ends. */
export interface Stretch {
  partition: number;
  from: number;
  end: number;
}

/** Looks that are kept of a group that stands still; beyond, every other one is forgotten. */
const mostLooks = 500;

/**
 * Tells since when the oldest waiting record is there, from looks at the offsets alone: it was published before the first look whose end lay beyond it.
 * So it is as exact as the looks are frequent, and begins with the first of them.
 */
export class Watch {
  #looks: { at: number; ends: Map<number, number> }[] = [];

  /** Looks that are remembered. */
  get looks(): number {
    return this.#looks.length;
  }

  /** @returns ms since 1970, undefined where nothing waits */
  see(stretches: readonly Stretch[], now: number): number | undefined {
    this.#looks.push({ at: now, ends: new Map(stretches.map(({ partition, end }) => [partition, end])) });
    const waiting = stretches.filter(({ from, end }) => from < end);
    const first = this.#looks.findIndex(({ ends }) =>
      waiting.some(({ partition, from }) => from < (ends.get(partition) ?? 0)),
    );
    if (first < 0) {
      this.#looks = this.#looks.slice(-1);
      return undefined;
    }
    this.#looks = this.#looks.slice(first);
    if (this.#looks.length > mostLooks) this.#looks = this.#looks.filter((_, i) => i % 2 === 0);
    return this.#looks[0]?.at;
  }
}
