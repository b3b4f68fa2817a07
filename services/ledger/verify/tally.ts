import type { OpenMove } from '../../contracts/index.js';
import type { OpenedLine } from '../log/index.js';
import {
  type Dimension,
  type Figure,
  figureOf,
  groupOf,
  inOrder,
  type Percentiles,
  percentiles,
  pick,
  rankOf,
  type Tally as Tallied,
} from '../sla/figures.js';
import { emptyTrack, follow, moveId, type Span, spansOf } from '../sla/spans.js';

/** What began from `from` on and before `to`, as of `at`. All in ms since 1970. */
export interface Period {
  from: number;
  to: number;
  by: readonly Dimension[];
  at: number;
}

/** Stretches of one row: how many of each kind, and their figures. */
interface Group {
  of: Pick<Figure, Dimension>;
  kinds: Map<string, Tallied>;
  ms: number[];
}

/** What makes a stretch begin, or would, if the clock were not running. */
const begins = ({ kind, due }: OpenMove): boolean =>
  kind === 'start' || kind === 'reopen' || (kind === 'resume' && due !== undefined);

/** The moves of a clock as they are in the log. */
interface Moved {
  obligation: string;
  moves: { id: string; move: OpenMove }[];
  /** The first entry that moves it. */
  earliest: number;
}

/** Makes the figures of a period from the openings alone, with the code that runs the clocks. */
export class Tally {
  #clocks = new Map<string, Moved>();
  #groups = new Map<string, Group>();
  /** Clocks that began again in the period, and whose first start is not among the openings. */
  startless = 0;
  /** Clocks from before the range that would have begun again in the period, had they not been running. */
  doubtful = 0;
  /** The first entry that is opened of such a clock. */
  doubtfulFrom = Number.POSITIVE_INFINITY;
  /** Clocks from before the range. */
  older = 0;

  /** @param first the first entry of the range that is opened whole */
  constructor(
    private readonly period: Period,
    private readonly first: number,
  ) {}

  /**
   * Takes an opening; they come in the order of the log.
   * @param mine of several, which clocks are looked at this time
   */
  take({ index, opening }: OpenedLine, mine: (clock: string) => boolean): void {
    for (const [place, move] of opening.moves.entries()) {
      if (!mine(move.clock)) continue;
      const clock = this.#clocks.get(move.clock) ?? { obligation: move.obligation, moves: [], earliest: index };
      clock.moves.push({ id: moveId(index, place), move });
      this.#clocks.set(move.clock, clock);
    }
  }

  /** Counts the clocks taken so far, and forgets them. */
  count(): void {
    for (const clock of this.#clocks.values()) this.#count(clock);
    this.#clocks.clear();
  }

  #within = (at: number): boolean => at >= this.period.from && at < this.period.to;

  #count({ obligation, moves, earliest }: Moved): void {
    const settled: Span[] = [];
    let track = emptyTrack(obligation);
    for (const { id, move } of moves) {
      const next = follow(track, id, move);
      track = next.track;
      settled.push(...next.settled);
    }
    const spans = [...settled, ...spansOf(track)];
    const began = new Set(spans.map(span => span.began));
    const again = moves.some(({ move }) => begins(move) && this.#within(move.at) && !began.has(move.at));
    const started = moves.some(({ move }) => move.kind === 'start');
    const counted = !moves.some(({ move }) => move.uncounted);
    if (again && !started && this.first > 0) this.startless++;
    if (earliest < this.first) {
      this.older++;
      if (again && started && counted) {
        this.doubtful++;
        this.doubtfulFrom = Math.min(this.doubtfulFrom, earliest);
      }
    }
    for (const span of spans) if (this.#within(span.began)) this.#add(span);
  }

  #add(span: Span): void {
    const { state, verdict, ms, due } = span;
    const { by, at } = this.period;
    const name = groupOf(by, span);
    const group: Group = this.#groups.get(name) ?? { of: pick(by, span), kinds: new Map(), ms: [] };
    this.#groups.set(name, group);
    const kind = `${state} ${verdict}`;
    const tallied = group.kinds.get(kind) ?? { state, verdict, n: 0, undue: 0 };
    tallied.n++;
    if (due !== undefined && due >= at) tallied.undue = (tallied.undue ?? 0) + 1;
    group.kinds.set(kind, tallied);
    if (state === 'stopped') group.ms.push(ms);
  }

  /** The figures, as they must be published. */
  figures(): Figure[] {
    const figures = [...this.#groups.values()].map(({ of, kinds, ms }) => {
      const figure = figureOf(of, kinds.values());
      const sorted = Float64Array.from(ms).sort();
      const at = (percent: number): number => sorted[rankOf(percent, sorted.length) - 1] as number;
      const told = Object.entries(percentiles).map(([name, percent]) => [name, at(percent)]);
      return sorted.length === 0 ? figure : { ...figure, ms: Object.fromEntries(told) as Percentiles };
    });
    return figures.sort(inOrder(this.period.by));
  }
}
