import { busKey, eventId, type PostAssessed, postAssessed } from '../contracts/index.js';
import { latestVersions } from '../ingest/index.js';
import { drop, type Input, ok, type Result, type Runtime, type Stage } from '../runtime/index.js';
import { fact } from './facts.js';
import { type Changes, emptyChanges, requestRemoval } from './request.js';
import { type CaseRow, casesTable, type EnforceRows, type RemovalRow } from './tables.js';

const unbelievable = new Set(['created-in-future', 'created-before-2000']);

/** When the post was published; what can't be true counts from receipt. */
const postedAt = (assessed: PostAssessed): number =>
  assessed.flags.some(flag => unbelievable.has(flag)) ? assessed.receivedAt : Math.min(assessed.createdAt, assessed.receivedAt);

/** Opens a case or a removal for what the policy found, with its ground. */
export function enforceStage(runtime: Runtime): Stage<typeof postAssessed.schema> {
  const { db } = runtime;
  const rows = db.tables<EnforceRows>();

  function decide(input: Input<PostAssessed>, open: CaseRow | undefined, removal: RemovalRow | undefined): Changes {
    const { data } = input;
    const item = busKey(data);
    const changes = emptyChanges();
    const at = data.assessedAt;
    const add = (more: Changes) => {
      changes.writes.push(...more.writes);
      changes.events.push(...more.events);
    };
    const ask = (kind: 'policy' | 'withheld') => {
      const ground = { kind, ref: `policy:${data.versions.policy}#${data.rule}` };
      const { platform, id: postId, version, route, flags } = data;
      add(requestRemoval(db, { platform, postId, version, ground, by: 'policy', at, postedAt: postedAt(data), route, flags }, removal));
    };
    if (data.action === 'remove') ask('policy');
    if (data.action === 'withhold') ask('withheld');
    if (data.action === 'review' || data.action === 'withhold') {
      if (open) {
        const closing = rows
          .updateTable('cases')
          .set({ state: 'superseded', decided_at: at })
          .where('id', '=', open.id)
          .where('state', '=', 'open');
        changes.writes.push({ query: closing, atLeast: 1 });
        const { platform, post_id: postId, version, id: caseId } = open;
        const closed = { platform, postId, version, caseId, at, decision: 'superseded' as const, by: 'a newer version' };
        changes.events.push(fact({ type: 'case.closed.v1', data: closed }, item, caseId));
      }
      add(openCase(data, item, at));
    }
    return changes;
  }

  function openCase(data: PostAssessed, item: string, at: number): Changes {
    const id = eventId(`${item}/${data.version}`, 'case');
    const row: CaseRow = {
      id,
      item,
      platform: data.platform,
      post_id: data.id,
      version: data.version,
      state: 'open',
      priority: data.priority,
      rule: data.rule,
      reasons: JSON.stringify(data.reasons),
      route: data.route,
      opened_at: at,
      decision: null,
      decided_at: null,
      decided_by: null,
      note: null,
    };
    const { platform, id: postId, version, route } = data;
    const opened = { platform, postId, version, caseId: id, at, route, withheld: data.action === 'withhold' };
    return {
      writes: [db.insert(casesTable, [row], { onConflict: 'nothing' })],
      events: [fact({ type: 'case.opened.v1', data: opened }, item, id)],
    };
  }

  return {
    name: 'enforce',
    topic: 'assessments',
    accepts: { [postAssessed.type]: postAssessed.schema },
    batch: 200,
    async handle(inputs) {
      const acting = inputs.filter(input => input.data.action !== 'allow');
      if (acting.length === 0) return { results: inputs.map(() => drop('allowed')) };
      const items = acting.map(input => busKey(input.data));
      const [latest, open, removals] = await Promise.all([
        latestVersions(
          db,
          acting.map(input => input.data),
        ),
        rows.selectFrom('cases').selectAll().where('item', 'in', db.among(items)).where('state', '=', 'open').execute(),
        rows.selectFrom('removals').selectAll().where('item', 'in', db.among(items)).execute(),
      ]);
      const changes = emptyChanges();
      const handled = new Set<string>();
      const results = inputs.map((input): Result => {
        const { data } = input;
        if (data.action === 'allow') return drop('allowed');
        const item = busKey(data);
        const newest = latest.get(item);
        // A newer version has an assessment of its own; acting on this one could undo what that one led to.
        if (newest && newest.version > data.version) return drop('superseded');
        if (newest?.deleted) return drop('deleted');
        // Two of one item in a batch: the second finds what the first wrote when it comes again.
        if (handled.has(item)) return { kind: 'retry', error: 'behind another version in the same batch' };
        handled.add(item);
        const made = decide(
          input,
          open.find(row => row.item === item),
          removals.find(row => row.item === item),
        );
        changes.writes.push(...made.writes);
        changes.events.push(...made.events);
        return ok;
      });
      return { results, ...changes };
    },
  };
}
