import { versionKey } from '../../../contracts/index.js';
import type { RemovalRow } from '../../../enforce/index.js';
import type { Database } from '../../../runtime/index.js';
import { count, emptyTally, type Hour, type Tally, time as timed } from './tally.js';
import {
  countAssessed,
  countReceived,
  readActed,
  readAssessedItems,
  readRemovalsById,
  readRequested,
  type SeenAssessment,
} from './views.js';

/** Seconds that may still get what is committed late: counted again at every look. */
const late = 2;
/** Seconds that one query reaches over. */
const reach = 60;
/** Where so few came in, twice as much of the past is counted next. */
const few = 5_000;
const hourLong = 3_600;
const listed = 30;
/** A removal may be committed this long (ms) after the time at which it was asked for. */
const lag = 30_000;
/** Removals under way that are followed at the most, and those read at once. */
const followed = 2_000;

const secondOf = (ms: number): number => Math.floor(ms / 1_000);

/** Counts what came in and what was assessed, each second once, and the newest that something followed from. */
export class Intake {
  /** All before this second is in the hour. */
  #settled: number;
  /** All from this second on has been counted, backwards. */
  #since: number;
  /** Seconds of the past that are counted next. */
  #stride = reach;
  /** The newest seconds. */
  fresh = new Map<number, Tally>();
  acted: SeenAssessment[] = [];

  constructor(
    private readonly db: Database,
    private readonly hour: Hour,
    now: number,
  ) {
    this.#settled = secondOf(now);
    this.#since = this.#settled;
  }

  /** How far back the hour is counted, ms. */
  get since(): number {
    return this.#since * 1_000;
  }

  /** Counts up to `now`. */
  async look(now: number): Promise<void> {
    const end = secondOf(now);
    let from = Math.max(this.#settled, end - hourLong);
    // After a long sleep, in parts: no query takes long.
    for (; end - from > reach; from += reach) {
      await this.#read(from, from + reach, (second, change) => this.hour.record(second, change));
      this.#settled = from + reach;
    }
    const settling = Math.max(from, end - late + 1);
    const fresh = new Map<number, Tally>();
    await this.#read(from, end + 1, (second, change) => {
      if (second < settling) return this.hour.record(second, change);
      const tally = fresh.get(second) ?? emptyTally();
      fresh.set(second, tally);
      change(tally);
    });
    this.fresh = fresh;
    this.#settled = settling;
  }

  /** Counts some more of the hour before this process looked; false where the hour is whole. */
  async lookBack(now: number): Promise<boolean> {
    const hourAgo = secondOf(now) - hourLong;
    if (this.#since <= hourAgo) return false;
    const from = Math.max(hourAgo, this.#since - this.#stride);
    const counted = await this.#read(from, this.#since, (second, change) => this.hour.record(second, change));
    this.#since = from;
    if (counted < few) this.#stride *= 2;
    return true;
  }

  async #read(
    from: number,
    to: number,
    record: (second: number, change: (tally: Tally) => void) => void,
  ): Promise<number> {
    const [fromMs, toMs] = [from * 1_000, to * 1_000];
    const [received, assessed] = await Promise.all([
      countReceived(this.db, fromMs, toMs),
      countAssessed(this.db, fromMs, toMs),
    ]);
    if (assessed.some(row => row.action !== 'allow')) {
      const known = new Map(this.acted.map(row => [row.key, row]));
      for (const row of await readActed(this.db, fromMs, toMs, listed)) known.set(row.key, row);
      this.acted = [...known.values()].sort((a, b) => b.assessed_at - a.assessed_at).slice(0, listed);
    }
    for (const { second, count: n } of received) record(second, tally => (tally.received += n));
    for (const { second, action, ms, count: n } of assessed) {
      record(second, tally => {
        count(tally.actions, action, n);
        timed(tally, 'any-assessed', ms, n);
      });
    }
    return received.reduce((all, row) => all + row.count, 0);
  }
}

const keyOf = (row: RemovalRow): string => `${row.id}/${row.cycle}`;

/** Follows removals until they end, and times their steps. */
export class Removals {
  readonly #open = new Map<string, RemovalRow>();
  readonly #done = new Map<string, number>();
  #from: number;

  constructor(
    private readonly db: Database,
    private readonly hour: Hour,
    now: number,
  ) {
    this.#from = now - 3_600_000;
  }

  async look(now: number): Promise<void> {
    const [asked, again] = await Promise.all([
      readRequested(this.db, this.#from, followed),
      readRemovalsById(
        this.db,
        [...this.#open.values()].map(row => row.id),
      ),
    ]);
    this.#from = now - lag;
    const ended: RemovalRow[] = [];
    for (const row of [...again, ...asked]) {
      const key = keyOf(row);
      if (this.#done.has(key)) continue;
      if (row.state === 'pending') this.#open.set(key, row);
      else {
        this.#open.delete(key);
        this.#done.set(key, row.ended_at ?? now);
        ended.push(row);
      }
    }
    const current = new Set([...again, ...asked].map(keyOf));
    for (const key of this.#open.keys()) if (!current.has(key)) this.#open.delete(key);
    for (const key of [...this.#open.keys()].slice(0, -followed)) this.#open.delete(key);
    for (const [key, at] of this.#done) if (at < now - 3_600_000) this.#done.delete(key);
    await this.#time(ended, now);
  }

  async #time(ended: readonly RemovalRow[], now: number): Promise<void> {
    if (ended.length === 0) return;
    const assessments = await readAssessedItems(
      this.db,
      ended.map(row => row.item),
    );
    const byKey = new Map(assessments.map(row => [row.key, row]));
    for (const row of ended) {
      const at = row.ended_at ?? now;
      if (at < now - 3_600_000) continue;
      const assessed = byKey.get(versionKey({ ...row, id: row.post_id }));
      this.hour.record(secondOf(at), tally => {
        count(tally.outcomes, row.state);
        if (row.state === 'gone' && assessed) timeSteps(tally, row, assessed);
      });
    }
  }
}

/** Of removals that a rule asked for: a person's decision takes its time, which says nothing about the machine. */
function timeSteps(tally: Tally, row: RemovalRow, { received_at, assessed_at }: SeenAssessment): void {
  const { requested_at, called_at, accepted_at, ended_at } = row;
  if (requested_at !== assessed_at || called_at === null || accepted_at === null || ended_at === null) return;
  timed(tally, 'received-assessed', assessed_at - received_at);
  timed(tally, 'assessed-called', called_at - assessed_at);
  timed(tally, 'called-accepted', accepted_at - called_at);
  timed(tally, 'accepted-gone', ended_at - accepted_at);
  timed(tally, 'received-gone', ended_at - received_at);
}
