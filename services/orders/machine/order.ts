import { guardHold } from './dsa9.js';
import { extendedUntil } from './non-disclosure.js';
import { open, settle } from './settle.js';
import { guardScrutiny, heldIn, scrutinyRequestDue, tcoDue } from './tco.js';
import {
  type Effect,
  type Fact,
  Impossible,
  type Item,
  type OrderEvent,
  type OrderState,
  type Outcome,
  type Phase,
} from './types.js';

type Of<T extends OrderEvent['type']> = Extract<OrderEvent, { type: T }>;

/** Something has still to be decided or to go. */
export const active: readonly Phase[] = ['deciding', 'impossible', 'unclear', 'executing'];
/** It binds: something may still have to go, or stay away. */
export const inForce: readonly Phase[] = [...active, 'executed', 'nothing-there'];

function must(state: OrderState, among: readonly Phase[], what: string): void {
  if (!among.includes(state.phase)) throw new Impossible(`The order is ${state.phase}: it can't be ${what}.`);
}

const itemOf = (state: OrderState, n: number): Item => {
  const item = state.items.find(one => one.n === n);
  if (!item) throw new Impossible(`The order has no item ${n}.`);
  return item;
};
const withItem = (state: OrderState, n: number, change: Partial<Item>): OrderState => ({
  ...state,
  items: state.items.map(item => (item.n === n ? { ...item, ...change } : item)),
});
const said = ({ at, by }: OrderEvent) => ({ at, by });

/** A person who does something about an order has taken it up. */
function taken(state: OrderState, event: OrderEvent): { state: OrderState; facts: Fact[] } {
  if (state.takenBy !== undefined || state.doubts.length === 0) return { state, facts: [] };
  return { state: { ...state, takenBy: event.by }, facts: [{ happened: 'taken', ...said(event) }] };
}

function receive(event: Of<'received'>): Outcome {
  const { at, by, id, instrument, route, doubts, verified, crossBorder, sealedUntil, probe } = event;
  const due = instrument === 'tco' ? tcoDue(at) : (event.due ?? at);
  const state: OrderState = {
    ...{ id, instrument, route, doubts, verified, crossBorder, due },
    phase: doubts.length > 0 ? 'deciding' : 'executing',
    receivedAt: at,
    items: event.items,
    holds: [],
    scrutiny: 'none',
    finality: 'pending',
    forms: [],
    seq: 0,
    ...(sealedUntil === undefined ? {} : { sealedUntil }),
    ...(probe ? { probe } : {}),
  };
  const scrutiny = instrument === 'tco' && crossBorder;
  const facts: Fact[] = [
    { happened: 'received', at, by, crossBorder: scrutiny, ...(instrument === 'dsa9' ? { due } : {}) },
  ];
  if (sealedUntil !== undefined) facts.push({ happened: 'sealed', at, by });
  if (doubts.length > 0) facts.push({ happened: 'to-desk', at, by });
  const effects: Effect[] = [];
  if (doubts.includes('volume')) effects.push({ do: 'desk', about: 'volume' });
  if (doubts.includes('not-public')) effects.push({ do: 'desk', about: 'scope' });
  if (doubts.length > 0) effects.push({ do: 'desk', about: 'decide', due });
  else effects.push({ do: 'desk', about: 'executed' }, ...event.items.map(({ n }): Effect => ({ do: 'remove', n })));
  if (scrutiny) effects.push({ do: 'desk', about: 'scrutiny', due: scrutinyRequestDue(at) });
  return { state, facts, effects };
}

/** Asks for the removal of all that a removal is to be asked for. */
function execute(before: OrderState, event: OrderEvent): Outcome {
  must(before, active, 'executed');
  const open = before.items.find(item => item.phase === 'unknown');
  if (open) throw new Impossible(`Item ${open.n} (${open.url}) is not found: name the post, or leave it.`);
  const everywhere = event.type === 'execute' && event.everywhere === true;
  if (before.doubts.includes('territory') && before.everywhere === undefined && !everywhere)
    throw new Impossible(
      'It names less than the platform can do, which only removes everywhere: say "everywhere", or leave it.',
    );
  const begun = taken(before, event);
  const { facts } = begun;
  const state: OrderState = everywhere ? { ...begun.state, everywhere: true } : begun.state;
  const asked = state.items.filter(item => item.phase === 'found' || item.phase === 'not-public');
  if (asked.length === 0 && !state.items.some(item => item.phase === 'removing'))
    throw new Impossible('No item of it is left to remove.');
  const effects: Effect[] = asked.map(({ n }) => ({ do: 'remove', n }));
  const freed = release({ ...state, phase: 'executing' }, event);
  const done: Effect[] = [
    { do: 'desk-done', about: 'decide' },
    { do: 'desk-done', about: 'scope' },
    { do: 'desk-done', about: 'volume' },
  ];
  return { state: freed.state, facts: [...facts, ...freed.facts], effects: [...effects, ...done] };
}

/** Ends a hold, where there is one: a fresh hour begins. */
function release(state: OrderState, event: OrderEvent): { state: OrderState; facts: Fact[] } {
  const hold = state.holds.at(-1);
  if (!hold || hold.endedAt !== undefined) return { state, facts: [] };
  const holds = [...state.holds.slice(0, -1), { ...hold, endedAt: event.at }];
  const { turn } = hold;
  if (hold.late) return { state: { ...state, holds }, facts: [{ happened: 'released-late', ...said(event), turn }] };
  return {
    state: { ...state, holds, due: tcoDue(event.at) },
    facts: [{ happened: 'released', ...said(event), turn }],
  };
}

function hold(before: OrderState, event: Of<'hold'>): Outcome {
  guardHold(before);
  must(before, ['deciding', 'executing'], 'held');
  const { state, facts } = taken(before, event);
  const turn = state.holds.length + 1;
  const late = event.at > state.due;
  const { ground, explanation, at, by } = event;
  const n = state.forms.length + 1;
  return {
    state: {
      ...state,
      phase: heldIn(ground),
      holds: [...state.holds, { turn, ground, explanation, by, at, ...(late ? { late } : {}) }],
      forms: [...state.forms, { n, form: 'III', turn }],
    },
    facts: [...facts, { happened: late ? 'held-late' : 'held', at, by, turn, evidence: `${ground}: ${explanation}` }],
    effects: [{ do: 'form', n, form: 'III', turn }],
  };
}

/** It binds no more: what it took down comes back, unless something else keeps it down. */
function lift(state: OrderState, event: OrderEvent & { note: string }, finality: OrderState['finality']): Outcome {
  must(state, inForce, 'lifted');
  const back = state.items.filter(item => item.phase === 'removing' || item.phase === 'gone');
  const restores = back.length > 0;
  const ends: Effect[] = (['decide', 'scope', 'volume', 'scrutiny'] as const).map(about => ({
    do: 'desk-done',
    about,
  }));
  return {
    state: {
      ...state,
      finality,
      phase: restores ? 'lifted' : 'ended',
      items: state.items.map(item =>
        back.includes(item) ? { ...item, phase: 'restoring', claimed: undefined } : item,
      ),
    },
    facts: [{ happened: 'lifted', ...said(event), restores, evidence: `${finality}: ${event.note}` }],
    effects: [...back.map(({ n }): Effect => ({ do: 'lift', n })), ...ends],
  };
}

function nameItem(state: OrderState, event: Of<'item-named'>): Outcome {
  must(state, inForce, 'given another item');
  const { n, target, moved } = event;
  const item = itemOf(state, n);
  const movable = item.phase === 'gone' || item.phase === 'removing' ? moved : true;
  if (!movable) throw new Impossible(`Item ${n} is ${item.phase}.`);
  const begun = taken(state, event);
  const found = withItem(begun.state, n, {
    phase: target.public ? 'found' : 'not-public',
    target,
    removalId: undefined,
    ...(moved ? { moved: true } : {}),
  });
  // It was dealt with already: what is named now goes at once, and the clock runs again.
  if (state.phase === 'executed' || state.phase === 'nothing-there')
    return {
      state: { ...found, phase: 'executing', due: found.instrument === 'tco' ? tcoDue(event.at) : found.due },
      facts: [...begun.facts, { happened: 'returned', ...said(event) }],
      effects: [{ do: 'remove', n }],
    };
  return { state: found, facts: begun.facts, effects: state.phase === 'executing' ? [{ do: 'remove', n }] : [] };
}

/** Evidence of one item: seen gone, not there, back again. */
function ofItem(
  state: OrderState,
  event: Of<'item-gone' | 'item-not-there' | 'item-returned' | 'item-claimed' | 'item-asked'>,
): Outcome {
  const item = itemOf(state, event.n);
  const nothing: Outcome = { state, facts: [], effects: [] };
  if (event.type === 'item-asked') {
    if (state.phase !== 'executing' || (item.phase !== 'found' && item.phase !== 'not-public')) return nothing;
    const change = { phase: 'removing', removalId: event.removalId, askedAt: event.at } as const;
    return { ...nothing, state: withItem(state, event.n, change) };
  }
  if (event.type === 'item-returned') {
    if ((item.phase !== 'gone' && item.phase !== 'not-there') || !inForce.includes(state.phase)) return nothing;
    const back = withItem(state, event.n, { phase: 'removing', goneAt: undefined });
    if (state.phase !== 'executed' && state.phase !== 'nothing-there') return { ...nothing, state: back };
    return {
      state: { ...back, phase: 'executing', due: back.instrument === 'tco' ? tcoDue(event.at) : back.due },
      facts: [{ happened: 'returned', ...said(event) }],
      effects: [{ do: 'desk', about: 'returned' }],
    };
  }
  const back = item.phase === 'restoring' && event.type === 'item-claimed';
  if (item.phase !== 'removing' && !back) return nothing;
  if (event.type === 'item-claimed') return { ...nothing, state: withItem(state, event.n, { claimed: true }) };
  const { evidence, at } = event;
  const gone = event.type === 'item-gone';
  const changed = withItem(state, event.n, { phase: gone ? 'gone' : 'not-there', goneAt: at, evidence });
  return settle(changed, event, gone ? [{ do: 'preserve', n: event.n }] : []);
}

function restored(state: OrderState, event: Of<'item-restored'>): Outcome {
  const item = itemOf(state, event.n);
  if (item.phase !== 'restoring') return { state, facts: [], effects: [] };
  const next = withItem(state, event.n, { phase: event.staysDown ? 'stays-down' : 'restored' });
  if (next.items.some(one => one.phase === 'restoring')) return { state: next, facts: [], effects: [] };
  const back = next.items.some(one => one.phase === 'restored');
  return {
    state: { ...next, phase: 'ended' },
    facts: [{ happened: back ? 'reinstated' : 'stays-down', ...said(event) }],
    effects: [],
  };
}

function sent(state: OrderState, { n, receipt, at, by }: Of<'form-sent'>): Outcome {
  const form = state.forms.find(one => one.n === n);
  if (!form) throw new Impossible(`The order has no form ${n}.`);
  if (receipt.trim() === '') throw new Impossible("A form is sent when the channel's receipt for it is stored.");
  if (form.sentAt !== undefined) return { state, facts: [], effects: [] };
  const forms = state.forms.map(one => (one.n === n ? { ...one, sentAt: at, receipt } : one));
  const happened = form.form === 'II' ? 'answered' : 'inability-told';
  const turn = form.turn === undefined ? {} : { turn: form.turn };
  return { state: { ...state, forms }, facts: [{ happened, at, by, evidence: receipt, ...turn }], effects: [] };
}

function scrutiny(
  state: OrderState,
  event: Of<'scrutiny-asked' | 'scrutiny-opened' | 'scrutiny-decided' | 'scrutiny-waived'>,
): Outcome {
  guardScrutiny(state);
  must(state, inForce, 'looked into');
  const done: Effect = { do: 'desk-done', about: 'scrutiny' };
  const { at, by } = event;
  if (event.type === 'scrutiny-decided') {
    if (state.scrutiny !== 'asked' && state.scrutiny !== 'opened')
      throw new Impossible('Nobody has asked for it to be looked into.');
    const fact: Fact = { happened: 'scrutiny-decided', at, by, evidence: event.note };
    if (!event.infringes) return { state: { ...state, scrutiny: 'no-infringement' }, facts: [fact], effects: [done] };
    const lifted = lift({ ...state, scrutiny: 'infringement' }, { ...event, note: event.note }, 'void');
    return { ...lifted, facts: [fact, ...lifted.facts] };
  }
  if (event.type === 'scrutiny-opened') {
    if (!['none', 'waived', 'lapsed'].includes(state.scrutiny))
      throw new Impossible(`It is ${state.scrutiny} already.`);
    return {
      state: { ...state, scrutiny: 'opened' },
      facts: [{ happened: 'scrutiny-opened', at, by }],
      effects: [done],
    };
  }
  if (state.scrutiny !== 'none') throw new Impossible(`Scrutiny is ${state.scrutiny} already.`);
  const over = at > scrutinyRequestDue(state.receivedAt);
  if (event.type === 'scrutiny-asked') {
    if (over) throw new Impossible('The 48 hours in which the provider can ask are over.');
    const fact: Fact = { happened: 'scrutiny-asked', at, by, evidence: event.reasons };
    return { state: { ...state, scrutiny: 'asked' }, facts: [fact], effects: [done] };
  }
  if (event.lapsed && !over) throw new Impossible('The 48 hours are not over.');
  const next = { ...state, scrutiny: event.lapsed ? ('lapsed' as const) : ('waived' as const) };
  return { state: next, facts: [{ happened: 'scrutiny-waived', at, by }], effects: [done] };
}

function seal(state: OrderState, event: Of<'unsealed' | 'seal-extended'>): Outcome {
  if (state.sealedUntil === undefined || state.unsealed) throw new Impossible('The order may be disclosed.');
  if (event.type === 'seal-extended')
    return {
      state: { ...state, sealedUntil: extendedUntil(state, event.until), sealExtended: true },
      facts: [],
      effects: [],
    };
  return {
    state: { ...state, unsealed: true },
    facts: [{ happened: 'unsealed', ...said(event) }],
    effects: [{ do: 'unseal' }],
  };
}

function apply(state: OrderState, event: Exclude<OrderEvent, Of<'received'>>): Outcome {
  switch (event.type) {
    case 'taken':
      must(state, inForce, 'taken up');
      return { ...taken(state, event), effects: [] };
    case 'execute':
      return execute(state, event);
    case 'volume-confirmed': {
      const doubts = state.doubts.filter(doubt => doubt !== 'volume');
      if (doubts.length === state.doubts.length || state.phase !== 'deciding')
        throw new Impossible('The order does not wait for that.');
      const done: Effect = { do: 'desk-done', about: 'volume' };
      if (doubts.length > 0) return { state: { ...state, doubts }, facts: [], effects: [done] };
      return execute(state, event);
    }
    case 'hold':
      return hold(state, event);
    case 'release': {
      must(state, ['impossible', 'unclear'], 'released');
      const asked = state.items.some(item => item.phase === 'removing' || item.phase === 'gone');
      const freed = release({ ...state, phase: asked ? 'executing' : 'deciding' }, event);
      return settle(freed.state, event, [], freed.facts);
    }
    case 'refuse': {
      must(state, ['deciding', 'unclear', 'impossible'], 'refused');
      if (state.verified)
        throw new Impossible('Its authority and signature were checked: only the authority or a court can undo it.');
      const begun = taken(state, event);
      const fact: Fact = { happened: 'refused', ...said(event), evidence: event.note };
      const ends: Effect[] = (['decide', 'scope', 'scrutiny'] as const).map(about => ({ do: 'desk-done', about }));
      return { state: { ...begun.state, phase: 'refused' }, facts: [...begun.facts, fact], effects: ends };
    }
    case 'item-named':
      return nameItem(state, event);
    case 'item-left': {
      must(state, active, 'changed');
      const item = itemOf(state, event.n);
      if (!open.includes(item.phase)) throw new Impossible(`Item ${event.n} is ${item.phase}.`);
      const begun = taken(state, event);
      const left = withItem(begun.state, event.n, { phase: 'left', evidence: `${event.by}: ${event.note}` });
      return settle(left, event, [], begun.facts);
    }
    case 'item-asked':
    case 'item-gone':
    case 'item-not-there':
    case 'item-claimed':
    case 'item-returned':
      return ofItem(state, event);
    case 'item-restored':
      return restored(state, event);
    case 'form-sent':
      return sent(state, event);
    case 'scrutiny-asked':
    case 'scrutiny-opened':
    case 'scrutiny-decided':
    case 'scrutiny-waived':
      return scrutiny(state, event);
    case 'final':
      must(state, inForce, 'made final');
      if (state.finality === 'final') throw new Impossible('It is final already.');
      return {
        state: { ...state, finality: 'final' },
        facts: [{ happened: 'final', ...said(event), evidence: event.note }],
        effects: [],
      };
    case 'annulled':
    case 'withdrawn':
      return lift(state, event, event.type);
    case 'unsealed':
    case 'seal-extended':
      return seal(state, event);
  }
}

/**
 * What an event makes of an order: its new state, the facts that move its clocks, and what is to be done. Pure.
 * @param state undefined before it is received
 * @throws Impossible where that can't happen to it as it stands; nothing has changed then
 */
export function step(state: OrderState | undefined, event: OrderEvent): Outcome {
  if (event.type === 'received') {
    if (state) throw new Impossible('The order was received before.');
    return receive(event);
  }
  if (!state) throw new Impossible('There is no such order.');
  const { state: next, ...rest } = apply(state, event);
  // What changes nothing leaves the very same state.
  return { ...rest, state: next === state ? state : { ...next, seq: state.seq + 1 } };
}
