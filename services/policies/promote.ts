import { type ApprovalKind, askApproval, hasSecondPerson } from '../accounts/index.js';
import { Problem, type Runtime } from '../runtime/index.js';
import { announce, findVersion, make, type PolicyNeeds, planMove, readForce } from './versions.js';

/** What a second person agrees to: this version in the place of that one. */
interface Promotion {
  version: string;
  /** What was live when it was asked for; where something else is, it has to be asked for anew. */
  instead: string;
  /** In which state it was: said to who decides. */
  state: string;
  why: string;
}

const kindName = 'policy';
const scope = 'approvals:decide' as const;

/** The promotion of a policy, as what two people do together. */
export function policyApproval(runtime: Runtime): ApprovalKind<Promotion> {
  return {
    name: kindName,
    scope,
    describe: ({ version, instead, state }) => `Policy ${version} (${state}) takes the place of ${instead}`,
    async apply({ version, instead, why }, { asked_by, decided_by }) {
      const force = await readForce(runtime.db);
      if (force?.live !== instead) throw new Problem(409, `${force?.live} is live by now. Ask for it anew.`);
      const mover = { by: asked_by, why, second: decided_by ?? '', revision: force.revision };
      const { writes, events } = await planMove(runtime, version, 'live', mover);
      // Those who hear too early look again a quarter of a second later.
      await announce(runtime);
      return { writes, events };
    },
  };
}

/**
 * Puts a version in force, or asks a second person to agree where there is one.
 * @returns the approval's id where it waits for that
 * @throws Problem 404, 409
 */
export async function promote(
  needs: PolicyNeeds,
  version: string,
  mover: { by: string; why: string; revision?: number },
): Promise<{ approval?: string }> {
  const { by, why } = mover;
  // Also where it only asks: what can't be done now need not wait for anybody.
  const change = await planMove(needs, version, 'live', mover);
  if (!(await hasSecondPerson(needs, by, scope))) {
    await make(needs, change);
    return {};
  }
  const row = await findVersion(needs.db, version);
  const force = await readForce(needs.db);
  const subject: Promotion = { version, instead: force?.live ?? '', state: row?.state ?? 'draft', why };
  const asked = askApproval(needs, { kind: kindName, subject, reason: why, by });
  await needs.db.commit([asked.write]);
  return { approval: asked.row.id };
}
