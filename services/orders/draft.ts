import { busKey, eventId, type OrderMoved } from '../contracts/index.js';
import { liftForOrder, type OrderedRemoval, postedAt, removeForOrder } from '../enforce/index.js';
import { readPosts } from '../ingest/index.js';
import { liftSeal } from '../ledger/index.js';
import { isoTime, type Outgoing, type Write } from '../runtime/index.js';
import type { OrderContent } from './annex-one.js';
import { answerOf } from './answers.js';
import {
  active,
  type Effect,
  type Fact,
  type Item,
  inForce,
  type OrderEvent,
  type OrderState,
  scrutinyRequestDue,
  step,
} from './machine/index.js';
import { offersOf } from './offers.js';
import type { Parts } from './parts.js';
import { type Acknowledgement, acknowledge } from './promise.js';
import {
  deskCasesTable,
  type OrderRow,
  type OrderRows,
  orderEventsTable,
  orderFormsTable,
  orderItemsTable,
  ordersTable,
} from './tables.js';
import { territoryOf } from './territory.js';

/** An order of the probe that is not executed by then is withdrawn (ms). */
export const probePatience = 10 * 60_000;

/** When something has to be done about an order by itself. */
function nextOf(state: OrderState): number | null {
  const binds = inForce.includes(state.phase);
  const asks = state.instrument === 'tco' && state.crossBorder && state.scrutiny === 'none' && binds;
  const times = [
    ...(state.probe && active.includes(state.phase) ? [state.receivedAt + probePatience] : []),
    ...(asks ? [scrutinyRequestDue(state.receivedAt) + 1] : []),
    ...(state.sealedUntil !== undefined && !state.unsealed ? [state.sealedUntil] : []),
  ];
  return times.length === 0 ? null : Math.min(...times);
}

/** What is kept of an order beside its state, from the first. */
type NewOrder = Pick<OrderRow, 'id' | 'key' | 'authority' | 'reference' | 'content' | 'hash' | 'findings'>;

/**
 * One order between what was read of it and one commit: events are taken one after the other, and what follows from them is gathered. Nothing is done before
 * that commit, so a process that dies leaves either all of it or nothing.
 */
export class Draft {
  #state: OrderState | undefined;
  readonly #writes: Write[] = [];
  readonly #events: Outgoing[] = [];
  readonly #effects: { effect: Effect; event: OrderEvent }[] = [];
  readonly #removals = new Map<string, OrderedRemoval>();
  readonly #lifted = new Map<string, Awaited<ReturnType<typeof liftForOrder>>>();
  #received: Fact | undefined;
  #acknowledgement: Acknowledgement | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly before: OrderRow | undefined,
    private readonly fresh?: NewOrder,
  ) {
    this.#state = before && (JSON.parse(before.state) as OrderState);
  }

  get state(): OrderState {
    return this.#state as OrderState;
  }

  get #content(): OrderContent {
    return JSON.parse((this.before ?? this.fresh)?.content ?? '{}') as OrderContent;
  }

  get changed(): boolean {
    return this.before === undefined || this.state.seq !== (JSON.parse(this.before.state) as OrderState).seq;
  }

  get acknowledgement(): Acknowledgement | undefined {
    return this.#acknowledgement;
  }

  /** @throws Impossible where it can't happen to the order as it stands */
  take(event: OrderEvent): void {
    const was = this.#state;
    const { state, facts, effects } = step(was, event);
    if (state === was) return;
    this.#state = state;
    const { type, at, by, ...body } = event;
    const row = {
      order_id: state.id,
      seq: state.seq,
      type,
      at,
      by,
      body: JSON.stringify(type === 'received' ? {} : body),
    };
    this.#writes.push(this.parts.runtime.db.insert(orderEventsTable, [row]));
    for (const [i, fact] of facts.entries()) {
      if (fact.happened === 'received') this.#received = fact;
      else this.#tell(fact, `${state.seq}/${i}`);
    }
    this.#effects.push(...effects.map(effect => ({ effect, event })));
  }

  /** Nothing of it may be disclosed: what is entered of it is only counted. */
  #seal(): { seal?: string } {
    const { id, sealedUntil, unsealed } = this.state;
    return sealedUntil !== undefined && !unsealed ? { seal: id } : {};
  }

  #factOf(fact: Fact): OrderMoved {
    const { id: orderId, instrument, route, items } = this.state;
    const target = items.length === 1 ? items[0]?.target : undefined;
    return {
      platform: target?.platform ?? '',
      postId: target?.postId ?? '',
      version: target?.version ?? 0,
      ...this.#seal(),
      orderId,
      instrument,
      route,
      ...(this.state.probe ? { uncounted: true } : {}),
      ...fact,
    };
  }

  #tell(fact: Fact, cause: string, data = this.#factOf(fact)): void {
    const id = eventId(data.orderId, 'order.moved', `${cause}/${fact.happened}`);
    const event = { id, type: 'order.moved.v1', source: '/orders', time: fact.at, key: data.orderId, data };
    this.#events.push({ topic: 'evidence', event });
  }

  async #remove(item: Item, { at, by }: OrderEvent): Promise<void> {
    const { target } = item;
    if (!target) return;
    const { db } = this.parts.runtime;
    const key = busKey({ platform: target.platform, id: target.postId });
    let removal = this.#removals.get(key);
    if (!removal) {
      const { platform, postId, version, authorId, url } = target;
      const [stored] = await readPosts(db, [{ platform, id: postId, version }]);
      removal = await removeForOrder(db, {
        ...{ platform, postId, version, authorId, url, by, at },
        ref: `order:${this.state.id}`,
        postedAt: stored ? postedAt({ ...stored, createdAt: Date.parse(stored.post.createdAt) }) : at,
        route: 'order',
        flags: stored?.flags ?? [],
        ...this.#seal(),
        ...(this.state.everywhere ? {} : { territory: territoryOf(this.#content) }),
      });
      this.#removals.set(key, removal);
      this.#writes.push(...removal.writes);
      this.#events.push(...removal.events);
    }
    const { removalId, goneSince, claimed } = removal;
    const { n } = item;
    this.take({ type: 'item-asked', n, removalId, at, by });
    if (claimed) this.take({ type: 'item-claimed', n, at, by });
    if (goneSince === undefined) return;
    const evidence = `gone on another ground since ${isoTime(goneSince)}`;
    this.take({ type: 'item-gone', n, evidence, at, by });
  }

  async #lift(item: Item, { at, by }: OrderEvent): Promise<void> {
    const { target, n } = item;
    if (!target) return;
    const { platform, postId } = target;
    const key = busKey({ platform, id: postId });
    let lifted = this.#lifted.get(key);
    if (!lifted) {
      const ref = `order:${this.state.id}`;
      lifted = await liftForOrder(this.parts.runtime.db, { platform, postId, ref, by, at });
      this.#lifted.set(key, lifted);
      this.#writes.push(...lifted.writes);
      this.#events.push(...lifted.events);
    }
    const { comes, removalId } = lifted;
    if (comes !== 'restoring')
      return this.take({ type: 'item-restored', n, staysDown: comes === 'stays-down', at, by });
    // The restoration is a removal's next turn: its end is what is waited for.
    const items = this.state.items.map(one => (one.n === n ? { ...one, removalId } : one));
    this.#state = { ...this.state, items };
  }

  async #perform(effect: Effect, event: OrderEvent): Promise<void> {
    const { db } = this.parts.runtime;
    const { id, seq } = this.state;
    const { at, by } = event;
    const item = 'n' in effect ? this.state.items.find(one => one.n === effect.n) : undefined;
    switch (effect.do) {
      case 'remove':
        return item && this.#remove(item, event);
      case 'lift':
        return item && this.#lift(item, event);
      case 'preserve':
        if (item) await this.#preserve(item, at, true);
        return;
      case 'form': {
        const data = JSON.stringify(answerOf(this.state, this.#content, this.parts.settings, effect, at));
        const { n, form } = effect;
        const row = { id: eventId(id, 'form', n), order_id: id, n, form, data, made_at: at };
        const unsent = { attempts: 0, next_at: at, sent_at: null, receipt: null, error: null };
        this.#writes.push(db.insert(orderFormsTable, [{ ...row, ...unsent }], { onConflict: 'nothing' }));
        return;
      }
      case 'desk': {
        if (this.state.probe) return;
        const { about, due } = effect;
        const row = { id: eventId(id, `desk/${about}`, seq), order_id: id, about, opened_at: at, due_at: due ?? null };
        this.#writes.push(
          db.insert(deskCasesTable, [{ ...row, closed_at: null, closed_by: null }], { onConflict: 'nothing' }),
        );
        return;
      }
      case 'desk-done': {
        const query = db
          .tables<OrderRows>()
          .updateTable('desk_cases')
          .set({ closed_at: at, closed_by: by })
          .where('order_id', '=', id)
          .where('about', '=', effect.about)
          .where('closed_at', 'is', null);
        this.#writes.push({ query });
        return;
      }
      case 'unseal':
        this.#writes.push(...(await liftSeal(db, id, at)));
    }
  }

  /** Everything that is to be committed. Empty where nothing has changed. */
  async finish(): Promise<{ writes: Write[]; events: Outgoing[] }> {
    for (let next = this.#effects.shift(); next; next = this.#effects.shift())
      await this.#perform(next.effect, next.event);
    if (!this.changed) return { writes: [], events: [] };
    await this.#holdItems();
    if (this.#received) await this.#acknowledge(this.#received);
    return { writes: [this.#save(), this.#saveItems(), ...this.#writes], events: this.#events };
  }

  /** Article 6 of the TCO Regulation; the DSA has no such duty, and gives no right to keep. */
  async #preserve(item: Item, at: number, gone: boolean): Promise<void> {
    const { id: orderId, instrument, route } = this.state;
    if (instrument !== 'tco' || !item.target || this.state.probe) return;
    const { platform, postId } = item.target;
    const { preservation } = this.parts;
    const what = { orderId, n: item.n, platform, postId, route, at: gone ? (item.goneAt ?? at) : at, ...this.#seal() };
    const { writes, events } = await (gone ? preservation.keep(what) : preservation.hold(what));
    this.#writes.push(...writes);
    this.#events.push(...events);
  }

  /** What is to be removed from now on is held; what is not, after all, is let go. */
  async #holdItems(): Promise<void> {
    const before = this.before && (JSON.parse(this.before.state) as OrderState).items;
    const at = this.parts.runtime.time.now();
    for (const item of this.state.items) {
      const was = before?.find(one => one.n === item.n);
      const removing = item.phase === 'removing';
      if (removing && was?.phase !== 'removing') await this.#preserve(item, at, false);
      if (!this.state.probe) this.#events.push(...offersOf(this.state, was, item, at));
      const target = was?.target;
      const left = was?.phase === 'removing' && target && !removing && item.phase !== 'gone';
      const other = was?.phase === 'removing' && target && item.target?.postId !== target.postId;
      if ((left || other) && !this.state.probe)
        this.#writes.push(...this.parts.preservation.release({ ...target, orderId: this.state.id, n: item.n, at }));
    }
  }

  async #acknowledge(fact: Fact): Promise<void> {
    const { fresh } = this;
    if (!fresh) return;
    const id = eventId(this.state.id, 'order.moved', 'received');
    const { authority, reference, hash } = fresh;
    const detail = { happened: 'received', order: this.state.id, authority, reference, hash, at: fact.at };
    // It says which order, and not which post: erasing the post leaves it as it is.
    const data = { ...this.#factOf(fact), platform: '', postId: '', version: 0 };
    const { acknowledgement, entered, fact: told } = await acknowledge(this.parts, id, data, detail);
    this.#acknowledgement = acknowledgement;
    const event = { id, type: 'order.moved.v1', source: '/orders', time: fact.at, key: this.state.id, data: told };
    this.#events.unshift({ topic: 'evidence', event }, entered);
  }

  #save(): Write {
    const { runtime } = this.parts;
    const { state, before, fresh } = this;
    const changing = {
      phase: state.phase,
      due_at: state.due,
      in_force: inForce.includes(state.phase) ? (1 as const) : (0 as const),
      volume: state.phase === 'deciding' && state.doubts.includes('volume') ? (1 as const) : (0 as const),
      next_at: nextOf(state),
      state: JSON.stringify(state),
      changed_at: runtime.time.now(),
      version: (before?.version ?? 0) + 1,
    };
    if (before) {
      const query = runtime.db
        .tables<OrderRows>()
        .updateTable('orders')
        .set(changing)
        .where('id', '=', state.id)
        .where('version', '=', before.version);
      return { query, atLeast: 1 };
    }
    const { instrument, route, receivedAt: received_at } = state;
    const acknowledgement = JSON.stringify(this.#acknowledgement ?? {});
    return runtime.db.insert(ordersTable, [{ ...fresh, instrument, route, received_at, ...changing, acknowledgement }]);
  }

  #saveItems(): Write {
    const rows = this.state.items.map(({ n, target, removalId, phase }) => ({
      order_id: this.state.id,
      n,
      item: target ? busKey({ platform: target.platform, id: target.postId }) : '',
      removal_id: removalId ?? '',
      phase,
    }));
    return this.parts.runtime.db.insert(orderItemsTable, rows, { onConflict: 'replace' });
  }
}
