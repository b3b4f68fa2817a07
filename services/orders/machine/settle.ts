import type { Effect, Fact, ItemPhase, OrderEvent, OrderState, Outcome } from './types.js';

/** Something has still to be decided or done about such an item. */
export const open: readonly ItemPhase[] = ['unknown', 'not-public', 'found', 'removing'];

/**
 * Ends an order of which no item is open any more: executed where something was seen to be gone, else nothing of it was there. Executed counts from the
 * last item's evidence, whoever reads it when.
 */
export function settle(
  state: OrderState,
  { at, by }: OrderEvent,
  effects: readonly Effect[] = [],
  facts: readonly Fact[] = [],
): Outcome {
  const phases: readonly OrderState['phase'][] = ['deciding', 'impossible', 'unclear', 'executing'];
  if (!phases.includes(state.phase) || state.items.some(item => open.includes(item.phase)))
    return { state, facts, effects };
  const gone = state.items.filter(item => item.phase === 'gone');
  const done: Effect[] = [
    { do: 'desk-done', about: 'decide' },
    { do: 'desk-done', about: 'scope' },
  ];
  if (gone.length === 0) {
    const evidence = state.items.map(({ n, evidence }) => `${n}: ${evidence ?? ''}`).join('; ');
    return {
      state: { ...state, phase: 'nothing-there' },
      facts: [...facts, { happened: 'nothing-there', at, by, evidence }],
      effects: [...effects, ...done, { do: 'desk', about: 'nothing-there' }],
    };
  }
  const executedAt = Math.max(...gone.map(item => item.goneAt ?? at));
  const evidence = gone.map(item => `${item.n}: ${item.evidence ?? ''}`).join('; ');
  const fact: Fact = { happened: 'executed', at: executedAt, by, evidence };
  const answered = state.forms.some(form => form.form === 'II');
  const n = state.forms.length + 1;
  return {
    state: {
      ...state,
      phase: 'executed',
      executedAt,
      // What held it up is over, whoever has noticed.
      holds: state.holds.map(hold => ({ ...hold, endedAt: hold.endedAt ?? executedAt })),
      forms: answered ? state.forms : [...state.forms, { n, form: 'II' }],
    },
    facts: [...facts, fact],
    // What came back and went again was answered before.
    effects: [...effects, ...done, ...(answered ? [] : [{ do: 'form', n, form: 'II' } as const])],
  };
}
