import type { OpenMove } from '../../services/contracts/index.js';
import { fc } from '../property.js';

/** What one clock does, told by who made it up: the moves, and the stretches that they must come to. */
export interface Story {
  clock: string;
  seal?: string;
  moves: OpenMove[];
  stretches: Expected[];
}

export interface Expected {
  obligation: string;
  route: string;
  language: string;
  began: number;
  end: 'stopped' | 'cancelled' | 'open';
  ms: number;
  /** Undefined where there is no limit. */
  late?: boolean;
  /** Of an open one: past due after this; undefined where it has no limit, or stands still in time. */
  due?: number | undefined;
  cause: string;
}

const minute = 60_000;
const limits: Record<string, number | undefined> = {
  review: 60 * minute,
  removal: 5 * minute,
  'posted-to-gone': undefined,
  // Runs afresh where it is resumed.
  'tco-removal': 60 * minute,
};
const causes = ['platform-failed', 'platform-refused', 'still-readable'] as const;

/** Instants within some months, often close to where one begins. */
const instants = fc.oneof(
  fc.integer({ min: Date.UTC(2026, 9), max: Date.UTC(2027, 1) }),
  fc
    .tuple(fc.integer({ min: 9, max: 13 }), fc.integer({ min: -3, max: 3 }))
    .map(([month, ms]) => Date.UTC(2026, month) + ms),
);
const lengths = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: 400_000 }),
  fc.integer({ min: 1, max: 9e7 }),
);

interface Part {
  pause: number;
  holds: { after: number; cause: number }[];
  suspended?: { after: number; for: number };
  length: number;
  end: 'stopped' | 'cancelled';
}

const parts = fc.record(
  {
    pause: fc.integer({ min: 1, max: 3e6 }),
    holds: fc.array(fc.record({ after: fc.double({ min: 0, max: 1, noNaN: true }), cause: fc.nat({ max: 2 }) }), {
      maxLength: 2,
    }),
    suspended: fc.record({ after: fc.double({ min: 0, max: 1, noNaN: true }), for: lengths }),
    length: lengths,
    end: fc.constantFrom('stopped', 'stopped', 'stopped', 'cancelled'),
  },
  { requiredKeys: ['pause', 'holds', 'length', 'end'] },
) as fc.Arbitrary<Part>;

const plans = fc.record({
  obligation: fc.constantFrom(...Object.keys(limits)),
  route: fc.constantFrom('api', 'kafka', 'sandbox'),
  language: fc.constantFrom('de', 'en', undefined),
  uncounted: fc.integer({ min: 0, max: 7 }).map(n => n === 0),
  seal: fc.constantFrom(undefined, undefined, undefined, undefined, 'order-1', 'order-2'),
  began: instants,
  parts: fc.array(parts, { minLength: 1, maxLength: 3 }),
  left: fc.constantFrom('ended', 'ended', 'open', 'suspended'),
});

/** Plays a plan, instant by instant; no two of its moves are at the same one. */
function play(plan: typeof plans extends fc.Arbitrary<infer P> ? P : never, clock: string): Story {
  const { obligation, route, language } = plan;
  const limit = limits[obligation];
  const moves: OpenMove[] = [];
  const stretches: Expected[] = [];
  let now = plan.began;
  for (const [i, part] of plan.parts.entries()) {
    const last = i === plan.parts.length - 1;
    let began = now;
    const scheduled = now;
    let due = limit === undefined ? undefined : began + limit;
    moves.push({
      clock,
      obligation,
      kind: i === 0 ? 'start' : 'reopen',
      at: began,
      ...(due === undefined ? {} : { due }),
      ...(i === 0 ? { route, ...(language ? { language } : {}), ...(plan.uncounted ? { uncounted: true } : {}) } : {}),
    });
    // In the order in which they happen, while the clock runs.
    const events = [
      ...part.holds.map(({ after, cause }) => ({ at: scheduled + 1 + Math.floor(after * part.length), cause })),
      ...(part.suspended
        ? [{ at: scheduled + 1 + Math.floor(part.suspended.after * part.length), cause: undefined }]
        : []),
    ].sort((a, b) => a.at - b.at);
    let [paused, put] = [0, 0];
    let late = false;
    let told: string | undefined;
    let ends = began + part.length;
    let before = began;
    for (const event of events) {
      const at = Math.max(event.at + put, before + 1);
      before = at;
      const passed: boolean = late || (due !== undefined && at > due);
      if (event.cause !== undefined) {
        const cause = causes[event.cause] as (typeof causes)[number];
        moves.push({ clock, obligation, kind: 'hold', at, cause });
        if (!passed) told = cause;
        continue;
      }
      late = passed;
      moves.push({ clock, obligation, kind: 'suspend', at });
      if (last && plan.left === 'suspended') {
        stretches.push({ ...expected(late ? Number.MIN_SAFE_INTEGER : undefined), end: 'open', ms: 0 });
        return done();
      }
      const pause = part.suspended?.for ?? 0;
      put += pause;
      before += pause;
      if (obligation === 'tco-removal') {
        [began, paused, late, told] = [before, 0, false, undefined];
        due = began + (limit ?? 0);
        moves.push({ clock, obligation, kind: 'resume', at: before, due });
        continue;
      }
      moves.push({ clock, obligation, kind: 'resume', at: before });
      paused += pause;
      if (due !== undefined) due += pause;
    }
    if (last && plan.left === 'open') {
      stretches.push({ ...expected(late ? Number.MIN_SAFE_INTEGER : due), end: 'open', ms: 0 });
      return done();
    }
    ends = Math.max(ends + put, before + 1);
    if (due !== undefined && ends > due) late = true;
    moves.push({ clock, obligation, kind: part.end === 'stopped' ? 'stop' : 'cancel', at: ends });
    stretches.push({ ...expected(undefined), end: part.end, ms: ends - began - paused });
    now = ends + part.pause;

    function expected(until: number | undefined) {
      const cause = told ?? (obligation === 'review' ? 'undecided' : 'unconfirmed');
      return {
        obligation,
        route,
        language: language ?? 'und',
        began,
        ...(limit === undefined ? {} : { late }),
        due: limit === undefined ? undefined : until,
        cause,
      };
    }
  }
  return done();

  function done(): Story {
    return { clock, ...(plan.seal ? { seal: plan.seal } : {}), moves, stretches: plan.uncounted ? [] : stretches };
  }
}

let made = 0;
export const stories: fc.Arbitrary<Story[]> = fc
  .array(plans, { minLength: 1, maxLength: 14 })
  .map(list => list.map(plan => play(plan, `clock-${made++}`)));

/** Periods that are months, touch months, or lie within one. */
export const periods = fc.tuple(instants, instants).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 }));

/** The figures, as anybody would make them who has all stretches in a list. */
export function naive(
  all: readonly Expected[],
  { from, to, now, by }: { from: number; to: number; now: number; by: readonly string[] },
): object[] {
  const inPeriod = all.filter(({ began }) => began >= from && began < to);
  const name = (one: Expected) =>
    [one.obligation, by.includes('route') ? one.route : '', by.includes('language') ? one.language : ''].join('|');
  return [...new Set(inPeriod.map(name))].sort().map(group => {
    const members = inPeriod.filter(one => name(one) === group);
    const [obligation, route, language] = group.split('|');
    const ended = members.filter(one => one.end === 'stopped');
    const limited = ended.filter(one => one.late !== undefined);
    const open = members.filter(one => one.end === 'open');
    const overdue = open.filter(one => one.due !== undefined && one.due < now);
    const breaches = [...members.filter(one => one.end !== 'open' && one.late), ...overdue];
    const figures = ended.map(one => one.ms).sort((a, b) => a - b);
    // By nearest rank: of 100 figures p95 is the 95th, of 7 the 7th (6.65 of them).
    const nearest = (percent: number) => figures[Math.ceil((percent / 100) * figures.length - 1e-9) - 1];
    return {
      obligation,
      ...(route ? { route } : {}),
      ...(language ? { language } : {}),
      count: ended.length,
      limited: limited.length,
      within: limited.filter(one => !one.late).length,
      ...(limited.length > 0 ? { share: limited.filter(one => !one.late).length / limited.length } : {}),
      ...(ended.length > 0
        ? { ms: { p50: nearest(50), p95: nearest(95), p99: nearest(99), max: figures.at(-1) } }
        : {}),
      cancelled: members.filter(one => one.end === 'cancelled').length,
      open: open.length,
      overdue: overdue.length,
      breaches: breaches.length,
      causes: Object.fromEntries(
        [...new Set(breaches.map(one => one.cause))].map(cause => [
          cause,
          breaches.filter(one => one.cause === cause).length,
        ]),
      ),
    };
  });
}
