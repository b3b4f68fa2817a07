import { type ApprovalKind, askApproval, hasSecondPerson } from '../accounts/index.js';
import { toLedger } from '../contracts/index.js';
import {
  ConflictError,
  loop,
  type Outgoing,
  Problem,
  type Runtime,
  type Stoppable,
  type Write,
} from '../runtime/index.js';
import { mostShadows, type State } from './states.js';
import { type MoveRow, type PolicyRows, policyForceTable, policyMovesTable } from './tables.js';
import type { Mover } from './versions.js';

/** Which model speaks under a name that rules know: the one that is declared so, or another that took its place. */
interface Slot {
  live: string;
  /** Those that spoke before, the last one last: rolling back leads there. */
  past: readonly string[];
  /** Asked beside it; no rule sees what they say. */
  shadows: readonly string[];
}

/** What is in force of the operator's own models: one row, as for policies. A name without a slot speaks for itself. */
export interface ModelForce {
  revision: number;
  slots: Readonly<Record<string, Slot>>;
}

/** A declared model: its name, and the one whose place it could take. */
export interface Standing {
  name: string;
  instead?: string | undefined;
}

const rowId = 2;
const lookEvery = 250;
const mostPast = 20;
const none: ModelForce = { revision: 0, slots: {} };
const slotOf = ({ slots }: ModelForce, name: string): Slot => slots[name] ?? { live: name, past: [], shadows: [] };

/** Where a model stands. Pure. */
export function standingOf(force: ModelForce, { name, instead }: Standing): Exclude<State, 'canary'> {
  const slot = slotOf(force, instead ?? name);
  if (slot.live === name) return 'live';
  if (slot.shadows.includes(name)) return 'shadow';
  return slot.past.includes(name) ? 'retired' : 'draft';
}

/** What is in force once a model has moved; undefined where it can't from there. Pure. */
export function modelMoved(
  force: ModelForce,
  model: Standing,
  to: 'draft' | 'shadow' | 'live',
): ModelForce | undefined {
  const { name, instead = name } = model;
  const slot = slotOf(force, instead);
  const from = standingOf(force, model);
  const shadows = slot.shadows.filter(one => one !== name);
  if (from === to || from === 'live' || (to === 'draft' && from === 'retired')) return undefined;
  if (to === 'shadow' && shadows.length >= mostShadows) return undefined;
  const next: Slot =
    to === 'live'
      ? { live: name, past: [...slot.past, slot.live].slice(-mostPast), shadows }
      : { ...slot, shadows: to === 'shadow' ? [...shadows, name] : shadows };
  return { revision: force.revision + 1, slots: { ...force.slots, [instead]: next } };
}

/** The same, once what spoke under a name before does so again; undefined where nothing did. Pure. */
export function modelRolledBack(force: ModelForce, slotName: string): ModelForce | undefined {
  const slot = slotOf(force, slotName);
  const before = slot.past.at(-1);
  if (before === undefined) return undefined;
  const next: Slot = {
    live: before,
    past: slot.past.slice(0, -1),
    shadows: slot.shadows.filter(one => one !== before),
  };
  return { revision: force.revision + 1, slots: { ...force.slots, [slotName]: next } };
}

type Needs = Pick<Runtime, 'db' | 'time'>;

export async function readModelForce({ db }: Pick<Runtime, 'db'>): Promise<ModelForce> {
  const row = await db
    .tables<PolicyRows>()
    .selectFrom('policy_force')
    .selectAll()
    .where('id', '=', rowId)
    .executeTakeFirst();
  return row ? { slots: JSON.parse(row.force) as ModelForce['slots'], revision: row.revision } : none;
}

/** Follows it, within a second of each change on every replica. */
export async function followModelForce(
  runtime: Pick<Runtime, 'db' | 'time' | 'log'>,
): Promise<Stoppable & { current(): ModelForce }> {
  let force = await readModelForce(runtime);
  const look = async (): Promise<void> => {
    force = await readModelForce(runtime);
  };
  const failed = (error: unknown): void => runtime.log.warn({ err: error }, 'what is in force of the models not read');
  const looking = loop(runtime.time, lookEvery, look, failed);
  return { current: () => force, stop: () => looking.stop() };
}

/** The moves of a model, oldest first. */
export const modelMoves = ({ db }: Pick<Runtime, 'db'>, name: string): Promise<MoveRow[]> =>
  db
    .tables<PolicyRows>()
    .selectFrom('policy_moves')
    .selectAll()
    .where('version', '=', `model/${name}`)
    .orderBy('at')
    .execute();

interface Moved {
  model: string;
  /** What it goes by at this moment. */
  version: string;
  from: State;
  to: State;
}

function writesOf({ db, time }: Needs, from: ModelForce, to: ModelForce, moved: readonly Moved[], mover: Mover) {
  const now = time.now();
  const row = { id: rowId, revision: to.revision, force: JSON.stringify(to.slots), changed_at: now };
  const rows = db.tables<PolicyRows>();
  const force: Write =
    from.revision === 0
      ? db.insert(policyForceTable, [row])
      : {
          query: rows
            .updateTable('policy_force')
            .set(row)
            .where('id', '=', rowId)
            .where('revision', '=', from.revision),
          atLeast: 1,
        };
  const { by, why, second } = mover;
  const moves = moved.map(
    ({ model, from, to }): MoveRow => ({
      id: time.uuid(),
      version: `model/${model}`,
      from_state: from,
      to_state: to,
      at: now,
      by,
      seconded_by: second ?? null,
      why,
      share: null,
    }),
  );
  const events = moved.map(({ model, version, from, to }): Outgoing => {
    const detail = { model, of: version, from, to, by, why, ...(second !== undefined && { second }) };
    return toLedger({ kind: 'policy.changed', at: now, detail }, '/policies', time.uuid());
  });
  return { writes: [force, db.insert(policyMovesTable, moves)], events };
}

/** What moving a model changes. @throws Problem 409 */
export async function planModelMove(
  needs: Needs,
  model: Standing & { version: string },
  to: 'draft' | 'shadow' | 'live',
  mover: Mover,
): Promise<{ writes: Write[]; events: Outgoing[]; force: ModelForce }> {
  const force = await readModelForce(needs);
  const next = modelMoved(force, model, to);
  const from = standingOf(force, model);
  if (!next)
    throw new Problem(409, `It is ${from}; from there it can't become ${to}, or ${mostShadows} are in shadow already.`);
  const moved: Moved[] = [{ model: model.name, version: model.version, from, to }];
  const replaced = slotOf(force, model.instead ?? model.name).live;
  if (to === 'live') moved.push({ model: replaced, version: replaced, from: 'live', to: 'retired' });
  return { ...writesOf(needs, force, next, moved, mover), force: next };
}

/** What rolling back the name that a model speaks under changes. @throws Problem 409 where none spoke before */
export async function planModelRollBack(needs: Needs, slot: string, mover: Mover) {
  const force = await readModelForce(needs);
  const next = modelRolledBack(force, slot);
  if (!next) throw new Problem(409, `No other model spoke as own/${slot} before.`);
  const [was, is] = [slotOf(force, slot).live, slotOf(next, slot).live];
  const moved: Moved[] = [
    { model: is, version: is, from: 'retired', to: 'live' },
    { model: was, version: was, from: 'live', to: 'draft' },
  ];
  return { ...writesOf(needs, force, next, moved, mover), force: next };
}

/** Commits a change. @throws Problem 409 where somebody was faster */
export async function makeModelMove(
  { commit }: Pick<Runtime, 'commit'>,
  { writes, events }: { writes: Write[]; events: Outgoing[] },
): Promise<void> {
  try {
    await commit(writes, events);
  } catch (error) {
    if (error instanceof ConflictError)
      throw new Problem(409, 'Somebody changed the models at this moment. Look again.');
    throw error;
  }
}

interface Promotion {
  model: string;
  version: string;
  instead: string;
  why: string;
}
const scope = 'approvals:decide' as const;

/** The promotion of a model, as what two people do together. */
export const modelApproval = (runtime: Runtime): ApprovalKind<Promotion> => ({
  name: 'model',
  scope,
  describe: ({ version, instead }) => `Model ${version} speaks as own/${instead} from now on`,
  async apply({ model, version, instead, why }, { asked_by, decided_by }) {
    const mover = { by: asked_by, why, second: decided_by ?? '' };
    const { writes, events } = await planModelMove(runtime, { name: model, instead, version }, 'live', mover);
    return { writes, events };
  },
});

/** Lets a model take its place, or asks a second person where there is one. @returns the approval's id where it waits for that */
export async function promoteModel(
  needs: Needs & Pick<Runtime, 'commit'>,
  model: { name: string; instead: string; version: string },
  mover: { by: string; why: string },
): Promise<{ approval?: string }> {
  const change = await planModelMove(needs, model, 'live', mover);
  if (!(await hasSecondPerson(needs, mover.by, scope))) {
    await makeModelMove(needs, change);
    return {};
  }
  const { name, ...rest } = model;
  const subject: Promotion = { model: name, ...rest, why: mover.why };
  const asked = askApproval(needs, { kind: 'model', subject, reason: mover.why, by: mover.by });
  await needs.db.commit([asked.write]);
  return { approval: asked.row.id };
}
