import { Impossible, type OrderEvent, type OrderState, step } from '../../services/orders/machine/index.js';
import { received, type Step, t0, target } from './stories.js';

const note = 'n';
/** One of each kind of event, for an order with one item. */
const samples: Step[] = [
  { type: 'execute' },
  { type: 'volume-confirmed' },
  { type: 'hold', ground: 'impossibility', explanation: note },
  { type: 'hold', ground: 'insufficient-information', explanation: note },
  { type: 'release', note },
  { type: 'refuse', note },
  { type: 'item-named', n: 1, target: target('x'), moved: true },
  { type: 'item-left', n: 1, note },
  { type: 'item-gone', n: 1, evidence: note },
  { type: 'item-not-there', n: 1, evidence: note },
  { type: 'item-returned', n: 1 },
  { type: 'item-restored', n: 1, staysDown: false },
  { type: 'item-restored', n: 1, staysDown: true },
  { type: 'scrutiny-opened' },
  { type: 'scrutiny-asked', reasons: note },
  { type: 'scrutiny-decided', infringes: true, note },
  { type: 'scrutiny-decided', infringes: false, note },
  { type: 'scrutiny-waived', lapsed: false },
  { type: 'final', note },
  { type: 'annulled', note },
  { type: 'withdrawn', note },
];

const labelOf = (one: Step): string => {
  if (one.type === 'hold') return one.ground === 'impossibility' ? 'hold 3(7)' : 'hold 3(8)';
  if (one.type === 'item-restored') return one.staysDown ? 'stays down' : 'restored';
  if (one.type === 'scrutiny-decided') return one.infringes ? 'scrutiny: infringes' : 'scrutiny: no infringement';
  return one.type.replaceAll('-', ' ');
};

/** What happens, with the removals that follow from it asked for, as the service asks. */
function happen(state: OrderState | undefined, event: OrderEvent): OrderState {
  const outcome = step(state, event);
  return outcome.effects.reduce(
    (now, effect) =>
      effect.do === 'remove'
        ? step(now, { type: 'item-asked', n: effect.n, removalId: 'r', at: event.at, by: 'orders' }).state
        : now,
    outcome.state,
  );
}

/** Every state that the machine can come to, by trying everything everywhere, and how. */
function explore(look: (state: OrderState) => string): string[] {
  const lines = new Set<string>();
  const seen = new Set<string>();
  const queue: OrderState[] = [];
  const visit = (state: OrderState): void => {
    const { phase, items, scrutiny, finality, doubts, verified, crossBorder, holds } = state;
    const held = holds.at(-1)?.endedAt === undefined && holds.length > 0;
    const key = JSON.stringify([phase, items[0]?.phase, scrutiny, finality, doubts, verified, crossBorder, held]);
    if (!seen.has(key)) queue.push(state);
    seen.add(key);
  };
  for (const opening of [
    {},
    { crossBorder: true },
    { doubts: ['volume' as const] },
    { doubts: ['item' as const], items: ['unknown' as const], verified: false },
  ]) {
    const state = happen(undefined, received(opening));
    lines.add(`[*] --> ${look(state)}${(opening.doubts ?? []).length > 0 ? ' : a doubt' : ' : all verifies'}`);
    visit(state);
  }
  for (let state = queue.shift(); state; state = queue.shift()) {
    for (const sample of samples) {
      try {
        const next = happen(state, { by: 'x', ...sample, at: t0 + 1 } as OrderEvent);
        if (look(next) !== look(state)) lines.add(`${look(state)} --> ${look(next)} : ${labelOf(sample)}`);
        visit(next);
      } catch (error) {
        if (!(error instanceof Impossible)) throw error;
      }
    }
  }
  return [...lines].sort();
}

/** Lines between the same two states become one. */
function together(lines: readonly string[]): string[] {
  const by = new Map<string, string[]>();
  for (const line of lines) {
    const [way = '', label = ''] = line.split(' : ');
    by.set(way, [...(by.get(way) ?? []), label]);
  }
  return [...by].map(([way, labels]) => `  ${way} : ${labels.join(', ')}`);
}

const name = (text: string): string => text.replaceAll('-', '_');

/** The drawings of docs/answer-an-order.md, made from the machine itself. */
export function drawings(): string {
  const draw = (look: (state: OrderState) => string) =>
    ['```mermaid', 'stateDiagram-v2', ...together(explore(look)), '```', ''].join('\n');
  return [
    'The order as a whole:\n',
    draw(({ phase }) => name(phase)),
    'Beside it, the scrutiny of an order of another State:\n',
    draw(({ scrutiny }) => name(scrutiny)),
    'and whether it binds:\n',
    draw(({ finality }) => name(finality)),
  ].join('\n');
}
