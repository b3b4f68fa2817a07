import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../../services/cli/client.js';
import { type Outcome, type Standing, send } from '../distributed/client.js';
import type { Installation } from '../distributed/installation.js';
import type { Range } from './expected.js';
import type { Authority } from './orders.js';
import type { Platform } from './platform.js';
import type { Random } from './random.js';
import type { Sent, Wire } from './sender.js';
import type { Watch } from './watch.js';

/** How long anything may take that has to happen. */
const patience = 120_000;

/** What stories are told in: an installation that dies now and then, its platform, and who works with it. */
export class World {
  /** From when to when something was dead. */
  readonly deaths: { from: number; to: number }[] = [];
  refused = 0;
  ordered = 0;
  again = 0;

  constructor(
    readonly on: Installation,
    readonly platform: Platform,
    readonly watch: Watch,
    readonly random: Random,
    readonly authority: Authority,
    private readonly doors: Readonly<Record<string, (post: Wire) => Promise<Sent>>>,
  ) {}

  /** The ways by which posts can come in: `api`, where there is Kafka also `kafka`. */
  get routes(): string[] {
    return Object.keys(this.doors);
  }

  post(route: string, post: Wire): Promise<Sent> {
    const door = this.doors[route];
    if (!door) throw new Error(`no door ${route}`);
    return door(post);
  }

  /** Sends one post by itself, again until it is answered. @returns the answer's status */
  async single(post: Wire, query = ''): Promise<{ status: number } & Sent> {
    const sentAt = Date.now();
    const init = {
      method: 'POST',
      headers: { authorization: `Bearer ${this.on.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(post),
    };
    return this.insist(async () => {
      const res = await fetch(`${this.on.url}/v1/posts${query}`, init);
      await res.arrayBuffer();
      if (res.status >= 500) throw new Error(`answered ${res.status}`);
      return { status: res.status, sentAt, ackedAt: Date.now() };
    });
  }

  /** Where the post stands, once it stands so. */
  standing(
    platform: string,
    id: string,
    is: (standing: Standing) => boolean,
  ): Promise<{ standing: Standing; at: number }> {
    return this.insist(async () => {
      const standing = await ask<Standing>(this.on, `/v1/posts/${id}?platform=${platform}`);
      if (!is(standing))
        throw new Error(`${platform}/${id} stands otherwise: ${JSON.stringify(standing).slice(0, 600)}`);
      return { standing, at: Date.now() };
    });
  }

  /** A person's decision, again until it is answered. @returns from when to when it was made */
  async decide(caseId: string, decision: 'remove' | 'keep' | 'restore'): Promise<Range> {
    const least = Date.now();
    const { url } = this.on.of('enforce')[0];
    await this.insist(() =>
      send({ url, key: this.on.key }, `/v1/cases/${caseId}/decisions`, { decision, reason: 'the story says so' }),
    );
    return { least, most: Date.now() };
  }

  until(platform: string, id: string, is: (outcome: Outcome) => boolean): Promise<number> {
    return this.watch.until(platform, id, is);
  }

  /** Resolves once something holds here, in this process. */
  async happens(what: string, is: () => boolean, within = patience): Promise<void> {
    for (const end = Date.now() + within; !is(); await pause(20))
      if (this.over || Date.now() > end) throw new Error(`never: ${what}`);
  }

  /** Whether everything was alive from one instant to another. */
  alive(from: number, to: number): boolean {
    return !this.deaths.some(death => death.from < to && death.to > from);
  }

  /** Nobody insists on anything any more. */
  over = false;

  /** Does it again until it is done. @throws what was wrong at last */
  async insist<T>(work: () => Promise<T>): Promise<T> {
    for (const end = Date.now() + patience; ; await pause(100)) {
      try {
        return await work();
      } catch (error) {
        if (this.over || Date.now() > end) throw error;
      }
    }
  }
}
