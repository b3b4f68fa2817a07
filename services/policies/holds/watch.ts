import { createDeliver, readContacts } from '../../clocks/index.js';
import { isoTime, loop, type Runtime, type Stoppable } from '../../runtime/index.js';
import type { Policy } from '../decide.js';
import { holdable } from './apply.js';
import { limitOf, usualBreaker, usualHours } from './breaker.js';
import { type Judged, judge, type RuleDecision, usualTerms } from './gate.js';
import { placeHold } from './keep.js';
import type { HoldCause, HoldRow, HoldRows } from './tables.js';

const lookEvery = 1_000;
const minute = 60_000;
const hour = 3600_000;
const day = 24 * hour;
/** Volumes are kept for so long; overturned decisions count for as long, so that both are of the same time. */
const volumeKept = 60 * day;
/** After people let a rule act again whose volume was sudden: they know the crowd, and it is not tripped at once again. */
const calm = 6 * hour;
/** Pause before a contact that could not be reached is tried again. */
const tellAgain = 30_000;
/** Decisions of a rule that are read: more than a window has. */
const mostDecisions = 5_000;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const saidOf = ({ decisions, wrong, lower, upper, overturned, acted, closes }: Judged, floor: number): string =>
  closes === 'too many were overturned'
    ? `${overturned} of ${acted} were brought back, so its precision is under the floor of ${percent(floor)}`
    : `${wrong} of ${decisions} reviewed decisions went against it; its precision is ${
        closes === 'worse than the floor'
          ? `at most ${percent(upper)}, under the floor of ${percent(floor)}`
          : `at least ${percent(lower)} and no more is certain, under the floor of ${percent(floor)}`
      }`;

type Parts = Pick<Runtime, 'db' | 'time' | 'log' | 'cache' | 'config' | 'commit' | 'lead'>;

/** When a rule was last let act again; 0 where it never was held. */
async function liftedAt({ db }: Pick<Parts, 'db'>, rule: string, cause?: HoldCause): Promise<number> {
  let query = db
    .tables<HoldRows>()
    .selectFrom('rule_holds')
    .select(({ fn }) => fn.max<number | null>('lifted_at').as('at'))
    .where('rule', '=', rule);
  if (cause) query = query.where('cause', '=', cause);
  return (await query.executeTakeFirst())?.at ?? 0;
}

/** What is known of a rule's precision since it was last let act. Cost: a range of the index `rule_decisions_rule`, one of `rule_volume`'s key. */
export async function judgeRule(parts: Pick<Parts, 'db' | 'time'>, rule: string, floor: number): Promise<Judged> {
  const { db, time } = parts;
  const rows = db.tables<HoldRows>();
  const since = await liftedAt(parts, rule);
  const found = await rows
    .selectFrom('rule_decisions')
    .select(['good', 'sampled', 'weight', 'at'])
    .where('rule', '=', rule)
    .where('at', '>', since)
    .orderBy('at', 'desc')
    .limit(mostDecisions)
    .execute();
  const counted = Math.max(since, time.now() - volumeKept);
  const volume = await rows
    .selectFrom('rule_volume')
    .select(({ fn }) => fn.sum<number | null>('n').as('n'))
    .where('rule', '=', rule)
    .where('minute', '>=', Math.floor(counted / minute) * minute)
    .executeTakeFirst();
  const decisions = found
    .reverse()
    .filter(({ sampled, at }) => sampled === 1 || at >= counted)
    .map(({ good, sampled, weight, at }): RuleDecision => ({ good: good === 1, sampled: sampled === 1, weight, at }));
  return judge(decisions, Number(volume?.n ?? 0), { ...usualTerms, floor });
}

/** The most in a minute that is not sudden for a rule at this hour of the week. Cost: 24 ranges of the key of `rule_volume`. */
async function limitFor({ db, time }: Pick<Parts, 'db' | 'time'>, rule: string): Promise<number> {
  const peaks = await Promise.all(
    usualHours(time.now()).map(async at => {
      const row = await db
        .tables<HoldRows>()
        .selectFrom('rule_volume')
        .select(({ fn }) => fn.max<number | null>('n').as('n'))
        .where('rule', '=', rule)
        .where('minute', '>=', at)
        .where('minute', '<', at + hour)
        .executeTakeFirst();
      return Number(row?.n ?? 0);
    }),
  );
  return limitOf(peaks, usualBreaker);
}

/** Looks, in one process at a time, at what rules do by themselves, holds those that may not, and tells who is on call. */
export function watchRules(parts: Parts, policy: () => Policy): Stoppable {
  const { db, time, log, config } = parts;
  const rows = db.tables<HoldRows>();
  const contacts = readContacts(config);
  const deliver = createDeliver(config, time);

  /** @returns the last decision that was looked at */
  async function gate(after: number): Promise<number> {
    const news = await rows
      .selectFrom('rule_decisions')
      .select(['rule', ({ fn }) => fn.max<number>('noted_at').as('last')])
      .where('noted_at', '>', after)
      .groupBy('rule')
      .execute();
    const current = policy();
    const floor = current.floor ?? usualTerms.floor;
    for (const { rule } of news) {
      if (!holdable(current).some(({ name }) => name === rule)) continue;
      const judged = await judgeRule(parts, rule, floor);
      if (!judged.closes) continue;
      const { decisions, wrong, lower, upper, overturned, acted, closes } = judged;
      const detail = { floor, decisions, wrong, lower, upper, overturned, acted, closes };
      await placeHold(parts, { rule, cause: 'evidence', why: saidOf(judged, floor), detail, by: 'the evidence gate' });
    }
    // What was committed meanwhile with an earlier time is looked at again.
    return Math.max(after, ...news.map(({ last }) => last - 10_000));
  }

  async function breaker(): Promise<void> {
    const since = time.now() - 2 * minute;
    const busy = await rows
      .selectFrom('rule_volume')
      .select(['rule', ({ fn }) => fn.max<number>('n').as('n')])
      .where('changed_at', '>=', since)
      .where('n', '>', usualBreaker.least)
      .groupBy('rule')
      .execute();
    if (busy.length === 0) return;
    const current = holdable(policy());
    for (const { rule, n } of busy) {
      if (!current.some(({ name }) => name === rule)) continue;
      if (time.now() < (await liftedAt(parts, rule, 'volume')) + calm) continue;
      const limit = await limitFor(parts, rule);
      if (n <= limit) continue;
      const why = `${n} posts in a minute, where at most ${Math.round(limit)} are usual at this hour`;
      const detail = { perMinute: n, limit };
      await placeHold(parts, { rule, cause: 'volume', why, detail, by: 'the circuit breaker' });
    }
  }

  let triedAt = Number.NEGATIVE_INFINITY;
  async function tell(): Promise<void> {
    if (time.steady() - triedAt < tellAgain) return;
    const untold = await rows
      .selectFrom('rule_holds')
      .selectAll()
      .where('lifted_at', 'is', null)
      .where('told_at', 'is', null)
      .where('cause', '<>', 'person')
      .execute();
    for (const row of untold) {
      const told = await tellAll(row);
      if (told || contacts.length === 0) {
        const query = rows.updateTable('rule_holds').set({ told_at: time.now() }).where('id', '=', row.id);
        await db.commit([{ query }]);
      } else triedAt = time.steady();
    }
  }

  /** Tells everybody on call at once: it is no clock, and nobody has to answer. @returns whether somebody took it */
  async function tellAll({ id, rule, cause, why, placed_at, detail }: HoldRow): Promise<boolean> {
    const text = [
      `The rule "${rule}" does not remove or withhold by itself any more: ${why}.`,
      'What it would have removed goes to reviewers first, and their clock runs. Orders are executed as before.',
      'Two people let it act again: Approvals in the console, or POST /v1/rule-holds/ID/lift.',
      '',
    ].join('\n');
    const data = { hold: id, rule, cause, why, at: isoTime(placed_at), figures: JSON.parse(detail) };
    const message = { id: `hold.${id}`, subject: `[Sans Délai] The rule ${rule} is held`, text, data };
    const outcomes = await Promise.allSettled(contacts.map(contact => deliver(contact, message)));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') log.warn({ err: outcome.reason, hold: id }, 'not told that a rule is held');
    }
    return outcomes.some(({ status }) => status === 'fulfilled');
  }

  return parts.lead('rule-holds', async (_fence, signal) => {
    let seen = 0;
    const looking = loop(
      time,
      lookEvery,
      async () => {
        await breaker();
        seen = await gate(seen);
        await tell();
      },
      error => log.warn({ err: error }, 'rules not looked at; looked at again'),
    );
    await new Promise<void>(resolve => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await looking.stop();
  });
}
