import { type Response, Router } from 'express';
import { z } from 'zod';
import { requireScope } from '../accounts/index.js';
import { Problem, parseQuery } from '../runtime/index.js';
import type { OrderContent } from './annex-one.js';
import type { AnswerForm } from './answers.js';
import { findOrder } from './change.js';
import { annexOne, answerDocument, type FormDocument, type Language, languageOf, languages } from './forms/index.js';
import type { Noted } from './intake.js';
import type { OrderState } from './machine/index.js';
import type { Parts } from './parts.js';
import type { OrderRow, OrderRows } from './tables.js';

const formQuery = z.strictObject({ language: z.enum(languages).optional() });

/** What an order says, as it is shown in one language. */
function shownOrder({ settings }: Pick<Parts, 'settings'>, row: OrderRow, language?: Language): FormDocument {
  const content = JSON.parse(row.content) as OrderContent;
  const state = JSON.parse(row.state) as OrderState;
  const { lacks } = JSON.parse(row.findings) as Noted;
  const { id, hash, route: channel, received_at: receivedAt } = row;
  const { verified, crossBorder } = state;
  const { provider } = settings;
  return annexOne(
    { id, content, provider, receivedAt, channel, hash, verified, crossBorder, findings: lacks },
    language ?? languageOf(content.language, content.issuingState),
  );
}

/** Forms and orders as files for people, and as the same in JSON. */
export function formRoutes(parts: Parts): Router {
  const { runtime, renderer } = parts;
  const rows = runtime.db.tables<OrderRows>();
  const router = Router();
  const may = requireScope('orders:read');

  async function answer(res: Response, kind: string, name: string, document: FormDocument): Promise<void> {
    res.set('Cache-Control', 'no-store');
    if (kind === 'json') return void res.json(document);
    const bytes = await renderer.render(document).catch((error: Error) => {
      runtime.log.error({ err: error, form: name }, 'a form was not drawn');
      throw new Problem(503, 'The form could not be drawn now; its data are under .json.', {}, { 'Retry-After': '5' });
    });
    res
      .set({ 'X-Content-Type-Options': 'nosniff', 'Content-Disposition': `inline; filename="${name}.pdf"` })
      .type('application/pdf')
      .send(Buffer.from(bytes));
  }

  router.get('/v1/removal-orders/:id/forms/:file', may, async (req, res) => {
    const { language } = parseQuery(req, formQuery);
    const [, n, kind] = /^([1-9]\d{0,3})\.(pdf|json)$/.exec(String(req.params.file)) ?? [];
    const id = String(req.params.id);
    const found =
      n === undefined
        ? undefined
        : await rows
            .selectFrom('order_forms')
            .select(['form', 'data'])
            .where('order_id', '=', id)
            .where('n', '=', Number(n))
            .executeTakeFirst();
    if (!found || kind === undefined) throw new Problem(404, 'There is no such form.');
    const form = JSON.parse(found.data) as AnswerForm;
    await answer(res, kind, `annex-${found.form}-${id}-${n}`, answerDocument(form, language));
  });

  router.get('/v1/removal-orders/:id/order.:kind', may, async (req, res) => {
    const { language } = parseQuery(req, formQuery);
    const kind = String(req.params.kind);
    const row = kind === 'pdf' || kind === 'json' ? await findOrder(parts, String(req.params.id)) : undefined;
    if (!row) throw new Problem(404, 'There is no such order.');
    await answer(res, kind, `order-${row.id}`, shownOrder(parts, row, language));
  });
  return router;
}
