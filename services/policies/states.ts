/** Where a version stands, in the order in which it goes. Policies and the operator's own models share them. */
export const states = ['draft', 'shadow', 'canary', 'live', 'retired'] as const;
export type State = (typeof states)[number];

/** What one call may lead to. `live` is reached by promotion and by rolling back, and left only when another version takes its place. */
export const moves: Readonly<Record<State, readonly State[]>> = {
  draft: ['shadow', 'canary', 'live', 'retired'],
  shadow: ['draft', 'canary', 'live', 'retired'],
  canary: ['draft', 'shadow', 'canary', 'live', 'retired'],
  live: [],
  retired: ['draft'],
};

/** What decides at this moment: one row, so that of two who change it at once one wins. */
export interface Force {
  /** Grows with each change. */
  revision: number;
  live: string;
  /** `since` when it decides on posts; a change of its share does not begin it anew. */
  canary?: { id: string; share: number; bound: number; since: number };
  shadows: readonly string[];
}

export const mostShadows = 3;
/** What one person may put to the test on real posts without a second one. */
export const largestShare = 0.25;

/** Why a move is not possible; said to whoever asked. */
export class MoveError extends Error {
  override name = 'MoveError';
}

/**
 * What is in force after a version has moved. Pure.
 * @throws MoveError
 */
export function after(
  force: Force,
  { id, state }: { id: string; state: State },
  to: State,
  canary?: { share: number; bound: number; since: number },
): Force {
  if (!moves[state].includes(to)) throw new MoveError(`It is ${state}; from there it can't become ${to}.`);
  const shadows = force.shadows.filter(one => one !== id);
  const others = force.canary?.id === id ? undefined : force.canary;
  const next: Force = {
    revision: force.revision + 1,
    live: force.live,
    shadows,
    ...(others && { canary: others }),
  };
  switch (to) {
    case 'shadow':
      if (shadows.length >= mostShadows) {
        throw new MoveError(`${mostShadows} versions are in shadow already: ${shadows.join(', ')}.`);
      }
      return { ...next, shadows: [...shadows, id] };
    case 'canary':
      if (others) throw new MoveError(`${others.id} is a canary already; two could not be told apart.`);
      if (!canary) throw new MoveError('A canary needs the share of posts that it decides.');
      return { ...next, canary: { id, ...canary, since: force.canary?.since ?? canary.since } };
    case 'live':
      if (others) throw new MoveError(`${others.id} is a canary, held against what is live now: end it first.`);
      return { ...next, live: id };
    default:
      return next;
  }
}

/** What is in force once what was live before is again. A canary ends with what it was held against. */
export const rolledBack = (force: Force, before: string): Force => ({
  revision: force.revision + 1,
  live: before,
  shadows: force.shadows.filter(one => one !== before),
});
