import { obligations } from '../../../clocks/index.js';
import { countOpenCases } from '../../../enforce/index.js';
import { connectorsOf, standardTestPost } from '../../../platforms/index.js';
import { readProbe } from '../../../probe/index.js';
import { countDeadLetters, listDeadLetters, type Runtime, type Stoppable } from '../../../runtime/index.js';
import { Intake, Removals } from './follow.js';
import type { ClockFigures, LiveFrame, ProbeFigures, ShownAction, StepFigures, StepName } from './frame.js';
import { listItems } from './list.js';
import { Hour, percentiles, type Tally } from './tally.js';
import { countNotConfirmed, readClockTotals, readNextDue } from './views.js';

/** Pauses between two looks: while somebody watches, and while nobody does. */
const watched = 1_000;
const unwatched = 5_000;
/** A look takes at most this share of the time, so that watching never slows down what is watched; but for this pause at the most. */
const share = 1 / 10;
const longest = 5_000;
/** Pause between two looks at what changes slowly, ms. */
const slowly = 4_500;
/** Time for the past in each look, ms. */
const backwards = 50;
/** Longest wait for `/readyz`. */
const patience = 3_000;

const steps: readonly StepName[] = [
  'received-assessed',
  'assessed-called',
  'called-accepted',
  'accepted-gone',
  'received-gone',
  'any-assessed',
];

/** What is told: a frame, or that there is none at the moment. */
export type Told = { frame: LiveFrame } | { problem: string };

type Slow = Pick<LiveFrame, 'probe' | 'deadLetters' | 'problems'> & { open: number; escalated: number; at: number };

/** Looks once a second for all viewers together, and tells each of them. Without viewers it only keeps count. */
export class Live implements Stoppable {
  readonly #viewers = new Set<(told: Told) => void>();
  readonly #hour = new Hour();
  readonly #intake: Intake;
  readonly #removals: Removals;
  readonly #abort = new AbortController();
  #nap = new AbortController();
  #running: Promise<void> | undefined;
  #last: Told | undefined;
  #slow: Slow | undefined;

  constructor(private readonly runtime: Runtime) {
    const now = runtime.time.now();
    this.#intake = new Intake(runtime.db, this.#hour, now);
    this.#removals = new Removals(runtime.db, this.#hour, now);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#nap.abort();
    await this.#running;
  }

  /** @returns what ends the watching */
  watch(viewer: (told: Told) => void): () => void {
    this.#viewers.add(viewer);
    if (this.#viewers.size === 1) this.#nap.abort();
    else if (this.#last) viewer(this.#last);
    return () => void this.#viewers.delete(viewer);
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  async #run(): Promise<void> {
    const { time, log } = this.runtime;
    while (!this.#abort.signal.aborted) {
      const from = time.steady();
      try {
        await this.#look();
      } catch (error) {
        log.warn({ err: error }, 'live page: the figures could not be read');
        this.#tell({ problem: 'The figures can’t be read at the moment.' });
      }
      const took = time.steady() - from;
      this.#nap = new AbortController();
      const pause = this.#viewers.size > 0 ? watched : unwatched;
      if (!this.#abort.signal.aborted)
        await time.sleep(Math.max(pause - took, Math.min(took / share, longest)), this.#nap.signal);
    }
  }

  #tell(told: Told): void {
    this.#last = told;
    for (const viewer of this.#viewers) viewer(told);
  }

  async #look(): Promise<void> {
    const now = this.runtime.time.now();
    this.#hour.forget(Math.floor(now / 1_000));
    await Promise.all([this.#intake.look(now), this.#removals.look(now)]);
    if (this.#viewers.size > 0) this.#tell({ frame: await this.#frame(now) });
    // What lies before the start, as long as it is quick.
    const from = this.runtime.time.steady();
    while ((await this.#intake.lookBack(now)) && this.runtime.time.steady() - from < backwards);
  }

  async #frame(now: number): Promise<LiveFrame> {
    const { db, config, url } = this.runtime;
    if (!this.#slow || now - this.#slow.at > slowly) this.#slow = await this.#readSlow(now);
    const { at: _, open, escalated, ...slow } = this.#slow;
    const [lists, clocks] = await Promise.all([listItems(db, this.#intake.acted), this.#readClocks()]);
    const { fresh } = this.#intake;
    const hour = this.#hour.sum(fresh.values());
    const second = Math.floor(now / 1_000);
    const lastMinute = Array.from({ length: 60 }, (_, i) => this.#second(second - 59 + i));
    const received = lastMinute.map(tallies => sum(tallies, tally => tally.received));
    const assessed = (tally: Tally): number => [...tally.actions.values()].reduce((all, n) => all + n, 0);
    const byAction: Record<ShownAction, number> = { remove: 0, withhold: 0, review: 0, allow: 0 };
    for (const [action, n] of hour.actions) byAction[action] = n;
    const sandbox = connectorsOf(this.runtime).connectors.has('sandbox')
      ? `${config.SANSDELAI_URL ?? url}/sandbox`
      : undefined;
    return {
      at: now,
      since: Math.max(this.#intake.since, now - 3_600_000),
      ...(sandbox && { sandbox }),
      testPost: standardTestPost,
      received: { minute: received.reduce((all, n) => all + n, 0), hour: hour.received, seconds: received },
      assessed: {
        minute: lastMinute.reduce((all, tallies) => all + sum(tallies, assessed), 0),
        hour: assessed(hour),
        byAction,
      },
      removals: {
        outcomes: Object.fromEntries(hour.outcomes),
        pending: clocks.find(clock => clock.obligation === 'removal')?.open ?? 0,
        escalated,
        seconds: lastMinute.map(tallies => sum(tallies, tally => tally.outcomes.get('gone') ?? 0)),
      },
      cases: { open },
      clocks,
      steps: Object.fromEntries(
        steps.flatMap((step): [StepName, StepFigures][] => {
          const figures = percentiles(hour.steps.get(step));
          return figures ? [[step, figures]] : [];
        }),
      ),
      ...lists,
      ...slow,
    };
  }

  #second(second: number): Tally[] {
    return [this.#hour.second(second), this.#intake.fresh.get(second)].filter(tally => tally !== undefined);
  }

  async #readClocks(): Promise<ClockFigures[]> {
    const { db } = this.runtime;
    const [totals, ...due] = await Promise.all([
      readClockTotals(db),
      ...obligations.map(({ name }) => readNextDue(db, name)),
    ]);
    return obligations.map(({ name }, i) => {
      const total = (measure: string): number =>
        totals.find(row => row.obligation === name && row.measure === measure)?.value ?? 0;
      const nextDue = due[i];
      return {
        obligation: name,
        open: total('open'),
        ended: total('count'),
        late: total('late'),
        ...(nextDue !== undefined && { nextDue }),
      };
    });
  }

  async #readSlow(at: number): Promise<Slow> {
    const { db, config } = this.runtime;
    const [open, escalated, probes, letters, newest, problems] = await Promise.all([
      countOpenCases(db),
      countNotConfirmed(db),
      readProbe(db),
      countDeadLetters(db),
      listDeadLetters(db, 20),
      this.#readProblems(),
    ]);
    return {
      at,
      open,
      escalated,
      probe: { on: config.SANSDELAI_PROBE, every: config.SANSDELAI_PROBE_EVERY, routes: probes.map(showProbe) },
      deadLetters: {
        count: letters.reduce((all, row) => all + row.count, 0),
        newest: newest.map(({ id, consumer, topic, reason, at }) => ({ id, consumer, topic, reason, at })),
      },
      problems,
    };
  }

  /** What this process answers a load balancer. */
  async #readProblems(): Promise<Record<string, string>> {
    try {
      const answer = await fetch(`${this.runtime.url}/readyz`, { signal: AbortSignal.timeout(patience) });
      const { problems = {} } = (await answer.json()) as { problems?: Record<string, string> };
      return problems;
    } catch (error) {
      return { readyz: `does not answer: ${(error as Error).message}` };
    }
  }
}

const sum = (tallies: readonly Tally[], of: (tally: Tally) => number): number =>
  tallies.reduce((all, tally) => all + of(tally), 0);

const showProbe = (row: Awaited<ReturnType<typeof readProbe>>[number]): ProbeFigures => ({
  route: row.route,
  startedAt: row.started_at,
  ...(row.received_at !== null && { receivedAt: row.received_at }),
  ...(row.assessed_at !== null && { assessedAt: row.assessed_at }),
  ...(row.called_at !== null && { calledAt: row.called_at }),
  ...(row.gone_at !== null && { goneAt: row.gone_at }),
  ...(row.answered_at !== null && { answeredAt: row.answered_at }),
  ...(row.error !== null && { error: row.error }),
});
