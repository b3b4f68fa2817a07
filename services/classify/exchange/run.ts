import { aborted, ConflictError, loop, type Runtime, type Stoppable, sql } from '../../runtime/index.js';
import { deliverAnswers } from './feedback/deliver.js';
import { followJudgements } from './feedback/follow.js';
import type { Lister } from './intake.js';
import type { ExchangeMetrics } from './metrics.js';
import { moveSource, pull, readSource } from './pull.js';
import { settlePartner } from './push/receive.js';
import { push } from './push/send.js';
import type { ExchangeSettings, SourceSettings } from './settings.js';
import { PullError, type Source } from './source.js';
import { sourceOf } from './sources/index.js';
import { type ExchangeRows, newSource, type SourceRow, sourcesTable } from './tables.js';

const lookEvery = 500;
const longestPause = 6 * 3600_000;
const pauseAfter = (failures: number): number => Math.min(30_000 * 2 ** (failures - 1), longestPause);

/** Runs all sources in one process at a time: what is due is pulled, pushed, told. Those of one tick run side by side. */
export function runExchange(runtime: Runtime, settings: ExchangeSettings, metrics: ExchangeMetrics): Stoppable {
  const { time, log } = runtime;
  return runtime.lead('exchange', async (fence, signal) => {
    await makeRows(runtime, settings);
    const leader = new Leader(runtime, settings, metrics, fence, signal);
    const looking = loop(
      time,
      lookEvery,
      () => leader.look(),
      error => log.warn({ err: error }, 'sources not looked at'),
    );
    await aborted(signal);
    await looking.stop();
    await leader.ended();
    metrics.hide();
  });
}

async function makeRows({ db }: Runtime, { sources, partners }: ExchangeSettings): Promise<void> {
  const rows = [
    ...sources.map(({ name, kind, bank }) => newSource(name, kind, bank)),
    ...partners.map(({ name, bank }) => newSource(name, 'partner', bank)),
  ];
  if (rows.length > 0) await db.commit([db.insert(sourcesTable, rows, { onConflict: 'nothing' })]);
}

class Leader {
  /** By name: what a source or partner is doing now. */
  readonly #busy = new Map<string, Promise<void>>();
  readonly #sources = new Map<string, Source>();
  readonly #others: ReadonlySet<string>;
  /** By name: milliseconds from one pull to the next. */
  readonly #pauses: ReadonlyMap<string, number>;

  constructor(
    private readonly runtime: Runtime,
    private readonly settings: ExchangeSettings,
    private readonly metrics: ExchangeMetrics,
    private readonly fence: number,
    private readonly signal: AbortSignal,
  ) {
    const { sources, partners, secret } = settings;
    this.#pauses = new Map(sources.map(({ name, everyMinutes }) => [name, everyMinutes * 60_000]));
    this.#others = new Set([...sources, ...partners].map(({ name }) => name));
    for (const one of sources) if (one.kind !== 'push') this.#sources.set(one.name, sourceOf(one, secret));
  }

  async look(): Promise<void> {
    const { db, time } = this.runtime;
    const rows = await db.tables<ExchangeRows>().selectFrom('exchange_sources').selectAll().execute();
    const known = new Map(rows.map(row => [row.name, row]));
    for (const one of this.settings.sources) {
      const row = known.get(one.name);
      if (!row) continue;
      if (row.next_at <= time.now() || row.allowed !== null) this.#start(one.name, () => this.#turn(one));
      if (one.kind === 'threatexchange' && one.feedback) {
        this.#start(`${one.name} feedback`, () => this.#tell(one.name, one.bank));
      }
    }
    for (const partner of this.settings.partners) {
      const allowed = known.get(partner.name)?.allowed;
      if (allowed) this.#start(partner.name, () => settlePartner(this.runtime, partner, allowed));
    }
    const listed = rows.filter(row => this.#others.has(row.name));
    this.metrics.show(listed, await countWaiting(this.runtime), this.#pauses, time.now());
  }

  async ended(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  #start(name: string, work: () => Promise<void>): void {
    if (this.#busy.has(name) || this.signal.aborted) return;
    const working = work()
      .catch(error => {
        // Somebody else holds the lease by now, and does the work.
        if (error instanceof ConflictError) return;
        this.runtime.log.warn({ err: error, source: name }, 'exchange');
      })
      .finally(() => this.#busy.delete(name));
    this.#busy.set(name, working);
  }

  /** One turn of a source, and when the next one is. */
  async #turn(one: SourceSettings): Promise<void> {
    const { runtime, fence, signal, metrics } = this;
    const { db, time, log } = runtime;
    const begun = time.now();
    await db.commit([moveSource(runtime, one.name, fence, { tried_at: begun, next_at: begun })]);
    /** Who asked for a pull meanwhile gets another one. */
    const end = (change: Partial<SourceRow>, next: number) => {
      const next_at = sql<number>`case when next_at = ${begun} then ${Math.ceil(next)} else next_at end`;
      return db.commit([moveSource(runtime, one.name, fence, { ...change, next_at })]);
    };
    try {
      const { more } = await this.#work(one);
      await end({ failures: 0, error: null }, more ? 0 : time.now() + one.everyMinutes * 60_000);
    } catch (error) {
      if (error instanceof ConflictError || signal.aborted) return;
      const failures = (await readSource(runtime, one.name)).failures + 1;
      const { message, retryAfter = 0 } =
        error instanceof PullError ? error : new PullError(`could not be kept: ${(error as Error).name}`);
      const pause = Math.max(retryAfter, Math.min(pauseAfter(failures), one.everyMinutes * 60_000));
      metrics.failed(one.name);
      log.warn(
        { source: one.name, failures, reason: message, ...(error instanceof PullError ? {} : { err: error }) },
        'not exchanged',
      );
      await end({ failures, error: message }, time.now() + pause * (1 + time.random() / 10));
    }
  }

  async #work(one: SourceSettings): Promise<{ more: boolean }> {
    const { runtime, fence, signal, settings } = this;
    const { db, time, log } = runtime;
    if (one.kind === 'push') {
      const pushed = await push(runtime, one, this.#others, settings.secret, fence, signal);
      const { count } = await db
        .tables<ExchangeRows>()
        .selectFrom('exchange_items')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('source', '=', one.name)
        .executeTakeFirstOrThrow();
      await db.commit([moveSource(runtime, one.name, fence, { pulled_at: time.now(), entries: count })]);
      return pushed;
    }
    const source = this.#sources.get(one.name);
    if (!source) throw new Error(`no source ${one.name}`);
    const lister: Lister = one;
    const pulled = await pull(runtime, source, lister, fence, signal);
    const { rows, entries, held } = pulled;
    if (rows > 0) log.info({ source: one.name, rows, entries }, 'pulled');
    if (held > 0)
      log.error({ source: one.name, held, entries }, 'more than half would go: a person has to let it go on');
    return pulled;
  }

  async #tell(name: string, bank: string): Promise<void> {
    const { runtime, fence, signal } = this;
    while (!signal.aborted && (await followJudgements(runtime, name, bank, fence)));
    const source = this.#sources.get(name);
    if (source) await deliverAnswers(runtime, name, source, signal);
  }
}

async function countWaiting({ db }: Runtime): Promise<Map<string, number>> {
  const rows = await db
    .tables<ExchangeRows>()
    .selectFrom('exchange_answers')
    .select(({ fn }) => ['source', fn.countAll<number>().as('count')])
    .where('state', '=', 'waiting')
    .groupBy('source')
    .execute();
  return new Map(rows.map(({ source, count }) => [source, count]));
}
