import type { DutyMoved, OrderHappened, OrderMoved } from '../../contracts/index.js';
import type { Follows, Move, MoveKind } from '../obligations.js';

type Steps = Partial<Record<OrderHappened, MoveKind>>;

interface Options {
  /** Only orders of this instrument. */
  instrument?: OrderMoved['instrument'];
  /** Only orders for which this holds, where the clock would start. */
  when?: (order: OrderMoved) => boolean;
  /** One clock for each time that it is held. */
  eachTurn?: boolean;
  /** In no figure. */
  uncounted?: boolean;
  /** The clock is due when the order itself says. */
  ownDue?: boolean;
}

/** The clocks of an obligation that follows what happens to an order. */
export function ofOrders(steps: Steps, options: Options = {}): Follows {
  return {
    'order.moved.v1': data => {
      const kind = steps[data.happened];
      if (kind === undefined || (options.instrument && options.instrument !== data.instrument)) return undefined;
      if (kind === 'start' && options.when && !options.when(data)) return undefined;
      const subject = options.eachTurn ? `${data.orderId}/${data.turn ?? 1}` : data.orderId;
      const move: Move = { kind, subject, at: data.at };
      if (kind !== 'start') return move;
      return {
        ...move,
        route: data.route,
        ...(options.uncounted || data.uncounted ? { uncounted: true } : {}),
        ...(options.ownDue && data.due !== undefined ? { due: data.due } : {}),
      };
    },
  };
}

const kinds: Record<DutyMoved['happened'], MoveKind> = {
  begun: 'start',
  suspended: 'suspend',
  resumed: 'resume',
  done: 'stop',
  void: 'cancel',
  reopened: 'reopen',
};

/** The clocks of an obligation that another service tells of by its name. What would end or suspend one without saying what shows it moves nothing, nor does what
 * suspends where the law knows no suspension. */
export const ofDuty = (name: string, { uncounted = false, suspends = false } = {}): Follows => ({
  'duty.moved.v1': ({ duty, subject, happened, at, route, due, evidence }) => {
    if (duty !== name) return undefined;
    const shown = happened === 'begun' || happened === 'reopened' || evidence;
    const pauses = happened === 'suspended' || happened === 'resumed';
    if (!shown || (pauses && !suspends)) return undefined;
    const move: Move = { kind: kinds[happened], subject, at };
    if (happened !== 'begun') return move;
    return { ...move, route, ...(uncounted ? { uncounted } : {}), ...(due === undefined ? {} : { due }) };
  },
});
