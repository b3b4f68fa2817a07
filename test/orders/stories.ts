import { type EvidenceFact, eventId } from '../../services/contracts/index.js';
import { type Doubt, type OrderEvent, type OrderState, step } from '../../services/orders/machine/index.js';
import type { Told } from '../clocks/facts.js';
import { clocksInMemory } from '../clocks/in-memory.js';

/** When the orders of the tests are received. */
export const t0 = Date.UTC(2026, 10, 22, 12);
export const [second, minute, hour] = [1_000, 60_000, 3_600_000];

type Body<T> = T extends OrderEvent ? Omit<T, 'at' | 'by'> & { by?: string } : never;
export type Step = Body<Exclude<OrderEvent, { type: 'received' }>>;

export const target = (id = 'p1', isPublic = true) => ({
  platform: 'acme',
  postId: id,
  version: 1,
  authorId: 'a',
  url: `https://acme.example/posts/${id}`,
  public: isPublic,
});

export interface Opening {
  instrument?: 'tco' | 'dsa9';
  doubts?: Doubt[];
  verified?: boolean;
  crossBorder?: boolean;
  items?: ('found' | 'unknown' | 'not-public')[];
  sealedUntil?: number;
  due?: number;
}

export const received = ({ items = ['found'], ...opening }: Opening = {}): OrderEvent => ({
  type: 'received',
  id: 'o1',
  at: t0,
  by: 'an authority',
  route: 'api',
  instrument: 'tco',
  doubts: [],
  verified: true,
  crossBorder: false,
  items: items.map((phase, i) => ({
    n: i + 1,
    url: `https://acme.example/posts/p${i + 1}`,
    phase,
    ...(phase === 'unknown' ? {} : { target: target(`p${i + 1}`, phase === 'found') }),
  })),
  ...opening,
});

/** An order and its clocks on simulated time, by the same pure functions as the services. */
export function story(opening: Opening = {}) {
  const clocks = clocksInMemory({ LEGAL_ZONE: 'Europe/Berlin' });
  let state: OrderState | undefined;
  const told: string[] = [];
  const effects: string[] = [];
  let now = t0;
  const facts: Told[] = [];
  const take = (event: OrderEvent): void => {
    const outcome = step(state, event);
    const before = state;
    state = outcome.state;
    for (const [i, fact] of outcome.facts.entries()) {
      const { platform = '', postId = '', version = 0 } = {};
      const { id: orderId, instrument, route } = outcome.state;
      const data = { platform, postId, version, orderId, instrument, route, ...fact };
      const one = {
        id: eventId(orderId, `${before?.seq ?? 'new'}/${i}`),
        fact: { type: 'order.moved.v1', data } as EvidenceFact,
      };
      facts.push(one);
      told.push(fact.happened);
      clocks.take([one], event.at);
    }
    for (const effect of outcome.effects) {
      const about = 'about' in effect ? effect.about : 'form' in effect ? effect.form : 'n' in effect ? effect.n : '';
      effects.push(`${effect.do} ${about}`.trim());
      // The removal that is asked for, as the service tells the order of it.
      if (effect.do === 'remove')
        take({ type: 'item-asked', at: event.at, by: 'orders', n: effect.n, removalId: `r${effect.n}/1` });
    }
  };
  take(received(opening));
  const self = {
    clocks,
    told,
    effects,
    facts,
    get state() {
      return state as OrderState;
    },
    /** Lets it happen so long after receipt (ms); the escalation has looked until then. */
    at(ms: number, ...events: Step[]) {
      now = t0 + ms;
      clocks.escalate(now);
      for (const event of events) take({ by: 'Ada', ...event, at: now } as OrderEvent);
      return self;
    },
    clock(obligation: string, subject = 'o1') {
      const row = clocks.row(obligation, subject);
      return (
        row && {
          state: row.state,
          due: row.due_at === null ? undefined : row.due_at - t0,
          late: row.late - row.withdrawn,
        }
      );
    },
    open: () =>
      [...clocks.rows.values()]
        .filter(row => row.open === 1)
        .map(row => row.obligation)
        .sort(),
  };
  return self;
}
