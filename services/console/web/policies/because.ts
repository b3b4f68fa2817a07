import { number, tenthsShare } from '../format.js';
import { words } from './sentence.js';
import type { Hold } from './types.js';

/** Why a rule is held, in the reader's language: what a person wrote as they wrote it, what was counted from its figures. */
export function becauseOf({ cause, why, figures }: Hold): string {
  const { because } = words.held;
  const count = (name: string): string => number(Math.round(Number(figures[name])));
  const share = (name: string): string => tenthsShare(Number(figures[name]));
  if (cause === 'volume') return because.volume(count('perMinute'), count('limit'));
  switch (figures.closes) {
    case 'too many were overturned':
      return because.overturned(count('overturned'), count('acted'), share('floor'));
    case 'worse than the floor':
      return because.under(count('wrong'), count('decisions'), share('upper'), share('floor'));
    case 'not shown to be above the floor':
      return because.unsure(count('wrong'), count('decisions'), share('lower'), share('floor'));
    default:
      return why;
  }
}
