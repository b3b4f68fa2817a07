import { type Action, busKey, eventId, type PostAssessed, postAssessed } from '../contracts/index.js';
import { latestVersions } from '../ingest/index.js';
import { drop, type Input, ok, type Result, type Runtime, retry, type Stage } from '../runtime/index.js';
import { aboutOf, caseOf, closedCase, openCase, postedAt, severerCase, supersedeCase } from './cases.js';
import { notConfirmed } from './escalate.js';
import { humanCheckReason, isSampled, readHumanCheck } from './human-check.js';
import { type Changes, emptyChanges, requestRemoval } from './request.js';
import type { CaseRow, EnforceRows, RemovalRow } from './tables.js';

/**
 * What a further assessment of a version leads to, whose case is there already: the answer of a costly signal comes later, and makes the action severer. The
 * order in which they come makes no difference, and neither does how often.
 */
function afterCase(action: Action, same: CaseRow | undefined): 'go on' | 'ask again' | 'nothing' {
  if (!same) return 'go on';
  // Removed already, by a rule or a person: one ground more, where this is one.
  if (same.state === 'open' || same.decision === 'remove') {
    const more = action === 'remove' || (action === 'withhold' && same.state === 'open');
    return more ? 'go on' : 'nothing';
  }
  return same.state === 'decided' && action !== 'review' ? 'ask again' : 'nothing';
}

/** Opens a case or a removal for what the policy found, with its ground. */
export function enforceStage(runtime: Runtime): Stage<typeof postAssessed.schema> {
  const { db } = runtime;
  const rows = db.tables<EnforceRows>();

  function decide(
    data: PostAssessed,
    item: string,
    cases: readonly CaseRow[],
    removal: RemovalRow | undefined,
    checked: number,
  ): Changes {
    const { action, platform, id: postId, version, url, authorId, route, flags, language, assessedAt: at } = data;
    const found = caseOf(data, item, at);
    const about = aboutOf(data, runtime.config.CLOCK_REVIEW);
    const same = cases.find(row => row.id === found.id);
    const step = afterCase(action, same);
    if (step === 'nothing') return emptyChanges();
    // A person let it stand before this was found: a person looks again, and nothing is done over their head.
    if (step === 'ask again') {
      const again = { ...found, id: eventId(found.id, 'again') };
      return cases.some(row => row.id === again.id) ? emptyChanges() : openCase(db, again, false, about);
    }
    // What a person would decide about an earlier version must not bring this one back.
    const older = cases.filter(row => row.state === 'open' && row.version < version && row.rule !== notConfirmed);
    const made = older.map(row => supersedeCase(db, row, 'a newer version', at));
    if (action !== 'review') {
      const kind = action === 'remove' ? ('policy' as const) : ('withheld' as const);
      const ground = { kind, ref: `policy:${data.versions.policy}#${data.rule}` };
      const request = { platform, postId, version, url, authorId, ground, by: 'policy', at, route, flags, language };
      made.push(requestRemoval(db, { ...request, postedAt: postedAt(data) }, removal));
    }
    // Gone at once all the same; a person says afterwards whether that was right.
    const verified = action === 'remove' && isSampled(checked, found.id);
    const shown = verified ? { ...found, reasons: JSON.stringify([humanCheckReason, ...data.reasons]) } : found;
    const closed = action === 'remove' && !verified;
    if (!same) made.push(closed ? closedCase(db, shown, at, about) : openCase(db, shown, action !== 'review', about));
    else if (same.state === 'open') made.push(severerCase(db, same, shown, closed, about));
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
      const [latest, cases, removals, checked] = await Promise.all([
        latestVersions(db, acting),
        rows.selectFrom('cases').selectAll().where('item', 'in', db.among(items)).execute(),
        rows.selectFrom('removals').selectAll().where('item', 'in', db.among(items)).execute(),
        readHumanCheck(db),
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
          cases.filter(row => row.item === item),
          removals.find(row => row.item === item),
          checked,
        );
        changes.writes.push(...made.writes);
        changes.events.push(...made.events);
        return ok;
      });
      return { results, ...changes };
    },
  };
}
