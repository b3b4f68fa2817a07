import { busKey, eventId, type HoldCause, type Outcome } from '../contracts/index.js';
import { latestVersions, readPosts } from '../ingest/index.js';
import {
  type Answer,
  type Connector,
  type Item,
  type Judgement,
  judge,
  type Look,
  type Looker,
  seen,
} from '../platforms/index.js';
import type { Log, Outgoing, Runtime, Write } from '../runtime/index.js';
import { fact } from './facts.js';
import { type Narrowing, narrowingOf } from './narrow.js';
import { afterMiss, afterWatch, callIsDue, heldBy, pauseAfter, pauseFor, phases, watches } from './plan.js';
import { ended, narrowingEnded, sealOf } from './request.js';
import { type EnforceRows, looksTable, type RemovalRow } from './tables.js';
import { seesFrom } from './territory.js';

const onlyEverywhere =
  'This platform can only remove everywhere, and it is to go in some States: a person has to decide.';
const notFromHere = 'it is to go in States from which this process does not look';

/** What a call came to: nothing where none was due. */
type Called = Answer | undefined;

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
    private readonly looker: Looker,
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
      const detail = `No connector for platform "${row.platform}": list it in the file that SANSDELAI_PLATFORMS names.`;
      return this.#later('not-connected', detail, 5_000);
    }
    const item = await this.#item();
    if (row.wanted === 'public') return this.#restore(connector, item);
    if (row.narrowing !== null) return this.#narrow(connector, item);
    return row.state === 'pending' ? this.#remove(connector, item) : this.#watch(connector, item);
  }

  /** Without its text where that was erased (its author deleted it, say): what is public can be looked at all the same. */
  async #item(): Promise<Item> {
    const { platform, post_id: id, version, url, author_id: authorId } = this.#row;
    const [stored] = await readPosts(this.runtime.db, [{ platform, id, version }]);
    const text = stored?.post.text;
    return { platform, id, version, url, authorId, ...(text === undefined ? {} : { text }) };
  }

  async #remove(connector: Connector, item: Item): Promise<void> {
    const { time } = this.runtime;
    // Called all the same, it would remove more than was asked for.
    if (this.#row.territory !== null && !connector.territorial)
      return this.#later('platform-refused', onlyEverywhere, 30_000);
    if (this.#row.seen_at === null && connector.readable && this.#row.called_at === null) {
      const { looks, judgement } = await this.#look(connector, item, 'before');
      if (!seen(looks)) {
        if (judgement.verdict === 'gone') return this.#end('not-found', judgement.why);
        // Not readable for a reason that may pass. It is called for all the same: the law asks for removal, not for a look.
        this.#log.warn({ why: judgement.why }, 'not seen readable before the removal');
      }
      // Kept before the call: after it, nobody could see any more that the item had been there.
      await this.#save({ seen_at: seen(looks) ? time.now() : null, called_at: time.now(), called: 1 });
    } else if (this.#row.called_at === null) await this.#save({ called_at: time.now(), called: 1 });
    const called = await this.#callIfDue(connector, item);
    if (!connector.readable || !this.#sees()) {
      if (called && called.kind !== 'accepted') return this.#notAccepted(called);
      return this.#end(
        'claimed',
        connector.readable ? `${called?.detail ?? ''} (${notFromHere})` : (called?.detail ?? ''),
      );
    }
    // Also after a call that was not accepted: the platform may have acted, or somebody else.
    const { judgement } = await this.#look(connector, item, 'after');
    if (judgement.verdict === 'gone') {
      // Gone, but never seen: another outcome (promise 2).
      if (this.#row.seen_at === null) return this.#end('not-found', 'gone, but it was never seen readable');
      return this.#end('gone', judgement.why);
    }
    if (called && called.kind !== 'accepted') return this.#notAccepted(called);
    return this.#missed(judgement);
  }

  /** It is to be gone in fewer States than it was: elsewhere it comes back. What can be seen of that from here is looked at. */
  async #narrow(connector: Connector, item: Item): Promise<void> {
    if (!connector.territorial) return this.#later('platform-refused', onlyEverywhere, 30_000);
    const called = await this.#callIfDue(connector, item);
    if (called && called.kind !== 'accepted') return this.#notAccepted(called);
    const inside = this.#sees();
    if (!connector.readable) return this.#narrowed('claimed', inside, called?.detail ?? '');
    const { looks, judgement } = await this.#look(connector, item, 'narrowed');
    // From inside it can be seen that it is still gone, and not that it is back elsewhere; from outside the other way round.
    if (inside ? judgement.verdict === 'gone' : seen(looks))
      return this.#narrowed(inside ? 'claimed' : 'restored', inside, judgement.why);
    return this.#later('unclear', judgement.why, pauseAfter(this.#row.attempts), afterMiss(this.#row, judgement));
  }

  #narrowed(outcome: 'restored' | 'claimed', inside: boolean, detail: string): Promise<void> {
    const row = this.#row;
    const { id, was, endedAt } = narrowingOf(row) as Narrowing;
    const at = this.runtime.time.now();
    const from = this.runtime.config.SANSDELAI_VANTAGE;
    const told = [narrowingEnded(row, id, at, outcome, from)];
    // It was not gone yet: that goes on, in the States that are left.
    if (was === 'pending')
      return this.#save({ narrowing: null, accepted_at: row.accepted_at, attempts: 0, next_at: at, detail }, told);
    const gone = was === 'gone';
    const word = gone && inside ? 'gone' : 'claimed';
    const change: Partial<RemovalRow> = {
      ...{ narrowing: null, state: was, ended_at: endedAt, accepted_at: row.accepted_at, attempts: 0, detail },
      // From elsewhere, that it can be read is as it should be.
      next_at: gone && inside ? at + watches[0] : null,
    };
    // For whoever asked for it meanwhile in the States where it stays.
    return this.#save(change, [...told, ended(row, at, word, from)]);
  }

  /** Whether it can be seen from here that it is gone where it is to be. */
  #sees(): boolean {
    return seesFrom(this.runtime.config.SANSDELAI_VANTAGE, this.#row.territory);
  }

  async #watch(connector: Connector, item: Item): Promise<void> {
    const { time } = this.runtime;
    const row = this.#row;
    const { judgement } = await this.#look(connector, item, phases[row.watch] ?? 'later');
    const now = time.now();
    const step = afterWatch(row, judgement, now);
    if (step.kind === 'again') return this.#save({ next_at: now + step.pause, detail: judgement.why });
    if (step.kind === 'watched') {
      return this.#save({
        watch: row.watch + 1,
        next_at: step.next === null ? null : now + step.next,
        detail: judgement.why,
      });
    }
    this.#log.warn({ why: judgement.why }, 'what was gone can be read again');
    const { platform, post_id: postId, version } = row;
    const removalId = `${row.id}/${row.cycle}`;
    const returned = { platform, postId, version, removalId, at: now, where: judgement.why, ...sealOf(row) };
    const change = {
      state: 'pending',
      round: row.round + 1,
      pending_since: now,
      seen_at: now,
      accepted_at: null,
      ended_at: null,
      attempts: 0,
      watch: 0,
      next_at: now,
      escalated_at: null,
      held: null,
    } as const;
    return this.#save({ ...change, detail: judgement.why }, [
      fact({ type: 'removal.returned.v1', data: returned }, row.item, `${removalId}/returned/${now}`),
    ]);
  }

  async #restore(connector: Connector, item: Item): Promise<void> {
    const called = await this.#callIfDue(connector, item);
    // It may still be about to remove: what can be read now says nothing before it has answered.
    if (called?.kind === 'failed') return this.#notAccepted(called);
    if (!connector.readable) {
      if (called?.kind === 'refused') return this.#notAccepted(called);
      return this.#end('claimed', called?.detail ?? '');
    }
    const { looks, judgement } = await this.#look(connector, item, 'restored');
    if (seen(looks)) return this.#end('restored', 'readable again');
    const { platform, post_id: id } = this.#row;
    const latest = await latestVersions(this.runtime.db, [{ platform, id }]);
    if (latest.get(busKey({ platform, id }))?.deleted) {
      return this.#end('cancelled', 'its author has deleted it: there is nothing to bring back');
    }
    if (called?.kind === 'refused') return this.#notAccepted(called);
    return this.#missed(judgement);
  }

  /** Calls the platform where that is due; keeps in mind what it said. */
  async #callIfDue(connector: Connector, item: Item): Promise<Called> {
    if (!callIsDue(this.#row)) return undefined;
    const answer = await this.#call(connector, item);
    if (answer.kind === 'accepted') this.#row = { ...this.#row, accepted_at: this.runtime.time.now() };
    return answer;
  }

  async #call(connector: Connector, item: Item): Promise<Answer> {
    const row = this.#row;
    const call = {
      idempotencyKey: `${row.id}-${row.cycle}-${row.round}`,
      fence: row.fence,
      territory: row.territory === null ? ('all' as const) : (JSON.parse(row.territory) as string[]),
      reason: row.wanted === 'gone' ? 'terrorist content' : 'restored',
    };
    try {
      return row.wanted === 'gone' ? await connector.remove(item, call) : await connector.restore(item, call);
    } catch (error) {
      this.#log.error({ err: error }, 'the call to the platform failed');
      return { kind: 'failed', detail: (error as Error).message };
    }
  }

  /** Looks, and keeps what was seen with the next step. */
  async #look(connector: Connector, item: Item, phase: string): Promise<{ looks: Look[]; judgement: Judgement }> {
    const { time, db } = this.runtime;
    const looks = await this.looker.look(connector, item);
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

  /** It ends, for now: what was gone, or not found, is looked at again later. */
  #end(outcome: Outcome, detail: string): Promise<void> {
    const at = this.runtime.time.now();
    const watched = outcome === 'gone' || outcome === 'not-found';
    const change: Partial<RemovalRow> = {
      // There was nothing to bring back, as for what was never there.
      state: outcome === 'cancelled' ? 'not-found' : outcome,
      accepted_at: this.#row.accepted_at,
      ended_at: at,
      next_at: watched ? at + watches[0] : null,
      watch: 0,
      attempts: 0,
      detail,
    };
    return this.#save(change, [ended(this.#row, at, outcome, this.runtime.config.SANSDELAI_VANTAGE)]);
  }

  #missed(judgement: Judgement): Promise<void> {
    const cause = judgement.verdict === 'readable' ? 'still-readable' : 'unclear';
    return this.#later(cause, judgement.why, pauseAfter(this.#row.attempts), afterMiss(this.#row, judgement));
  }

  #notAccepted(answer: Exclude<Answer, { kind: 'accepted' }>): Promise<void> {
    const asked = answer.kind === 'failed' ? answer.retryAfter : undefined;
    const pause = pauseFor(this.#row.attempts, answer.kind, asked);
    return this.#later(`platform-${answer.kind}`, `${answer.kind}: ${answer.detail}`, pause);
  }

  /** Not there yet: comes again after a pause. What holds it up is evidence, where it does so for long. */
  #later(cause: HoldCause, detail: string, pause: number, change: Partial<RemovalRow> = {}): Promise<void> {
    const { time, config } = this.runtime;
    const { attempts, platform, post_id: postId, version, id, cycle, item, pending_since } = this.#row;
    const now = time.now();
    const next_at = now + pause;
    const step = { attempts: attempts + 1, ...change, next_at, detail: detail.slice(0, 1_000) };
    const held = heldBy(this.#row, cause, next_at, config.CLOCK_REMOVAL);
    if (held === undefined) return this.#save(step);
    const removalId = `${id}/${cycle}`;
    const data = { platform, postId, version, removalId, at: now, cause, ...sealOf(this.#row) };
    return this.#save({ ...step, held }, [
      fact({ type: 'removal.held.v1', data }, item, `${removalId}/${pending_since}/${held}`),
    ]);
  }

  /** Commits a step with what was seen, as long as the removal is still in these hands and as it was. */
  async #save(change: Partial<RemovalRow>, events: Outgoing[] = []): Promise<void> {
    const { db, instance } = this.runtime;
    const { id, fence, cycle, wanted, version } = this.#row;
    const release = change.next_at === undefined ? {} : { owner: null, lease_until: 0 };
    const guarded = db
      .tables<EnforceRows>()
      .updateTable('removals')
      .set({ ...change, ...release })
      .where('id', '=', id)
      .where('fence', '=', fence)
      .where('owner', '=', instance)
      .where('cycle', '=', cycle)
      .where('wanted', '=', wanted)
      .where('version', '=', version);
    const writes: Write[] = [{ query: guarded, atLeast: 1 }, ...this.#pending.splice(0)];
    await this.runtime.commit(writes, events);
    this.#row = { ...this.#row, ...change };
  }
}
