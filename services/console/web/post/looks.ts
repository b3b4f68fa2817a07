import type { StandingStep } from '../../api/standing.js';
import { strings } from '../strings.js';
import { de, en, fr } from '../words/looks.js';
import { inMine } from '../words/pick.js';

const words = inMine({ en, fr, de });

export const nameOfPhase = (phase: string): string => words.phases[phase] ?? phase;
export const nameOfVerdict = (verdict: string): string => words.verdicts[verdict] ?? verdict;
export const nameOfGround = (kind: string): string => words.grounds[kind] ?? kind;
export const nameOfState = (state: string): string =>
  state === 'open' ? strings.outcomes.waiting : (words.states[state] ?? state);

/** What a step says beside its name (api/describe.ts), in the reader's words; names of rules, orders and people as they are. */
export function detailOf({ step, detail = '' }: StandingStep): string {
  if (step === 'looked') {
    const [phase = '', verdict = ''] = detail.split(': ');
    return `${nameOfPhase(phase)}: ${nameOfVerdict(verdict)}`;
  }
  if (step === 'requested') return words.requests[detail] ?? detail;
  if (step === 'assessed') return detail.replace(/^\w+/, action => strings.actions[action as 'allow'] ?? action);
  const [, decision, by] = (step === 'case decided' && /^(\w+) by (.*)$/s.exec(detail)) || [];
  return decision ? `${strings.decisions[decision as 'keep'] ?? decision}, ${by}` : detail;
}
