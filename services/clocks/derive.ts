import type { EvidenceFact } from '../contracts/index.js';
import { type Move, type Obligation, obligations } from './obligations.js';

/** A move of one clock: which obligation's, about what. */
export interface ClockChange extends Move {
  obligation: string;
}

/** What a fact does to the clocks, by the table of obligations. Empty where it moves none. */
export function derive(fact: EvidenceFact, table: readonly Obligation[] = obligations): ClockChange[] {
  return table.flatMap(({ name, follows }) => {
    const follow = follows[fact.type] as ((data: EvidenceFact['data']) => Move | undefined) | undefined;
    const move = follow?.(fact.data);
    return move ? [{ obligation: name, ...move }] : [];
  });
}
