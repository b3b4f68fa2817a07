import type { Outgoing, Runtime, Write } from '../../runtime/index.js';
import { ruleDecision } from '../holds/index.js';
import { day, hour } from './fold.js';
import { type Budgets, ratesFor, type Volume } from './rates.js';
import { auditRatesTable, type Class, type EvidencePostRow, type EvidenceRows } from './tables.js';

/** What the audit needs of the cases. */
export interface Cases {
  /** The cases of these versions of posts, in this order. */
  read(posts: readonly PostName[]): Promise<PostCases[]>;
  /** The changes that open cases of the audit: blind, and without a harm to go by. `opened`: of which posts there is one; the others are gone. */
  open(posts: readonly PostName[]): Promise<Changes & { opened: boolean[] }>;
  /** The changes that take cases of the audit from the queue whose posts are gone. */
  withdraw(posts: readonly PostName[]): Promise<Changes>;
}

interface Changes {
  writes: Write[];
  events: Outgoing[];
}

export interface PostName {
  platform: string;
  id: string;
  version: number;
}

/** A case as evidence: a person's decision, or that nobody is going to decide it. */
export interface Seen {
  id: string;
  rule: string;
  decision?: { violates: boolean; at: number } | undefined;
  over: boolean;
}

interface PostCases {
  /** That which the policy opened. */
  policy?: Seen | undefined;
  audit?: Seen | undefined;
  /** The post was deleted. */
  gone: boolean;
}

/** Posts looked up at a time. */
const atOnce = 200;
/** How often an open case is looked up again; a decision is looked at again until it can hardly be reversed any more. */
const again = 60_000;
const later = [day, 7 * day, 30 * day] as const;
/** A post that has no case after so long will have none. */
const patience = hour;

const nameOf = ({ platform, post_id: id, version }: EvidencePostRow): PostName => ({ platform, id, version });

/**
 * Opens the cases that the audit chose, and takes decisions back from them. A pass touches what is due only, and repeats nothing.
 * Cost: the head of the partial index `evidence_posts_look`, and look-ups by key.
 */
export async function followOnce(runtime: Runtime, cases: Cases): Promise<number> {
  const { db, time } = runtime;
  const now = time.now();
  const rows = await db
    .tables<EvidenceRows>()
    .selectFrom('evidence_posts')
    .selectAll()
    .where('look_at', '<=', now)
    .orderBy('look_at')
    .limit(atOnce)
    .execute();
  if (rows.length === 0) return 0;
  const found = await cases.read(rows.map(nameOf));
  const fresh = rows.flatMap((row, n) => {
    const seen = found[n];
    // What was allowed and is reviewed by now is evidence as such.
    const isMoved = row.class === 'allowed' && seen?.policy !== undefined;
    return row.state === 'chosen' && row.class !== 'reviewed' && !seen?.audit && !isMoved ? [row] : [];
  });
  const made = await cases.open(fresh.map(nameOf));
  const opened = new Map(fresh.map((row, n) => [row.id, made.opened[n] === true]));
  const changes = rows.map((row, n): Write => {
    const next = opened.has(row.id)
      ? opened.get(row.id)
        ? { state: 'open' as const, look_at: now + again }
        : lost
      : stands(row, found[n], now);
    return {
      query: db.tables<EvidenceRows>().updateTable('evidence_posts').set(next).where('id', '=', row.id),
    };
  });
  const reviewed = rows.flatMap((row, n) => ofRule(runtime, row, found[n]) ?? []);
  const gone = rows.filter((row, n) => row.class !== 'reviewed' && isGone(found[n]));
  const less = await cases.withdraw(gone.map(nameOf));
  await runtime.commit([...changes, ...reviewed, ...made.writes, ...less.writes], [...made.events, ...less.events]);
  return rows.length;
}

/** Its post went before anybody decided. */
const isGone = (seen: PostCases | undefined): boolean => seen?.gone === true && !seen.audit?.decision;

const lost = { state: 'lost' as const, look_at: null };

/** What a person who was not told by what it was removed says of the rule that removed it: evidence that holds for all that the rule removes. */
function ofRule(runtime: Runtime, row: EvidencePostRow, seen: PostCases | undefined): Write | undefined {
  const { audit, policy } = seen ?? {};
  if (row.class !== 'removed' || !audit?.decision || !policy) return undefined;
  const { violates: good, at } = audit.decision;
  const { language, probability } = row;
  return ruleDecision(runtime, {
    caseId: audit.id,
    rule: policy.rule,
    language,
    good,
    at,
    sampled: true,
    weight: 1 / probability,
  });
}

/** Where a post's evidence stands by its cases. */
function stands(row: EvidencePostRow, seen: PostCases | undefined, now: number): Partial<EvidencePostRow> {
  if (row.class === 'allowed' && seen?.policy) return { state: 'moved', look_at: null };
  if (row.class !== 'reviewed' && isGone(seen)) return lost;
  const one = row.class === 'reviewed' ? seen?.policy : seen?.audit;
  if (!one) return now - row.chosen_at > patience ? lost : { look_at: now + again / 6 };
  const { decision } = one;
  if (!decision)
    return one.over ? { ...lost, case_id: one.id } : { state: 'open', case_id: one.id, look_at: now + again };
  const next = later.find(pause => decision.at + pause > now);
  return {
    state: 'decided',
    case_id: one.id,
    violates: decision.violates ? 1 : 0,
    decided_at: decision.at,
    look_at: next === undefined ? null : decision.at + next,
  };
}

/** Makes the rates anew from what came in within a day. */
export async function renewRates({ db, time }: Pick<Runtime, 'db' | 'time'>, budgets: Budgets): Promise<void> {
  const now = time.now();
  const rates = ratesFor(await readVolumes({ db, time }), budgets, now);
  const stale = db.tables<EvidenceRows>().deleteFrom('audit_rates').where('made_at', '<', now);
  await db.commit([db.insert(auditRatesTable, rates, { onConflict: 'replace' }), { query: stale }]);
}

/** Posts of the last 24 hours, by stratum. Cost: the hours' rows of one label, platforms × languages × rules × 24. */
async function readVolumes({ db, time }: Pick<Runtime, 'db' | 'time'>): Promise<Volume[]> {
  const rows = await db
    .tables<EvidenceRows>()
    .selectFrom('score_hours')
    .select(['language', 'action', 'counts'])
    .where('signal', '=', '')
    .where('label', '=', '')
    .where('at', '>', time.now() - day)
    .execute();
  const sums = new Map<string, Volume>();
  for (const { language, action, counts } of rows) {
    const what: Class = action === 'allow' ? 'allowed' : action === 'remove' ? 'removed' : 'reviewed';
    for (const [band, n] of Object.entries(JSON.parse(counts) as Record<string, number>)) {
      const key = `${what} ${band} ${language}`;
      const one = sums.get(key) ?? { class: what, language, band: Number(band), posts: 0 };
      one.posts += n;
      sums.set(key, one);
    }
  }
  return [...sums.values()];
}
