import type { OrderContent } from './annex-one.js';
import { memberStates } from './settings.js';

/** The States in which an order's content is to go, where that is less than the whole Union; undefined: everywhere (TCO Article 3(3) names all Member States). */
export function territoryOf({
  instrument,
  territory,
}: Pick<OrderContent, 'instrument' | 'territory'>): readonly string[] | undefined {
  if (instrument === 'tco' || !territory?.length) return undefined;
  return memberStates.every(state => territory.includes(state)) ? undefined : territory;
}
