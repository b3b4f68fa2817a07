import { loop, type Runtime, type Stoppable } from '../../runtime/index.js';
import type { Policy } from '../decide.js';
import { namedBy } from '../named.js';
import { type Incident, withIncidents } from './overlay.js';
import { incidentOf, listIncidents } from './store.js';

/** Every process hears of an incident, and of its end by a person, within this time (ms). */
const every = 400;

/** The incidents in force, as this process knows them. */
export interface Incidents extends Stoppable {
  /** The policy as it is while they last; the same object until one begins or ends. */
  apply(policy: Policy): Policy;
}

/** Reads the incidents again and again: a short range of a small index. @throws the database's error where the first reading fails */
export async function followIncidents(runtime: Pick<Runtime, 'db' | 'time' | 'log'>): Promise<Incidents> {
  const read = async (): Promise<Incident[]> =>
    (await listIncidents(runtime, 'lasting')).filter(({ state }) => state === 'open').map(incidentOf);
  let known: readonly Incident[] = await read();
  const reading = loop(
    runtime.time,
    every,
    async () => {
      known = await read();
    },
    error =>
      runtime.log.error(
        { err: error },
        'the incidents were not read; those known before stay in force until they expire',
      ),
  );
  const made = new WeakMap<Policy, Policy>();
  const apply = (policy: Policy): Policy => {
    const changed = withIncidents(policy, known, runtime.time.now());
    const before = made.get(policy);
    if (before && namedBy(before) === namedBy(changed)) return before;
    made.set(policy, changed);
    return changed;
  };
  return { apply, stop: () => reading.stop() };
}
