import { type ModelForce, ownPrefix, standingOf } from '../../policies/index.js';
import type { Signal } from '../signals/signal.js';

/** A model of the registry: its name, and the one whose place it could take (`instead` in its declaration). */
export interface Registered {
  name: string;
  instead: string | undefined;
  signal: Signal;
}

/** A model that is asked about the posts that another is asked about, and whose answers no rule sees. */
export interface Beside {
  signal: Signal;
  name: string;
  /** The signal beside which it is asked, e.g. `own/sailor`. */
  of: string;
}

/** Which models rules see at this moment, and which are only asked beside them. Pure. */
export function inUse(models: readonly Registered[], force: ModelForce): { signals: Signal[]; beside: Beside[] } {
  const signals: Signal[] = [];
  const beside: Beside[] = [];
  for (const { name, instead, signal } of models) {
    const standing = standingOf(force, { name, instead });
    const of = `${ownPrefix}${instead ?? name}`;
    if (standing === 'live') signals.push(instead === undefined ? signal : speakingAs(signal, of));
    else if (standing === 'shadow') beside.push({ signal, name, of });
  }
  return { signals, beside };
}

/** The same model under the name that rules know; its version still says which one it is. */
const speakingAs = (signal: Signal, name: string): Signal =>
  Object.create(signal, {
    name: { value: name },
    assess: {
      value: async (...asked: Parameters<Signal['assess']>) =>
        (await signal.assess(...asked)).map(found => found.map(one => ({ ...one, signal: name }))),
    },
  }) as Signal;
