import { eventId, type HoldCause } from '../contracts/index.js';
import type { ClockChange } from './derive.js';
import { add, contribute, type Totals } from './figures.js';
import { type BreachCause, begun, breachCause, overdue, type Rules } from './obligations.js';
import {
  compact,
  type History,
  isOpen,
  levelAt,
  type Moment,
  merge,
  nextInstant,
  type Standing,
  standing,
} from './standing.js';
import type { ClockRow, ClockState } from './tables.js';

/** The standard test post's own platform: its clocks are kept and paged for, but are no figure of this installation's work. */
export const probePlatform = 'sandbox-probe';

/** A clock whose warning is past already when its start comes in gets this long (ms): its end may be right behind. */
const grace = 2_000;

/** Where clocks without a running due sort: behind all others. */
export const someday = 1e14;

/** What a clock is about, beside its subject. */
export interface Item {
  platform: string;
  postId: string;
  version: number;
}

/** One clock for each obligation and subject: its id follows from them. */
export const clockId = (obligation: string, subject: string): string => eventId(subject, `clock:${obligation}`);

/** A change as the clock keeps it, with the due that follows from today's settings. */
export function toMoment(
  event: string,
  { kind, at, due: own, route, language, uncounted, obligation, cause }: ClockChange,
  item: Item,
  rules: Rules,
): Moment {
  const begins = kind === 'start' || kind === 'reopen' || (kind === 'resume' && rules.resumes(obligation) === 'afresh');
  const due = begins ? (own ?? rules.limit(obligation)?.due(at)) : undefined;
  return {
    id: event,
    kind,
    at,
    ...(due === undefined ? {} : { due }),
    ...(route === undefined ? {} : { route }),
    ...(language === undefined ? {} : { language }),
    ...(cause === undefined ? {} : { cause }),
    ...(kind === 'start' && (uncounted || item.platform === probePlatform) ? { uncounted: true } : {}),
  };
}

const stateOf = (clock: Standing, level: number): ClockState =>
  clock.phase === 'running' && level === overdue ? 'breached' : clock.phase === 'released' ? 'stopped' : clock.phase;

type Breaches = Partial<Record<BreachCause, number>>;

/** The breaches of a clock by cause: of ended stretches, and of the present one where that is overdue. */
function breachesOf(obligation: string, is: Standing, overdueNow: boolean): Breaches {
  const breaches: Breaches = {};
  const count = (told: HoldCause | undefined, n: number): void => {
    const cause = breachCause(obligation, told);
    if (n > 0) breaches[cause] = (breaches[cause] ?? 0) + n;
  };
  let told = 0;
  for (const [cause, n] of Object.entries(is.lateBy ?? {}) as [HoldCause, number][]) {
    told += n;
    count(cause, n);
  }
  count(undefined, is.late - told);
  if (overdueNow) count(is.cause, 1);
  return breaches;
}

/** The breaches that are shown of a row; before there were causes, all under the one that says nothing. */
function shownOf({ obligation, late, withdrawn, breaches }: ClockRow): Breaches {
  return breaches === null ? { [breachCause(obligation, undefined)]: late - withdrawn } : JSON.parse(breaches);
}

/** The row that follows from a history; what changes in the totals is added to `totals`. */
function settle(
  before: ClockRow | undefined,
  identity: Pick<ClockRow, 'id' | 'obligation' | 'subject' | 'platform' | 'post_id' | 'post_version' | 'tag'>,
  history: History,
  checkedAt: number | undefined,
  now: number,
  rules: Rules,
  totals: Totals,
): ClockRow {
  const is = standing(history);
  if (before) contribute(totals, rules, before.obligation, standing(JSON.parse(before.history) as History), -1);
  contribute(totals, rules, identity.obligation, is, 1);

  const level = levelAt(is, checkedAt ?? 0);
  const overdueNow = isOpen(is) && (is.pastDue || level === overdue);
  // Breaches are counted when they are shown; evidence that comes later can take one back, but never lowers the count.
  const breaches = breachesOf(identity.obligation, is, overdueNow);
  const shown = before ? shownOf(before) : {};
  let [late, withdrawn] = [0, 0];
  for (const cause of new Set([...Object.keys(shown), ...Object.keys(breaches)]) as Set<BreachCause>) {
    const more = (breaches[cause] ?? 0) - (shown[cause] ?? 0);
    if (more > 0) late += more;
    else withdrawn -= more;
    if (!is.counted || is.route === undefined || more === 0) continue;
    const measure = more > 0 ? 'late' : 'withdrawn';
    add(totals, identity.obligation, is.route, measure, Math.abs(more));
    add(totals, identity.obligation, is.route, `${measure}:${cause}`, Math.abs(more));
  }

  const running = is.phase === 'running' ? is.due : undefined;
  const atOnce = isOpen(is) && checkedAt === undefined && rules.pagesAtOnce(identity.obligation);
  const next = atOnce ? is.from : nextInstant(is, checkedAt);
  return {
    ...identity,
    route: is.route ?? null,
    state: stateOf(is, level),
    open: isOpen(is) ? 1 : 0,
    counted: is.counted ? 1 : 0,
    started_at: is.startedAt ?? null,
    due_at: running ?? null,
    sort_at: running ?? someday + (is.startedAt ?? 0),
    ended_at: isOpen(is) ? null : (is.endedAt ?? null),
    seconds: is.ms === undefined ? null : is.ms / 1000,
    reopened: is.reopened,
    level,
    checked_at: checkedAt ?? null,
    next_at: next ?? null,
    late: (before?.late ?? 0) + late,
    withdrawn: (before?.withdrawn ?? 0) + withdrawn,
    breaches: JSON.stringify(breaches),
    history: JSON.stringify(compact(history)),
    changed_at: now,
    version: (before?.version ?? 0) + 1,
  };
}

/**
 * A clock after these changes; undefined where they say nothing new. Pure but for `totals`, to which the difference is added.
 * @param before the row as it is in the database; undefined where there is none.
 * @param tag its name in the ledger, where it has none yet.
 */
export function advance(
  before: ClockRow | undefined,
  changes: readonly { event: string; change: ClockChange; item: Item }[],
  now: number,
  rules: Rules,
  totals: Totals,
  tag: string,
): ClockRow | undefined {
  const [first] = changes;
  if (!first) return undefined;
  const old: History = before ? (JSON.parse(before.history) as History) : { moments: [] };
  const moments = changes.map(({ event, change, item }) => toMoment(event, change, item, rules));
  const history = merge(old, moments);
  if (history === old) return undefined;
  const { obligation, subject } = first.change;
  const identity = before ?? {
    tag: null,
    id: clockId(obligation, subject),
    obligation,
    subject,
    platform: first.item.platform,
    post_id: first.item.postId,
    post_version: first.item.version,
  };
  const row = settle(
    before,
    { ...identity, tag: identity.tag ?? tag },
    history,
    before?.checked_at ?? undefined,
    now,
    rules,
    totals,
  );
  if (row.next_at !== null && row.next_at <= now && !rules.pagesAtOnce(obligation)) {
    // Given once: what is waiting already does not wait longer.
    row.next_at = Math.min(now + grace, Math.max(row.next_at, before?.next_at ?? now + grace));
  }
  return row;
}

/** What the escalation finds at `now`: the clock as it is then, and the level that somebody has to be told of (0: none). */
export function check(before: ClockRow, now: number, rules: Rules, totals: Totals): { row: ClockRow; level: number } {
  const history = JSON.parse(before.history) as History;
  const row = settle(before, before, history, now, now, rules, totals);
  // A clock that has ended is looked at for one reason: it ended late, and nobody was told.
  if (row.open === 0) return { row, level: overdue };
  const first = before.checked_at === null && rules.pagesAtOnce(before.obligation);
  return { row, level: first ? Math.max(begun, row.level) : row.level };
}
