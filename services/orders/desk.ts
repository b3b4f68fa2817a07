import { type Request, Router } from 'express';
import { z } from 'zod';
import { callerName, requireScope } from '../accounts/index.js';
import { isoTime, Problem, parseQuery, type Runtime } from '../runtime/index.js';
import type { OrderContent } from './annex-one.js';
import { inForce, type OrderState, type Phase, scrutinyRequestDue } from './machine/index.js';
import { listAuthorities } from './register.js';
import { sandboxAuthority } from './sandbox-names.js';
import { showShort } from './show.js';
import type { DeskCaseRow, OrderAttemptRow, OrderRow, OrderRows } from './tables.js';
import { readHeld } from './volume-duty.js';

/** What an order waits for, for whoever looks down the list. */
export const waits = [
  'volume',
  'items',
  'decision',
  'removal',
  'look',
  'ground',
  'clarification',
  'restoring',
  'form',
  'scrutiny',
  'home-state',
] as const;
export type Wait = (typeof waits)[number];

/** What a person only has to have seen: nothing that happens to the order ends these. */
const seenCases = ['executed', 'nothing-there', 'returned'] as const;

/** What is still to be done about an order, the most urgent first. Pure. */
export function waitsFor(state: OrderState, now: number): Wait[] {
  const { phase, items, doubts, forms, instrument, crossBorder, scrutiny } = state;
  const about: Partial<Record<Phase, Wait>> = {
    impossible: 'ground',
    unclear: 'clarification',
    lifted: 'restoring',
    executing: items.some(item => item.phase === 'removing' && item.claimed) ? 'look' : 'removal',
    deciding: doubts.includes('volume')
      ? 'volume'
      : items.some(item => item.phase === 'unknown')
        ? 'items'
        : 'decision',
  };
  const first = about[phase];
  const asks = instrument === 'tco' && crossBorder && inForce.includes(phase);
  return [
    ...(first ? [first] : []),
    ...(forms.some(({ sentAt }) => sentAt === undefined) ? (['form'] as const) : []),
    ...(asks && scrutiny === 'none' && now <= scrutinyRequestDue(state.receivedAt) ? (['scrutiny'] as const) : []),
    ...(scrutiny === 'asked' || scrutiny === 'opened' ? (['home-state'] as const) : []),
  ];
}

/** Open orders by what comes first: where time runs, then where it stands still. */
const open: readonly [phase: Phase, rank: number][] = [
  ['deciding', 0],
  ['executing', 0],
  ['lifted', 0],
  ['impossible', 1],
  ['unclear', 1],
];
const running: readonly Phase[] = ['deciding', 'executing'];
const hour = 3600_000;
/** More than so many are not counted one by one. */
const mostCounted = 1_000;

const limit = z.coerce.number().int().min(1).max(200).default(50);
const cursorOf = (pattern: RegExp) => z.string().regex(pattern, 'takes the "next" of an earlier answer').optional();
const ordersQuery = z.strictObject({
  limit,
  show: z.enum(['open', 'all']).default('open'),
  authority: z.string().max(63).optional(),
  instrument: z.enum(['tco', 'dsa9']).optional(),
  cursor: cursorOf(/^\d\.\d{1,16}\.[\w-]{1,64}$/),
});
const pageQuery = z.strictObject({ limit, cursor: cursorOf(/^\d{1,16}\.[\w-]{1,64}$/) });
const afterOf = (cursor: string | undefined) => {
  if (cursor === undefined) return undefined;
  const parts = cursor.split('.');
  return { rank: Number(parts.at(-3) ?? 0), at: Number(parts.at(-2)), id: String(parts.at(-1)) };
};

/** The lists of the legal desk's screens: read-only, but for what only has to be seen. */
export function deskRoutes(runtime: Runtime): Router {
  const { db, time } = runtime;
  const rows = db.tables<OrderRows>();
  const router = Router();

  type Asked = z.output<typeof ordersQuery>;
  const among = ({ authority, instrument }: Asked) => {
    let query = rows.selectFrom('orders').selectAll().where('authority', '<>', sandboxAuthority);
    // "-": nobody of the register signed it.
    if (authority !== undefined) query = query.where('authority', '=', authority === '-' ? '' : authority);
    if (instrument !== undefined) query = query.where('instrument', '=', instrument);
    return query;
  };

  /** One range of the index `phase` for each phase, put together: costs as much as is shown, however many there are. */
  async function openOrders(asked: Asked): Promise<OrderRow[]> {
    const after = afterOf(asked.cursor);
    const lists = await Promise.all(
      open.map(async ([phase, rank]) => {
        if (after && rank < after.rank) return [];
        let query = among(asked).where('phase', '=', phase);
        if (after && rank === after.rank)
          query = query
            .where('due_at', '>=', after.at)
            .where(row =>
              row.or([row('due_at', '>', after.at), row.and([row('due_at', '=', after.at), row('id', '>', after.id)])]),
            );
        const found = await query.orderBy('due_at').orderBy('id').limit(asked.limit).execute();
        return found.map(row => ({ rank, row }));
      }),
    );
    return lists
      .flat()
      .sort((a, b) => a.rank - b.rank || a.row.due_at - b.row.due_at || (a.row.id < b.row.id ? -1 : 1))
      .slice(0, asked.limit)
      .map(({ row }) => row);
  }

  /** The newest first. */
  async function allOrders(asked: Asked): Promise<OrderRow[]> {
    const after = afterOf(asked.cursor);
    let query = among(asked);
    if (after)
      query = query
        .where('received_at', '<=', after.at)
        .where(row =>
          row.or([
            row('received_at', '<', after.at),
            row.and([row('received_at', '=', after.at), row('id', '<', after.id)]),
          ]),
        );
    return query.orderBy('received_at', 'desc').orderBy('id', 'desc').limit(asked.limit).execute();
  }

  async function counted(phases: readonly Phase[], before?: number): Promise<number> {
    let query = rows
      .selectFrom('orders')
      .select('id')
      .where('phase', 'in', phases)
      .where('authority', '<>', sandboxAuthority);
    if (before !== undefined) query = query.where('due_at', '<=', before);
    return (await query.limit(mostCounted).execute()).length;
  }
  const waitingForms = () =>
    rows
      .selectFrom('order_forms')
      .innerJoin('orders', 'orders.id', 'order_forms.order_id')
      .select(['order_forms.order_id', 'order_forms.n', 'order_forms.form', 'order_forms.made_at', 'orders.reference'])
      .where('order_forms.sent_at', 'is', null)
      .where('order_forms.next_at', 'is', null)
      .where('orders.authority', '<>', sandboxAuthority)
      .orderBy('order_forms.made_at')
      .limit(200)
      .execute();

  async function named(list: readonly OrderRow[]) {
    const register = new Map((await listAuthorities(runtime)).map(({ id, name }) => [id, name]));
    const now = time.now();
    return list.map(row => {
      const content = JSON.parse(row.content) as OrderContent;
      const state = JSON.parse(row.state) as OrderState;
      return {
        ...showShort(row),
        authorityName: register.get(row.authority) ?? content.authority?.name,
        issuingState: content.issuingState,
        takenBy: state.takenBy,
        waits: waitsFor(state, now),
      };
    });
  }

  router.get('/v1/desk/orders', requireScope('orders:read'), async (req: Request, res) => {
    const asked = parseQuery(req, ordersQuery);
    const byDue = asked.show === 'open';
    const now = time.now();
    const [list, openNow, soon, overdue, forms, volume] = await Promise.all([
      byDue ? openOrders(asked) : allOrders(asked),
      counted(open.map(([phase]) => phase)),
      counted(running, now + hour),
      counted(running, now),
      waitingForms(),
      readHeld(runtime),
    ]);
    const last = list.length === asked.limit ? list.at(-1) : undefined;
    const rank = open.find(([phase]) => phase === last?.phase)?.[1] ?? 0;
    res.set('Cache-Control', 'no-store').json({
      now: isoTime(now),
      counts: { open: openNow, withinHour: soon - overdue, overdue, most: mostCounted, forms: forms.length },
      volume,
      orders: await named(list),
      ...(last && { next: `${rank}.${byDue ? last.due_at : last.received_at}.${last.id}` }),
    });
  });

  const showCase = (row: DeskCaseRow & { reference: string; instrument: string }) => ({
    id: row.id,
    order: row.order_id,
    reference: row.reference || undefined,
    instrument: row.instrument,
    about: row.about,
    openedAt: isoTime(row.opened_at),
    dueAt: isoTime(row.due_at),
  });

  router.get('/v1/desk/cases', requireScope('orders:read'), async (req, res) => {
    const { limit, cursor } = parseQuery(req, pageQuery);
    const after = afterOf(cursor);
    let query = rows
      .selectFrom('desk_cases')
      .innerJoin('orders', 'orders.id', 'desk_cases.order_id')
      .selectAll('desk_cases')
      .select(['orders.reference', 'orders.instrument'])
      .where('desk_cases.closed_at', 'is', null);
    if (after)
      query = query
        .where('opened_at', '>=', after.at)
        .where(row =>
          row.or([
            row('opened_at', '>', after.at),
            row.and([row('opened_at', '=', after.at), row('desk_cases.id', '>', after.id)]),
          ]),
        );
    const [list, forms] = await Promise.all([
      query.orderBy('opened_at').orderBy('desk_cases.id').limit(limit).execute(),
      waitingForms(),
    ]);
    const last = list.length === limit ? list.at(-1) : undefined;
    res.set('Cache-Control', 'no-store').json({
      now: isoTime(time.now()),
      cases: list.map(showCase),
      forms: forms.map(one => ({
        order: one.order_id,
        reference: one.reference || undefined,
        n: one.n,
        form: one.form,
        madeAt: isoTime(one.made_at),
      })),
      ...(last && { next: `${last.opened_at}.${last.id}` }),
    });
  });

  router.post('/v1/desk/cases/:id/seen', requireScope('orders:decide'), async (req, res) => {
    const id = String(req.params.id);
    const found = await rows.selectFrom('desk_cases').selectAll().where('id', '=', id).executeTakeFirst();
    if (!found) throw new Problem(404, 'There is no such case of the desk.');
    if (!seenCases.some(about => about === found.about))
      throw new Problem(409, `It is about "${found.about}": deciding that about its order ends it.`);
    const closed_at = time.now();
    const query = rows
      .updateTable('desk_cases')
      .set({ closed_at, closed_by: callerName(res) })
      .where('id', '=', id)
      .where('closed_at', 'is', null);
    await runtime.commit([{ query }]);
    res.status(202).json({ id });
  });

  const showAttempt = ({ at, ...row }: OrderAttemptRow) => ({ ...row, at: isoTime(at) });

  router.get('/v1/desk/attempts', requireScope('orders:read'), async (req, res) => {
    const { limit, cursor } = parseQuery(req, pageQuery);
    const after = afterOf(cursor);
    let query = rows.selectFrom('order_attempts').selectAll();
    if (after)
      query = query
        .where('at', '<=', after.at)
        .where(row =>
          row.or([row('at', '<', after.at), row.and([row('at', '=', after.at), row('id', '<', after.id)])]),
        );
    const list = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute();
    const last = list.length === limit ? list.at(-1) : undefined;
    res.set('Cache-Control', 'no-store').json({
      attempts: list.map(showAttempt),
      ...(last && { next: `${last.at}.${last.id}` }),
    });
  });
  return router;
}
