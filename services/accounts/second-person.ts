import type { Runtime } from '../runtime/index.js';
import { peopleWho } from './people.js';
import type { Scope } from './scopes.js';

/** Whether there is somebody else who may do this: a second person is asked as soon as there is one. */
export const hasSecondPerson = async (runtime: Pick<Runtime, 'db'>, by: string, scope: Scope): Promise<boolean> =>
  (await peopleWho(runtime, scope)).some(({ name }) => name !== by);
