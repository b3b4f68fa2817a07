import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Server } from '../../services/cli/client.js';
import { type Outcome, send } from '../distributed/client.js';

interface Waiting {
  id: string;
  is(outcome: Outcome): boolean;
  done(at: number): void;
}

/** A case as a reviewer finds it in the queue: it was opened by `firstAt`, was there at `lastAt` or later, and no more at `goneAt`. */
export interface SeenCase {
  id: string;
  postId: string;
  rule: string;
  firstAt: number;
  lastAt: number;
  goneAt?: number;
}

/** Asks again and again where posts stand, and what is in the queue, as who works with the installation does; it may be away for a while. */
export class Watch {
  readonly cases = new Map<string, SeenCase>();
  #waiting = new Map<string, Set<Waiting>>();
  #going = true;
  readonly #running: Promise<unknown>;

  constructor(
    private readonly front: Server,
    private readonly reviews: Server,
  ) {
    this.#running = Promise.all([this.#look(), this.#review()]);
    this.#running.catch(() => undefined);
  }

  /** Resolves with the instant (ms since 1970) at which a post was seen to stand so. */
  until(platform: string, id: string, is: (outcome: Outcome) => boolean): Promise<number> {
    return new Promise(done => {
      const all = this.#waiting.get(platform) ?? new Set();
      this.#waiting.set(platform, all);
      all.add({ id, is, done });
    });
  }

  get waiting(): string[] {
    return [...this.#waiting].flatMap(([platform, all]) => [...all].map(({ id }) => `${platform}/${id}`));
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#running;
  }

  async #look(): Promise<void> {
    for (; this.#going; await pause(100)) {
      for (const [platform, all] of this.#waiting) {
        const list = [...all];
        for (let i = 0; i < list.length; i += 1_000) await this.#lookAt(platform, all, list.slice(i, i + 1_000));
      }
    }
  }

  async #lookAt(platform: string, all: Set<Waiting>, some: Waiting[]): Promise<void> {
    try {
      const ids = [...new Set(some.map(({ id }) => id))];
      const { outcomes } = await send<{ outcomes: Outcome[] }>(this.front, '/v1/posts/outcomes', { platform, ids });
      const at = Date.now();
      const byId = new Map(outcomes.map(outcome => [outcome.id, outcome]));
      for (const waiting of some) {
        const outcome = byId.get(waiting.id);
        if (!outcome || !waiting.is(outcome)) continue;
        all.delete(waiting);
        waiting.done(at);
      }
    } catch {
      // It is away: asked again.
    }
  }

  /** The most urgent come first: removals that are not confirmed are in front of everything else. */
  async #review(): Promise<void> {
    for (; this.#going; await pause(250)) {
      try {
        const askedAt = Date.now();
        const { cases } = await ask<{ cases: { id: string; postId: string; rule: string }[] }>(
          this.reviews,
          '/v1/cases?limit=500',
        );
        const at = Date.now();
        const there = new Set(cases.map(({ id }) => id));
        for (const { id, postId, rule } of cases) {
          const known = this.cases.get(id);
          if (known) known.lastAt = askedAt;
          else this.cases.set(id, { id, postId, rule, firstAt: at, lastAt: askedAt });
        }
        if (cases.length === 500) continue;
        for (const seen of this.cases.values()) if (!there.has(seen.id)) seen.goneAt ??= at;
      } catch {
        // It is away: asked again.
      }
    }
  }
}
