import { type HoldGround, Impossible, type OrderState } from './types.js';

const hour = 3600_000;

/** Article 3(3): one hour from receipt, and a fresh one after a ground of Article 3(7) or (8). */
export const tcoDue = (from: number): number => from + hour;

/** Article 4(4): the provider's reasoned request within 48 hours of receiving the order. */
export const scrutinyRequestDue = (receivedAt: number): number => receivedAt + 48 * hour;

/** 3(7) says that it can't be done, 3(8) that it can't be understood. */
export const heldIn = (ground: HoldGround): 'impossible' | 'unclear' =>
  ground === 'force-majeure' || ground === 'impossibility' ? 'impossible' : 'unclear';

/** Scrutiny is of orders of another State, under the TCO Regulation only. @throws Impossible */
export function guardScrutiny(state: OrderState): void {
  if (state.instrument !== 'tco')
    throw new Impossible('Only an order under TCO Article 3 is looked into by the home State.');
  if (!state.crossBorder) throw new Impossible('The order comes from our own State: its court looks into it.');
}
