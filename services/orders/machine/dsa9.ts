import { Impossible, type OrderState } from './types.js';

/** Article 9 knows no ground that suspends a limit: what can't be executed is said to the authority, with the clock running. @throws Impossible */
export function guardHold(state: OrderState): void {
  if (state.instrument === 'dsa9')
    throw new Impossible('DSA Article 9 has no ground that holds an order: tell the authority, and decide.');
}

/** Without a limit of its own, the operator's. */
export const dsaDue = (receivedAt: number, own: number | undefined, usual: number): number => own ?? receivedAt + usual;
