import type { Time } from '../../runtime/index.js';

/** How a circuit stands: `closed` lets calls through, `open` none, `half-open` one, which decides. */
export type Circuit = 'closed' | 'open' | 'half-open';

/** Stops calling what fails, and tries it again after a pause. */
export class Breaker {
  #failures = 0;
  #openedAt: number | undefined;
  #trying = false;

  constructor(
    private readonly time: Pick<Time, 'steady'>,
    private readonly settings: { failures: number; seconds: number },
  ) {}

  get state(): Circuit {
    if (this.#openedAt === undefined) return 'closed';
    return this.time.steady() - this.#openedAt < this.settings.seconds * 1000 ? 'open' : 'half-open';
  }

  /** Whether a call may be made now. Each that may is to be told of with `succeeded` or `failed`. */
  admits(): boolean {
    if (this.state === 'closed') return true;
    if (this.state === 'open' || this.#trying) return false;
    this.#trying = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openedAt = undefined;
    this.#trying = false;
  }

  failed(): void {
    this.#failures++;
    // One that was let through to try decides by itself.
    if (this.#trying || this.#failures >= this.settings.failures) this.#openedAt = this.time.steady();
    this.#trying = false;
  }
}
