import { probePlatform } from '../../clocks/index.js';
import { postOf } from '../../contracts/index.js';
import { readReviewed } from '../../enforce/index.js';
import {
  type Basis,
  type Change,
  type Collector,
  type Found,
  type LaterAnswer,
  type Policy,
  redecide,
  ruleMet,
  type SignalInfo,
  unpackBasis,
} from '../../policies/index.js';
import type { Database } from '../../runtime/index.js';
import type { AssessmentRow, ClassifyRows } from '../tables.js';

/** Assessments read at once: some 2 MB. */
const pageSize = 4_000;

/** An assessment as a backtest reads it. */
export type StoredRow = Pick<AssessmentRow, 'key' | 'item' | 'action' | 'rule' | 'basis' | 'assessed_at'>;

export interface Period {
  /** From (in) and to (out), by when they were assessed; milliseconds since 1970, UTC. */
  from: number;
  to: number;
}

/** Where to go on: the last assessment that was dealt with. */
export const cursorOf = ({ assessed_at, key }: StoredRow): string => `${assessed_at} ${key}`;

function startOf(cursor: string | null, from: number): { at: number; key: string } {
  if (cursor === null) return { at: from, key: '' };
  const cut = cursor.indexOf(' ');
  return { at: Number(cursor.slice(0, cut)), key: cursor.slice(cut + 1) };
}

/** The probe's own posts, one a minute: no figure counts them, and what a draft makes of them says nothing. */
const probed = `${probePlatform}/%`;

/** The next assessments of a period, in the order in which they were made. Cost: one range of the index `assessments_assessed`. */
export function readPage(db: Database, { from, to }: Period, cursor: string | null): Promise<StoredRow[]> {
  const { at, key } = startOf(cursor, from);
  return db
    .tables<ClassifyRows>()
    .selectFrom('assessments')
    .select(['key', 'item', 'action', 'rule', 'basis', 'assessed_at'])
    .where('assessed_at', '>=', at)
    .where('assessed_at', '<', to)
    .where('key', 'not like', probed)
    .where(({ or, eb }) => or([eb('assessed_at', '>', at), eb('key', '>', key)]))
    .orderBy('assessed_at')
    .orderBy('key')
    .limit(pageSize)
    .execute();
}

/** How many assessments a period has. Cost: one range of the index. */
export async function countStored(db: Database, { from, to }: Period): Promise<number> {
  const row = await db
    .tables<ClassifyRows>()
    .selectFrom('assessments')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('assessed_at', '>=', from)
    .where('assessed_at', '<', to)
    .where('key', 'not like', probed)
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** What costly signals answered about these assessments, by key and signal. */
export async function readLater(
  db: Database,
  keys: readonly string[],
): Promise<Map<string, Record<string, LaterAnswer>>> {
  const found = new Map<string, Record<string, LaterAnswer>>();
  if (keys.length === 0) return found;
  const rows = await db
    .tables<ClassifyRows>()
    .selectFrom('questions')
    .select(['key', 'signal', 'state', 'answer'])
    .where('key', 'in', db.among(keys))
    .where('state', 'in', ['answered', 'unanswered'])
    .execute();
  for (const { key, signal, answer } of rows) {
    if (answer === null) continue;
    const answers = found.get(key) ?? {};
    found.set(key, answers);
    answers[signal] = JSON.parse(answer) as LaterAnswer;
  }
  return found;
}

/** A kept post as a backtest counts and lists it: its truth is what people decided of it. */
export function toldOf(
  { key, item }: Pick<StoredRow, 'key' | 'item'>,
  language: string | undefined,
  reviewed: Awaited<ReturnType<typeof readReviewed>>,
) {
  const { platform, id, version } = postOf(key);
  const judged = reviewed.get(`${item}/${version}`);
  return {
    platform,
    id,
    version,
    language,
    slice: platform,
    ...(judged && {
      label: judged.category ?? (judged.violating ? 'removed' : 'kept'),
      truth: judged.violating ? ('violating' as const) : ('harmless' as const),
    }),
  };
}

export interface Policies {
  draft: Policy;
  /** What it is held against; undefined: what was done. */
  against: Policy | undefined;
  signals: readonly SignalInfo[];
}

/** What met the rule that decides now; where it asks for nothing (`otherwise`), what met the rule of before. */
export function metBy(
  policies: readonly Policy[],
  rules: readonly string[],
  post: { platform: string; language?: string | undefined },
  findings: readonly Found[],
): Found[] {
  for (const name of rules) {
    for (const policy of policies) {
      const rule = policy.rules.find(one => one.name === name);
      const met = rule ? ruleMet(rule, post, findings) : [];
      if (met.length > 0) return met;
    }
  }
  return [];
}

/** Decides a page of kept assessments again. */
export async function comparePage(
  db: Database,
  { draft, against, signals }: Policies,
  rows: readonly StoredRow[],
  collector: Collector,
): Promise<void> {
  const reviewed = await readReviewed(
    db,
    rows.map(({ item }) => item),
  );
  const bases = rows.map(({ basis }): Basis | undefined => (basis === null ? undefined : unpackBasis(basis)));
  const asked = rows.flatMap(({ key }, n) => (bases[n]?.asked ? [key] : []));
  const later = await readLater(db, asked);
  for (const [n, row] of rows.entries()) {
    const basis = bases[n];
    if (!basis) {
      collector.leave('assessed by an earlier version, which kept less: assess afresh');
      continue;
    }
    const { platform, id } = postOf(row.key);
    const answers = later.get(row.key);
    const after = redecide(draft, signals, { platform, id }, basis, answers);
    if ('lacking' in after) {
      collector.leave(`${after.lacking} was not asked about it: assess afresh`);
      continue;
    }
    let before = { action: row.action as Change['before']['action'], rule: row.rule };
    if (against) {
      const other = redecide(against, signals, { platform, id }, basis, answers);
      if ('lacking' in other) {
        collector.leave(`${other.lacking} was not asked about it: assess afresh`);
        continue;
      }
      before = other.decision;
    }
    const { language } = basis;
    const post = toldOf(row, language, reviewed);
    const { action, rule } = after.decision;
    collector.compare(post, { action: before.action, rule: before.rule }, { action, rule }, () =>
      metBy([draft, ...(against ? [against] : [])], [rule, before.rule], { platform, language }, after.findings),
    );
  }
}
