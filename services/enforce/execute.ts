import { eventId } from '../contracts/index.js';
import { readPosts } from '../ingest/index.js';
import { type Answer, type Connector, type Item, judge, type Judgement, type Look, look, seen } from '../platforms/index.js';
import type { Log, Outgoing, Runtime, Write } from '../runtime/index.js';
import { fact } from './facts.js';
import { afterLook, afterWatch, callIsDue, callNumber, pauseAfter, phases, watches } from './plan.js';
import { ended } from './request.js';
import { casesTable, type EnforceRows, looksTable, type RemovalRow } from './tables.js';

/**
 * Does what is due on one removal or restoration. Each step is kept before the next: a process that dies anywhere leaves a row from which
 * another goes on, and a call made twice carries the same idempotency key.
 */
export class Execution {
  #row: RemovalRow;
  readonly #log: Log;
  #pending: Write[] = [];

  constructor(
    private readonly runtime: Runtime,
    private readonly connectors: ReadonlyMap<string, Connector>,
    row: RemovalRow,
  ) {
    this.#row = row;
    this.#log = runtime.log.child({ platform: row.platform, post: row.post_id, removal: row.id });
  }

  /** @throws ConflictError where the row was changed under it (a decision, or another process after the lease ran out): leave it. */
  async run(): Promise<void> {
    const row = this.#row;
    const connector = this.connectors.get(row.platform);
    if (!connector) {
      return this.#later(`No connector for platform "${row.platform}": list it in the file that SANSDELAI_PLATFORMS names.`, 5_000);
    }
    const item = await this.#item();
    if (!item) return this.#later('The post is not in the record any more: nothing to name it by.', 60_000);
    if (row.wanted === 'public') return this.#restore(connector, item);
    return row.state === 'gone' ? this.#watch(connector, item) : this.#remove(connector, item);
  }

  async #item(): Promise<Item | undefined> {
    const { platform, post_id: id, version } = this.#row;
    const [stored] = await readPosts(this.runtime.db, [{ platform, id, version }]);
    if (!stored) return undefined;
    const { post } = stored;
    return { platform, id, version, url: post.url, authorId: post.author.id, ...(post.text === undefined ? {} : { text: post.text }) };
  }

  async #remove(connector: Connector, item: Item): Promise<void> {
    const { time } = this.runtime;
    if (this.#row.seen_at === null && connector.readable && this.#row.called_at === null) {
      const { looks, judgement } = await this.#look(connector, item, 'before');
      if (!seen(looks)) {
        if (judgement.verdict === 'gone') {
          const at = time.now();
          return this.#save({ state: 'not-found', ended_at: at, next_at: null, detail: judgement.why }, [
            ended(this.#row, at, 'not-found', this.runtime.config.SANSDELAI_VANTAGE),
          ]);
        }
        // Not readable for a reason that may pass. It is called for all the same: the law asks for removal, not for a look.
        this.#log.warn({ why: judgement.why }, 'not seen readable before the removal');
      }
      // Kept before the call: after it, nobody could see any more that the item had been there.
      await this.#save({ seen_at: seen(looks) ? time.now() : null, called_at: time.now() });
    }
    if (callIsDue(this.#row)) {
      const answer = await this.#call(connector, item);
      if (answer.kind !== 'accepted') return this.#refused(answer);
      if (!connector.readable) {
        const at = time.now();
        return this.#save({ state: 'claimed', accepted_at: at, ended_at: at, next_at: null, detail: answer.detail }, [
          ended(this.#row, at, 'claimed', this.runtime.config.SANSDELAI_VANTAGE),
        ]);
      }
      this.#row = { ...this.#row, accepted_at: time.now() };
    }
    const { judgement } = await this.#look(connector, item, 'after');
    const step = afterLook(this.#row, judgement);
    if (step.kind !== 'gone') return this.#later(judgement.why, pauseAfter(this.#row.attempts), { accepted_at: this.#row.accepted_at });
    const at = time.now();
    if (this.#row.seen_at === null) {
      // Gone, but never seen: another outcome (promise 2).
      return this.#save({ state: 'not-found', ended_at: at, next_at: null, detail: 'gone, but it was never seen readable' }, [
        ended(this.#row, at, 'not-found', this.runtime.config.SANSDELAI_VANTAGE),
      ]);
    }
    const change = { state: 'gone', accepted_at: this.#row.accepted_at, ended_at: at, next_at: at + watches[0], watch: 0, attempts: 0 } as const;
    return this.#save({ ...change, detail: judgement.why }, [ended(this.#row, at, 'gone', this.runtime.config.SANSDELAI_VANTAGE)]);
  }

  async #watch(connector: Connector, item: Item): Promise<void> {
    const { time } = this.runtime;
    const row = this.#row;
    const { judgement } = await this.#look(connector, item, phases[row.watch] ?? 'later');
    const now = time.now();
    const step = afterWatch(row, judgement, now);
    if (step.kind === 'again') return this.#save({ next_at: now + step.pause, detail: judgement.why });
    if (step.kind === 'watched') {
      return this.#save({ watch: row.watch + 1, next_at: step.next === null ? null : now + step.next, detail: judgement.why });
    }
    this.#log.warn({ why: judgement.why }, 'what was gone can be read again');
    const { platform, post_id: postId, version } = row;
    const removalId = `${row.id}/${row.cycle}`;
    const returned = { platform, postId, version, removalId, at: now, where: judgement.why };
    const change = { state: 'pending', round: row.round + 1, accepted_at: null, attempts: 0, watch: 0, next_at: now, escalated_at: null } as const;
    return this.#save({ ...change, detail: judgement.why }, [
      fact({ type: 'removal.returned.v1', data: returned }, row.item, `${removalId}/returned/${now}`),
    ]);
  }

  async #restore(connector: Connector, item: Item): Promise<void> {
    const { time } = this.runtime;
    if (callIsDue(this.#row)) {
      const answer = await this.#call(connector, item);
      if (answer.kind !== 'accepted') return this.#refused(answer);
      this.#row = { ...this.#row, accepted_at: time.now() };
    }
    const vantage = this.runtime.config.SANSDELAI_VANTAGE;
    const at = time.now();
    if (!connector.readable) {
      return this.#save({ state: 'claimed', accepted_at: at, ended_at: at, next_at: null }, [ended(this.#row, at, 'claimed', vantage)]);
    }
    const { looks, judgement } = await this.#look(connector, item, 'restored');
    if (!seen(looks)) return this.#later(judgement.why, pauseAfter(this.#row.attempts), { accepted_at: this.#row.accepted_at });
    const done = time.now();
    return this.#save({ state: 'restored', accepted_at: this.#row.accepted_at, ended_at: done, next_at: null, detail: 'readable again' }, [
      ended(this.#row, done, 'restored', vantage),
    ]);
  }

  async #call(connector: Connector, item: Item): Promise<Answer> {
    const row = this.#row;
    const key = `${row.id}-${row.cycle}-${row.round}-${callNumber(row)}`;
    const call = { idempotencyKey: key, fence: row.fence, territory: 'all' as const, reason: row.wanted === 'gone' ? 'terrorist content' : 'restored' };
    try {
      return row.wanted === 'gone' ? await connector.remove(item, call) : await connector.restore(item, call);
    } catch (error) {
      this.#log.error({ err: error }, 'the call to the platform failed');
      return { kind: 'failed', detail: (error as Error).message };
    }
  }

  #refused(answer: Exclude<Answer, { kind: 'accepted' }>): Promise<void> {
    const pause = answer.kind === 'failed' ? (answer.retryAfter ?? pauseAfter(this.#row.attempts)) : 30_000;
    return this.#later(`${answer.kind}: ${answer.detail}`, pause, { accepted_at: null });
  }

  /** Looks, and keeps what was seen with the next step. */
  async #look(connector: Connector, item: Item, phase: string): Promise<{ looks: Look[]; judgement: Judgement }> {
    const { config, time, db } = this.runtime;
    const looks = await look(connector, item, { time, timeout: config.LOOK_TIMEOUT, vantage: config.SANSDELAI_VANTAGE });
    const judgement = judge(looks);
    const at = time.now();
    const row = {
      id: eventId(`${this.#row.id}/${this.#row.cycle}`, phase, `${at}/${this.#row.fence}`),
      removal_id: this.#row.id,
      phase,
      verdict: judgement.verdict,
      why: judgement.why,
      at,
      looks: JSON.stringify(looks),
    };
    this.#pending.push(db.insert(looksTable, [row], { onConflict: 'nothing' }));
    return { looks, judgement };
  }

  /** Not there yet: comes again after a pause, and after a while is shown to people. */
  async #later(detail: string, pause: number, change: Partial<RemovalRow> = {}): Promise<void> {
    const { time, config } = this.runtime;
    const now = time.now();
    const row = this.#row;
    const next = { ...change, attempts: row.attempts + 1, next_at: now + pause, detail: detail.slice(0, 1_000) };
    if (row.escalated_at !== null || now - row.requested_at < config.REMOVAL_ESCALATE_AFTER) return this.#save(next);
    this.#log.warn({ detail, since: row.requested_at }, 'not confirmed; shown to people');
    return this.#save({ ...next, escalated_at: now }, this.#escalate(detail, now));
  }

  #escalate(detail: string, at: number): Outgoing[] {
    const { id: removalId, cycle, item, platform, post_id, version, route, wanted } = this.#row;
    const id = eventId(`${removalId}/${cycle}/${this.#row.round}`, 'escalated');
    const said = wanted === 'gone' ? 'The removal is not confirmed' : 'The restoration is not confirmed';
    const row = {
      id,
      item,
      platform,
      post_id,
      version,
      state: 'open',
      priority: 1_000,
      rule: 'not-confirmed',
      reasons: JSON.stringify([`${said}: ${detail}`.slice(0, 1_000)]),
      route,
      opened_at: at,
    };
    this.#pending.push(this.runtime.db.insert(casesTable, [row], { onConflict: 'nothing' }));
    const data = { platform, postId: post_id, version, caseId: id, at, route, withheld: false };
    return [fact({ type: 'case.opened.v1', data }, item, id)];
  }

  /** Commits a step with what was seen, as long as the removal is still in these hands and as it was. */
  async #save(change: Partial<RemovalRow>, events: Outgoing[] = []): Promise<void> {
    const { db, instance } = this.runtime;
    const { id, fence, cycle, wanted } = this.#row;
    const release = change.next_at === undefined ? {} : { owner: null, lease_until: 0 };
    const guarded = db
      .tables<EnforceRows>()
      .updateTable('removals')
      .set({ ...change, ...release })
      .where('id', '=', id)
      .where('fence', '=', fence)
      .where('owner', '=', instance)
      .where('cycle', '=', cycle)
      .where('wanted', '=', wanted);
    const writes: Write[] = [{ query: guarded, atLeast: 1 }, ...this.#pending.splice(0)];
    await this.runtime.commit(writes, events);
    this.#row = { ...this.#row, ...change };
  }
}
