import { z } from 'zod';
import type { AssessmentRow } from '../../classify/index.js';
import { assessedWith, versionKey } from '../../contracts/index.js';
import { type ItemView, readItem } from '../../enforce/index.js';
import { readVersions } from '../../ingest/index.js';
import { isoTime, type Runtime } from '../../runtime/index.js';
import type { ClockView } from './clocks.js';
import { readShown } from './made.js';
import type { Standing, StandingStep } from './standing.js';

/** All that the services say of one item. */
export interface Parts {
  versions: Awaited<ReturnType<typeof readVersions>>;
  assessments: readonly AssessmentRow[];
  item: ItemView;
  clocks: readonly ClockView[];
}

/** Where a post stands; undefined where nothing was ever received of it. */
export async function readStanding(
  runtime: Pick<Runtime, 'db' | 'time'>,
  platform: string,
  id: string,
): Promise<Standing | undefined> {
  const { db } = runtime;
  const [versions, { assessments, clocks }, item] = await Promise.all([
    readVersions(db, platform, id),
    readShown(runtime, platform, id),
    readItem(db, platform, id),
  ]);
  const parts = { versions, assessments, item, clocks };
  return versions.length > 0 || item.removal || item.cases.length > 0 ? describe(platform, id, parts) : undefined;
}
const maybe = <K extends string>(key: K, ms: number | null | undefined): Partial<Record<K, string>> =>
  ms === null || ms === undefined ? {} : ({ [key]: isoTime(ms) } as Record<K, string>);
const text = <K extends string>(key: K, value: string | null | undefined): Partial<Record<K, string>> =>
  value === null || value === undefined ? {} : ({ [key]: value } as Record<K, string>);

/** What the rows come to. Pure. */
export function describe(platform: string, id: string, parts: Parts): Standing {
  const { item, clocks } = parts;
  const { removal } = item;
  const versions = describeVersions(platform, id, parts);
  return {
    platform,
    id,
    state: stateOf(versions, item),
    versions,
    steps: stepsOf(versions, item),
    cases: item.cases.map(row => ({
      id: row.id,
      version: row.version,
      state: row.state,
      rule: row.rule,
      reasons: JSON.parse(row.reasons) as string[],
      openedAt: isoTime(row.opened_at),
      ...text('decision', row.decision),
      ...maybe('decidedAt', row.decided_at),
      ...text('decidedBy', row.decided_by),
      ...text('note', row.note),
    })),
    ...(removal && {
      removal: {
        id: removal.id,
        version: removal.version,
        wanted: removal.wanted,
        state: removal.state,
        attempts: removal.attempts,
        ...maybe('nextAt', removal.next_at),
        detail: removal.detail,
      },
    }),
    grounds: item.grounds.map(row => ({
      kind: row.kind as Standing['grounds'][number]['kind'],
      ref: row.ref,
      addedAt: isoTime(row.added_at),
      addedBy: row.added_by,
      ...maybe('liftedAt', row.lifted_at),
      ...text('liftedBy', row.lifted_by),
    })),
    clocks: clocks.map(row => ({
      id: row.id,
      obligation: row.obligation,
      state: row.state,
      ...maybe('startedAt', row.started_at),
      ...maybe('dueAt', row.due_at),
      ...maybe('endedAt', row.ended_at),
      ...(row.seconds !== null && { seconds: row.seconds }),
      reopened: row.reopened,
    })),
    evidence: item.looks.map(row => ({
      at: isoTime(row.at),
      phase: row.phase,
      verdict: row.verdict,
      why: row.why,
      looks: JSON.parse(row.looks) as Standing['evidence'][number]['looks'],
    })),
  };
}

type Version = Standing['versions'][number];

function describeVersions(platform: string, id: string, { versions, assessments }: Parts): Version[] {
  const assessed = new Map(assessments.map(row => [row.key, row]));
  return versions.map((stored): Version => {
    const version = 'post' in stored ? stored.post.version : stored.version;
    const row = assessed.get(versionKey({ platform, version, id }));
    const assessment = row && {
      assessment: {
        action: row.action as NonNullable<Version['assessment']>['action'],
        rule: row.rule,
        assessedAt: isoTime(row.assessed_at),
        ...detailSchema.parse(JSON.parse(row.detail)),
      },
    };
    const receivedAt = isoTime(stored.receivedAt);
    if ('erased' in stored) return { version, receivedAt, erased: true, ...assessment };
    const { createdAt, deletedAt, url, audience, language } = stored.post;
    return {
      version,
      receivedAt,
      erased: false,
      createdAt,
      ...text('deletedAt', deletedAt),
      url,
      audience,
      ...text('language', language),
      route: stored.route,
      flags: stored.flags,
      ...assessment,
    };
  });
}

/** What `assessments.detail` holds. */
const detailSchema = z.object({
  scores: z.record(z.string(), z.number()),
  reasons: z.array(z.string()).optional(),
  findings: z.custom<NonNullable<Version['assessment']>['findings']>().optional(),
  versions: assessedWith,
  asked: z.custom<NonNullable<Version['assessment']>['asked']>().optional(),
});

function stateOf(versions: readonly Version[], { removal, cases }: ItemView): Standing['state'] {
  if (removal) {
    if (removal.state !== 'pending') return removal.state;
    return removal.wanted === 'gone' ? 'removing' : 'restoring';
  }
  if (cases.some(row => row.state === 'open')) return 'in review';
  const last = versions.at(-1);
  // What a person kept, or a rule let stand.
  if (last?.assessment) return 'allowed';
  if (!last || last.erased || last.deletedAt || last.flags?.includes('not-public')) return 'not assessed';
  return 'received';
}

/** Everything that happened, in its order. */
function stepsOf(versions: readonly Version[], { cases, removal, grounds, looks }: ItemView): StandingStep[] {
  const steps: { at: number; step: StandingStep['step']; detail?: string; version?: number }[] = [];
  const add = (at: number | string | null | undefined, step: StandingStep['step'], more: object = {}): void => {
    if (at !== null && at !== undefined)
      steps.push({ at: typeof at === 'string' ? Date.parse(at) : at, step, ...more });
  };
  for (const { version, createdAt, receivedAt, deletedAt, route, assessment } of versions) {
    add(createdAt, 'created', { version });
    add(receivedAt, 'received', { version, ...text('detail', route) });
    add(assessment?.assessedAt, 'assessed', { version, detail: `${assessment?.action} (${assessment?.rule})` });
    add(deletedAt, 'deleted', { version });
  }
  for (const row of cases) {
    add(row.opened_at, 'case opened', { version: row.version, detail: row.rule });
    if (row.state === 'superseded') add(row.decided_at, 'case superseded', { version: row.version });
    if (row.state === 'decided') {
      add(row.decided_at, 'case decided', { version: row.version, detail: `${row.decision} by ${row.decided_by}` });
    }
  }
  for (const row of grounds) {
    const ground = row.ref.startsWith(`${row.kind}:`) ? row.ref : `${row.kind}, ${row.ref}`;
    add(row.added_at, 'ground added', { detail: ground });
    add(row.lifted_at, 'ground lifted', { detail: `${ground}, by ${row.lifted_by}` });
  }
  if (removal) {
    const { version } = removal;
    add(removal.requested_at, 'requested', { version, detail: removal.wanted === 'gone' ? 'removal' : 'restoration' });
    add(removal.seen_at, 'seen readable', { version });
    add(removal.called_at, 'called', { version });
    add(removal.accepted_at, 'accepted', { version });
    add(removal.escalated_at, 'escalated', { version });
    if (removal.state !== 'pending') add(removal.ended_at, removal.state, { version });
  }
  for (const row of looks) add(row.at, 'looked', { detail: `${row.phase}: ${row.verdict}` });

  const [first] = versions;
  const received = first && Date.parse(first.receivedAt);
  return steps
    .map((step, n) => ({ step, n }))
    .sort((a, b) => a.step.at - b.step.at || rank(a.step.step) - rank(b.step.step) || a.n - b.n)
    .map(({ step: { at, ...step } }) => ({
      at: isoTime(at),
      ...step,
      ...(received !== undefined && { after: at - received }),
    }));
}

const order: readonly StandingStep['step'][] = [
  'created',
  'received',
  'assessed',
  'case opened',
  'case superseded',
  'case decided',
  'ground lifted',
  'ground added',
  'requested',
  'looked',
  'seen readable',
  'called',
  'accepted',
  'gone',
];
/** Of what happened in the same millisecond: as one thing leads to the next. */
const rank = (step: StandingStep['step']): number => (order.includes(step) ? order.indexOf(step) : order.length);
