import { readFileSync } from 'node:fs';
import { ConflictError, type Database, type Followed, follow } from '../runtime/index.js';
import type { SignalInfo } from './check.js';
import type { Policy } from './decide.js';
import { defaultPolicyFile, keptPolicy, PolicyError, parsePolicy } from './parse.js';
import { inCanary } from './sample.js';
import type { Force } from './states.js';
import {
  announce,
  findVersion,
  type PolicyNeeds,
  planDraft,
  planFirst,
  policiesChannel,
  readForce,
} from './versions.js';

/** Pause between two looks at the one row that says what is in force; with the look itself well within the second that is promised. */
const lookEvery = 250;

/** What a canary or another part of a policy's choice depends on. */
export interface Written {
  platform: string;
  author: { id: string };
}

/** The policies that decide at this moment, on every replica within a second of their change. */
export interface InForce {
  /** The live version. */
  current(): Policy;
  /** The canary, where it decides on this account's posts. */
  canaryFor(post: Written): Policy | undefined;
  /** The version that decides on a post: the canary or the live one. */
  decides(post: Written): Policy;
  /** Versions that are asked beside it and change nothing. */
  shadows(): readonly Policy[];
  /** The canary with its share, where there is one. */
  canary(): { policy: Policy; share: number; since: number } | undefined;
}

/** One policy and nothing beside it: for what runs without a database of versions. */
export const single = (policy: Policy): InForce => ({
  current: () => policy,
  canaryFor: () => undefined,
  decides: () => policy,
  shadows: () => [],
  canary: () => undefined,
});

/** The same, with something laid over each version: incidents that last, rules that are held. @param over gives the same object until something changes */
export const overlaid = (inForce: InForce, over: (policy: Policy) => Policy): InForce => ({
  ...inForce,
  current: () => over(inForce.current()),
  canaryFor: post => {
    const canary = inForce.canaryFor(post);
    return canary && over(canary);
  },
  decides: post => over(inForce.decides(post)),
  shadows: () => inForce.shadows().map(over),
});

interface Loaded {
  revision: number;
  live: Policy;
  canary: { policy: Policy; share: number; since: number } | undefined;
  shadows: readonly Policy[];
}

/**
 * Follows what is in force. The first start of an installation makes the file the live version; a file that changed since becomes a draft, which is logged:
 * what decides is what people promoted.
 * @param file the policy that comes with the program where undefined
 * @throws PolicyError at the first start, where the file can't be used; the file system's error
 */
export async function followPolicies(
  runtime: PolicyNeeds,
  { signals, file }: { signals: () => readonly SignalInfo[]; file: string | undefined },
): Promise<InForce & Followed> {
  const { db, log } = runtime;
  await takeFile(runtime, signals(), file);
  const parsed = new Map<string, Policy>();

  async function policy(id: string): Promise<Policy> {
    const known = parsed.get(id);
    if (known) return known;
    const row = await findVersion(db, id);
    if (!row) throw new Error(`policy ${id} is in force, and not there`);
    const { policy: made, problems } = keptPolicy(row.text, signals(), id);
    if (problems.length > 0) log.warn({ policy: id, problems }, 'a policy in force is not as it was checked');
    parsed.set(id, made);
    return made;
  }

  async function load(force: Force): Promise<Loaded> {
    const { canary } = force;
    const [live, trial, ...shadows] = await Promise.all([
      policy(force.live),
      canary ? policy(canary.id) : undefined,
      ...force.shadows.map(policy),
    ]);
    const used = new Set([force.live, canary?.id, ...force.shadows]);
    for (const id of parsed.keys()) if (!used.has(id)) parsed.delete(id);
    return {
      revision: force.revision,
      live: live as Policy,
      canary: canary && trial ? { policy: trial, share: canary.share, since: canary.since } : undefined,
      shadows: shadows as Policy[],
    };
  }

  async function look(): Promise<void> {
    const force = await readForce(db);
    if (force && force.revision !== loaded.revision) {
      loaded = await load(force);
      log.info({ revision: force.revision, live: force.live }, 'the policies in force have changed');
    }
  }

  let loaded = await load((await readForce(db)) as Force);
  const followed = await follow(runtime, policiesChannel, lookEvery, look, {
    unread: 'policies not read; read again',
    lastRead: 'the policies in force were',
  });
  const canaryFor = ({ platform, author }: Written): Policy | undefined => {
    const { canary } = loaded;
    return canary && inCanary(canary.policy.version, platform, author.id, canary.share) ? canary.policy : undefined;
  };
  return {
    current: () => loaded.live,
    canaryFor,
    decides: post => canaryFor(post) ?? loaded.live,
    shadows: () => loaded.shadows,
    canary: () => loaded.canary,
    ...followed,
  };
}

/**
 * A version that is kept, to decide by without following what is in force.
 * @param id the live one where undefined
 * @returns undefined where there is no such version, or none is live
 */
export async function keptVersion(
  db: Database,
  id: string | undefined,
  signals: readonly SignalInfo[],
): Promise<Policy | undefined> {
  const wanted = id ?? (await readForce(db))?.live;
  const row = wanted === undefined ? undefined : await findVersion(db, wanted);
  return row && keptPolicy(row.text, signals, row.id).policy;
}

/** Takes in what the file says: as the first version, as a draft, or not at all where it is known. */
async function takeFile(
  runtime: PolicyNeeds,
  signals: readonly SignalInfo[],
  given: string | undefined,
): Promise<void> {
  const { db, log } = runtime;
  const file = given ?? defaultPolicyFile();
  const text = readFileSync(file, 'utf8');
  const where = given === undefined ? 'the policy that comes with the program' : `SANSDELAI_POLICY (${given})`;
  for (;;) {
    const force = await readForce(db);
    let policy: Policy;
    try {
      policy = parsePolicy(text, signals, file);
    } catch (error) {
      if (!force || !(error instanceof PolicyError)) throw error;
      log.error({ problems: error.problems, live: force.live }, `${where} can't be used; what is live goes on`);
      return;
    }
    const { name, version: id } = policy;
    if (force?.live === id) return;
    const known = await findVersion(db, id);
    if (known) {
      const { state } = known;
      log.warn(
        { file: id, state, live: force?.live },
        `${where} is not what is live: the policies of the database decide`,
      );
      return;
    }
    const made = { id, name, text, origin: 'file' as const, created_by: 'the file', note: where };
    try {
      const { writes, events } = force ? planDraft(runtime, made) : planFirst(runtime, made);
      await runtime.commit(writes, events);
    } catch (error) {
      // Another process that starts at the same moment was faster.
      if (error instanceof ConflictError) continue;
      throw error;
    }
    if (force)
      log.warn({ draft: id, live: force.live }, `${where} has changed and is a draft: promote it to put it in force`);
    await announce(runtime);
    return;
  }
}
