import { toLedger } from '../contracts/index.js';
import { ConflictError, type Database, type Outgoing, Problem, type Runtime, type Write } from '../runtime/index.js';
import { after, type Force, MoveError, rolledBack, type State } from './states.js';
import {
  type MoveRow,
  type PolicyRows,
  policyForceTable,
  policyMovesTable,
  policyVersionsTable,
  type VersionRow,
} from './tables.js';

/** Processes hear here that something changed; it may be lost, they look all the same. */
export const policiesChannel = 'policies';

export type PolicyNeeds = Pick<Runtime, 'db' | 'cache' | 'time' | 'log' | 'commit'>;

/** Who moves a version, and why. */
export interface Mover {
  by: string;
  why: string;
  /** The second person, where two did it. */
  second?: string;
  /** The revision that they looked at; left out, what is there now. */
  revision?: number;
}

/** What a canary is given: its share of the posts, and how much worse than the live version it may be, as a difference of shares. */
interface CanaryTerms {
  share: number;
  bound: number;
}

/** What decides at this moment, by one look-up of one row; undefined before the first start. */
export async function readForce(db: Database): Promise<Force | undefined> {
  const row = await db
    .tables<PolicyRows>()
    .selectFrom('policy_force')
    .selectAll()
    .where('id', '=', 1)
    .executeTakeFirst();
  return row && { ...(JSON.parse(row.force) as Omit<Force, 'revision'>), revision: row.revision };
}

export const findVersion = (db: Database, id: string): Promise<VersionRow | undefined> =>
  db.tables<PolicyRows>().selectFrom('policy_versions').selectAll().where('id', '=', id).executeTakeFirst();

/** The newest first, without their texts. */
export const listVersions = (db: Database, limit = 500): Promise<Omit<VersionRow, 'text'>[]> =>
  db
    .tables<PolicyRows>()
    .selectFrom('policy_versions')
    .select(['id', 'name', 'state', 'origin', 'created_at', 'created_by', 'note', 'live_at', 'before'])
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute();

/** Every move of a version, oldest first. */
export const movesOf = (db: Database, version: string): Promise<MoveRow[]> =>
  db.tables<PolicyRows>().selectFrom('policy_moves').selectAll().where('version', '=', version).orderBy('at').execute();

/** What a change consists of; committed at once, by whoever made it or by whoever agreed to it. */
export interface Change {
  writes: Write[];
  events: Outgoing[];
  force: Force;
}

type Made = Pick<VersionRow, 'id' | 'name' | 'text' | 'origin' | 'created_by' | 'note'>;

/** The first version of an installation is live from the start. */
export function planFirst({ db, time }: PolicyNeeds, made: Made): Change {
  const now = time.now();
  const force: Force = { revision: 1, live: made.id, shadows: [] };
  const mover = { by: made.created_by, why: made.note };
  return {
    writes: [
      db.insert(policyVersionsTable, [{ ...made, state: 'live', created_at: now, live_at: now, before: null }]),
      db.insert(policyForceTable, [{ id: 1, revision: 1, force: written(force), changed_at: now }]),
      moved({ db, time }, made.id, null, 'live', mover, now),
    ],
    events: [entered({ time }, { version: made.id, from: 'none', to: 'live' }, mover)],
    force,
  };
}

/** A draft: kept, and decides nothing. */
export function planDraft({ db, time }: PolicyNeeds, made: Made): Pick<Change, 'writes' | 'events'> {
  const now = time.now();
  const mover = { by: made.created_by, why: made.note };
  return {
    writes: [
      db.insert(policyVersionsTable, [{ ...made, state: 'draft', created_at: now, live_at: null, before: null }]),
      moved({ db, time }, made.id, null, 'draft', mover, now),
    ],
    events: [entered({ time }, { version: made.id, from: 'none', to: 'draft' }, mover)],
  };
}

/**
 * What moving a version changes. Nothing is committed yet: a promotion is when a second person agrees.
 * @throws Problem 404, 409 (not from there; changed since `mover.revision`)
 */
export async function planMove(
  { db, time }: Pick<PolicyNeeds, 'db' | 'time'>,
  id: string,
  to: State,
  mover: Mover,
  canary?: CanaryTerms,
): Promise<Change> {
  const force = await forceNow(db, mover);
  const row = await findVersion(db, id);
  if (!row) throw new Problem(404, `There is no policy ${id}.`);
  const now = time.now();
  const next = explained(() => after(force, row, to, canary && { ...canary, since: now }));
  const live = to === 'live' ? { live_at: now, before: force.live } : {};
  const writes = [changeForce(db, force, next, now), changeState(db, id, row.state, to, live)];
  writes.push(moved({ db, time }, id, row.state, to, mover, now, canary?.share));
  if (to === 'live') writes.push(...replaced({ db, time }, force.live, id, mover, now));
  return { writes, events: [entered({ time }, { version: id, from: row.state, to, ...canary }, mover)], force: next };
}

/** What rolling back changes. @throws Problem 409 where nothing was live before */
export async function planRollBack({ db, time }: Pick<PolicyNeeds, 'db' | 'time'>, mover: Mover): Promise<Change> {
  const force = await forceNow(db, mover);
  const live = await findVersion(db, force.live);
  const before = live?.before ? await findVersion(db, live.before) : undefined;
  if (!live || !before) throw new Problem(409, `Nothing was live before ${force.live}.`);
  const now = time.now();
  const next = rolledBack(force, before.id);
  const writes = [
    changeForce(db, force, next, now),
    changeState(db, before.id, before.state, 'live', { live_at: now }),
    moved({ db, time }, before.id, before.state, 'live', mover, now),
    ...replaced({ db, time }, live.id, before.id, mover, now),
  ];
  const canary = force.canary?.id;
  if (canary !== undefined && canary !== before.id) {
    writes.push(changeState(db, canary, 'canary', 'draft'), moved({ db, time }, canary, 'canary', 'draft', mover, now));
  }
  const detail = { version: before.id, from: before.state, to: 'live', instead: live.id, rolledBack: true };
  return { writes, events: [entered({ time }, detail, mover)], force: next };
}

/** Commits a change and tells every process of it. @throws Problem 409 where somebody was faster */
export async function make(needs: PolicyNeeds, { writes, events }: Pick<Change, 'writes' | 'events'>): Promise<void> {
  try {
    await needs.commit(writes, events);
  } catch (error) {
    if (error instanceof ConflictError)
      throw new Problem(409, 'Somebody changed the policies at this moment. Look again.');
    throw error;
  }
  await announce(needs);
}

export const announce = ({ cache, log }: Pick<PolicyNeeds, 'cache' | 'log'>): Promise<void> =>
  cache.publish(policiesChannel, '').catch(error => log.warn({ err: error }, 'change of a policy not announced'));

async function forceNow(db: Database, { revision }: Mover): Promise<Force> {
  const force = await readForce(db);
  if (!force) throw new Problem(503, 'No policy is in force yet.');
  if (revision !== undefined && revision !== force.revision) {
    throw new Problem(409, 'The policies were changed since you looked. Look again.', { revision: force.revision });
  }
  return force;
}

function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof MoveError) throw new Problem(409, error.message);
    throw error;
  }
}

const written = ({ revision: _, ...force }: Force): string => JSON.stringify(force);

function changeForce(db: Database, from: Force, to: Force, now: number): Write {
  const query = db
    .tables<PolicyRows>()
    .updateTable('policy_force')
    .set({ revision: to.revision, force: written(to), changed_at: now })
    .where('id', '=', 1)
    .where('revision', '=', from.revision);
  return { query, atLeast: 1 };
}

function changeState(
  db: Database,
  id: string,
  from: State,
  to: State,
  more: Partial<Pick<VersionRow, 'live_at' | 'before'>> = {},
): Write {
  const query = db
    .tables<PolicyRows>()
    .updateTable('policy_versions')
    .set({ state: to, ...more })
    .where('id', '=', id)
    .where('state', '=', from);
  return { query, atLeast: 1 };
}

const replaced = (
  needs: Pick<PolicyNeeds, 'db' | 'time'>,
  id: string,
  by: string,
  mover: Mover,
  now: number,
): Write[] => [
  changeState(needs.db, id, 'live', 'retired'),
  moved(needs, id, 'live', 'retired', { ...mover, why: `${by} took its place: ${mover.why}`.slice(0, 600) }, now),
];

function moved(
  { db, time }: Pick<PolicyNeeds, 'db' | 'time'>,
  version: string,
  from: State | null,
  to: State,
  mover: Mover,
  at: number,
  share?: number,
): Write {
  const { by, second, why } = mover;
  const row: MoveRow = {
    id: time.uuid(),
    version,
    from_state: from,
    to_state: to,
    at,
    by,
    seconded_by: second ?? null,
    why,
    share: share ?? null,
  };
  return db.insert(policyMovesTable, [row]);
}

/** What the ledger enters of a move. */
function entered(
  { time }: Pick<PolicyNeeds, 'time'>,
  detail: Record<string, string | number | boolean>,
  { by, second, why }: Mover,
): Outgoing {
  const at = time.now();
  const said = { ...detail, by, why, ...(second !== undefined && { second }) };
  return toLedger({ kind: 'policy.changed', at, detail: said }, '/policies', time.uuid());
}
