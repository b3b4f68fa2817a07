import { busKey, type PostAssessed, postAssessed } from '../contracts/index.js';
import { latestVersions } from '../ingest/index.js';
import { drop, type Input, ok, type Result, type Runtime, retry, type Stage } from '../runtime/index.js';
import { caseOf, closedCase, openCase, postedAt, supersedeCase } from './cases.js';
import { notConfirmed } from './escalate.js';
import { type Changes, emptyChanges, requestRemoval } from './request.js';
import type { CaseRow, EnforceRows, RemovalRow } from './tables.js';

/** Opens a case or a removal for what the policy found, with its ground. */
export function enforceStage(runtime: Runtime): Stage<typeof postAssessed.schema> {
  const { db } = runtime;
  const rows = db.tables<EnforceRows>();

  function decide(
    data: PostAssessed,
    item: string,
    open: readonly CaseRow[],
    removal: RemovalRow | undefined,
  ): Changes {
    const { action, platform, id: postId, version, url, authorId, route, flags, assessedAt: at } = data;
    // What a person would decide about an earlier version must not bring this one back.
    const older = open.filter(row => row.version < version && row.rule !== notConfirmed);
    const made = older.map(row => supersedeCase(db, row, 'a newer version', at));
    if (action !== 'review') {
      const kind = action === 'remove' ? ('policy' as const) : ('withheld' as const);
      const ground = { kind, ref: `policy:${data.versions.policy}#${data.rule}` };
      const request = { platform, postId, version, url, authorId, ground, by: 'policy', at, route, flags };
      made.push(requestRemoval(db, { ...request, postedAt: postedAt(data) }, removal));
    }
    const found = caseOf(data, item, at);
    made.push(action === 'remove' ? closedCase(db, found, at) : openCase(db, found, action === 'withhold'));
    return { writes: made.flatMap(({ writes }) => writes), events: made.flatMap(({ events }) => events) };
  }

  /** Why nothing is done about it; undefined where something is. */
  function passedOver(
    { data }: Input<PostAssessed>,
    latest: { version: number; deleted: boolean } | undefined,
  ): string | undefined {
    if (data.action === 'allow') return 'allowed';
    // A newer version has an assessment of its own; acting on this one could undo what that one led to.
    if (latest && latest.version > data.version) return 'superseded';
    return latest?.deleted ? 'deleted' : undefined;
  }

  return {
    name: 'enforce',
    topic: 'assessments',
    accepts: { [postAssessed.type]: postAssessed.schema },
    batch: 200,
    async handle(inputs) {
      const acting = inputs.filter(input => input.data.action !== 'allow').map(input => input.data);
      if (acting.length === 0) return { results: inputs.map(() => drop('allowed')) };
      const items = acting.map(busKey);
      const [latest, open, removals] = await Promise.all([
        latestVersions(db, acting),
        rows.selectFrom('cases').selectAll().where('item', 'in', db.among(items)).where('state', '=', 'open').execute(),
        rows.selectFrom('removals').selectAll().where('item', 'in', db.among(items)).execute(),
      ]);
      const changes = emptyChanges();
      const handled = new Set<string>();
      const results = inputs.map((input): Result => {
        const item = busKey(input.data);
        const reason = passedOver(input, latest.get(item));
        if (reason) return drop(reason);
        // Two of one item in a batch: the second finds what the first wrote when it comes again.
        if (handled.has(item)) return retry('behind another version in the same batch');
        handled.add(item);
        const made = decide(
          input.data,
          item,
          open.filter(row => row.item === item),
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
