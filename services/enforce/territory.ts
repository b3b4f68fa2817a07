/** Where something is gone, or is to be: JSON of States; null: everywhere. */
type Kept = string | null;

const statesOf = (kept: Kept): readonly string[] | undefined => (kept === null ? undefined : JSON.parse(kept));

/** Whether what is removed in one territory is removed in another. `wanted` left out: everywhere. Pure. */
export function covers(kept: Kept, wanted: readonly string[] | undefined): boolean {
  const states = statesOf(kept);
  return states === undefined || (wanted?.every(state => states.includes(state)) ?? false);
}

/** Both territories together. Pure. */
export function joined(kept: Kept, more: readonly string[] | undefined): Kept {
  const states = statesOf(kept);
  if (states === undefined || more === undefined) return null;
  return JSON.stringify([...new Set([...states, ...more])].sort());
}

/** The State from which this process looks, by the name of its place: `DE`, or `DE-frankfurt`. Pure. */
export const stateOf = (vantage: string): string | undefined => /^([A-Z]{2})(?:-|$)/.exec(vantage)?.[1];

/** Whether who looks from a place sees what is gone in a territory. Of a territory that it is not in, it sees what is there. Pure. */
export function seesFrom(vantage: string, kept: Kept): boolean {
  const states = statesOf(kept);
  const state = stateOf(vantage);
  return states === undefined || (state !== undefined && states.includes(state));
}
