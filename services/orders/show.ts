import { isoTime } from '../runtime/index.js';
import type { OrderContent } from './annex-one.js';
import type { AnswerForm } from './answers.js';
import type { Noted } from './intake.js';
import { type OrderState, scrutinyRequestDue } from './machine/index.js';
import type { Parts } from './parts.js';
import type { Acknowledgement } from './promise.js';
import type { OrderRow, OrderRows } from './tables.js';

/** An order in a list. */
export function showShort(row: OrderRow) {
  const state = JSON.parse(row.state) as OrderState;
  return {
    id: row.id,
    instrument: row.instrument,
    reference: row.reference || undefined,
    authority: row.authority || undefined,
    phase: state.phase,
    route: row.route,
    receivedAt: isoTime(row.received_at),
    dueAt: isoTime(row.due_at),
    executedAt: isoTime(state.executedAt),
    automatic: state.doubts.length === 0,
    doubts: [...state.doubts],
    scrutiny: state.scrutiny,
    finality: state.finality,
    sealed: state.sealedUntil !== undefined && !state.unsealed,
    items: state.items.length,
  };
}

/** What whoever sent an order is answered. */
export function showReceipt(row: OrderRow) {
  const { lacks, notice } = JSON.parse(row.findings) as Noted;
  return {
    ...showShort(row),
    findings: lacks,
    notice,
    acknowledgement: JSON.parse(row.acknowledgement) as Acknowledgement,
  };
}

/** An order as the desk sees it: its items, clocks' limits, holds, forms, cases, files, and what happened to it. */
export async function showOrder({ runtime }: Pick<Parts, 'runtime'>, row: OrderRow) {
  const rows = runtime.db.tables<OrderRows>();
  const state = JSON.parse(row.state) as OrderState;
  const content = JSON.parse(row.content) as OrderContent;
  const of = { order_id: row.id };
  const [cases, forms, files, events] = await Promise.all([
    rows.selectFrom('desk_cases').selectAll().where('order_id', '=', of.order_id).orderBy('opened_at').execute(),
    rows.selectFrom('order_forms').selectAll().where('order_id', '=', of.order_id).orderBy('n').execute(),
    rows
      .selectFrom('order_files')
      .select(['id', 'name', 'type', 'bytes', 'sha256'])
      .where('order_id', '=', of.order_id)
      .execute(),
    rows.selectFrom('order_events').selectAll().where('order_id', '=', of.order_id).orderBy('seq').limit(500).execute(),
  ]);
  const scrutiny = state.instrument === 'tco' && state.crossBorder;
  return {
    ...showReceipt(row),
    content,
    items: state.items.map(({ askedAt, goneAt, ...item }) => ({
      ...item,
      askedAt: isoTime(askedAt),
      goneAt: isoTime(goneAt),
    })),
    holds: state.holds.map(({ at, endedAt, ...hold }) => ({ ...hold, at: isoTime(at), endedAt: isoTime(endedAt) })),
    sealedUntil: isoTime(state.sealedUntil),
    sealExtended: state.sealExtended,
    takenBy: state.takenBy,
    // What the desk has to know beside the hour: until when scrutiny can be asked for, and which court is for the order itself.
    scrutinyRequestDueAt: scrutiny ? isoTime(scrutinyRequestDue(state.receivedAt)) : undefined,
    redress: content.redress,
    cases: cases.map(one => ({
      id: one.id,
      about: one.about,
      openedAt: isoTime(one.opened_at),
      dueAt: isoTime(one.due_at),
      closedAt: isoTime(one.closed_at),
      closedBy: one.closed_by ?? undefined,
    })),
    forms: forms.map(one => ({
      n: one.n,
      form: one.form,
      madeAt: isoTime(one.made_at),
      sentAt: isoTime(one.sent_at),
      receipt: one.receipt ?? undefined,
      attempts: one.attempts,
      waitsForDesk: one.sent_at === null && one.next_at === null,
      error: one.error ?? undefined,
    })),
    files,
    events: events.map(({ type, at, by, body }) => ({ type, at: isoTime(at), by, body: JSON.parse(body) as object })),
  };
}

/** The answering forms' values. */
export async function showForms({ runtime }: Pick<Parts, 'runtime'>, id: string): Promise<AnswerForm[]> {
  const rows = runtime.db.tables<OrderRows>();
  const found = await rows.selectFrom('order_forms').select('data').where('order_id', '=', id).orderBy('n').execute();
  return found.map(({ data }) => JSON.parse(data) as AnswerForm);
}
