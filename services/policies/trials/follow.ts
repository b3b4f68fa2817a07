import { ConflictError, loop, type Runtime, type Stoppable } from '../../runtime/index.js';
import { aborted } from '../../runtime/time/index.js';
import { announce, planMove, readForce } from '../versions.js';
import { compareCanary, type Measure, measures } from './read.js';
import { tellStopped } from './tell.js';

/** Pause (ms) between two looks at a canary. */
const lookEvery = 2_000;
/** Who moved it, where nobody did. */
export const byItself = 'the automatic stop';

const wrongs: Readonly<Record<Measure, string>> = {
  reviewed: 'people let stand what it sent to them',
  acted: 'people brought back what it removed',
  complaints: 'there were complaints of what it did',
};

/**
 * One look: a canary that goes wrong more often than the live version, by more than its bound, becomes a draft again; the ledger has it, and somebody is told.
 * @returns why it was stopped; undefined where it goes on, or there is none
 */
export async function lookAtCanary(
  runtime: Pick<Runtime, 'db' | 'cache' | 'time' | 'log' | 'commit'>,
): Promise<string | undefined> {
  const { db, time, log } = runtime;
  const force = await readForce(db);
  if (!force?.canary) return undefined;
  const { canary } = force;
  const compared = await compareCanary(db, canary);
  const measure = measures.find(name => compared.differences[name].exceeded);
  if (!measure) return undefined;
  const share = ({ n, wrong }: { n: number; wrong: number }): string => `${wrong} of ${n}`;
  const [its, others] = [share(compared.canary[measure]), share(compared.live[measure])];
  const why = `${wrongs[measure]}: ${its}, where it is ${others} by the live version, more than ${canary.bound} beyond it`;
  const { writes, events } = await planMove(runtime, canary.id, 'draft', {
    by: byItself,
    why,
    revision: force.revision,
  });
  const told = tellStopped({ subject: alarmOf(canary), at: time.now(), by: byItself });
  try {
    await runtime.commit(writes, [...events, told]);
  } catch (error) {
    // Somebody moved it at this moment.
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
  await announce(runtime);
  log.error({ policy: canary.id, why }, 'a canary was stopped by itself');
  return why;
}

/** What the alarm about a canary is called: one for each time that it was put to the test. */
export const alarmOf = ({ id, since }: { id: string; since: number }): string => `canary/${id}/${since}`;

/** Looks at the canary all the time, in one process of the installation. */
export const followCanary = (runtime: Runtime): Stoppable =>
  runtime.lead('policy-canary', async (_fence, signal) => {
    const look = async (): Promise<void> => void (await lookAtCanary(runtime));
    const failed = (error: unknown): void =>
      runtime.log.warn({ err: error }, 'the canary was not looked at; it is looked at again');
    const looking = loop(runtime.time, lookEvery, look, failed);
    await aborted(signal);
    await looking.stop();
  });
