import { Router } from 'express';
import { z } from 'zod';
import { type Caller, requireScope } from '../../../accounts/index.js';
import { Problem, parseBody, parseQuery, type Runtime, readBody } from '../../../runtime/index.js';
import {
  addBankEntry,
  bankName,
  EntryError,
  linkEntry,
  listBankEntries,
  removeBankEntry,
  textEntry,
} from './entries.js';

/** Whether the caller stands for the entry, so that it may act by itself. */
const confirmed = z.boolean().default(false);
const bodySchema = z.discriminatedUnion('kind', [textEntry.extend({ confirmed }), linkEntry.extend({ confirmed })]);
const listSchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(1000))
    .default(100),
  after: z.string().max(64).optional(),
});

/** `/v1/banks/{bank}/entries`: GET lists, POST adds one, DELETE `…/{id}` removes one. Each checks the caller's scope. */
export function bankRoutes(runtime: Pick<Runtime, 'db' | 'cache' | 'time' | 'log'>): Router {
  const router = Router();
  const path = '/v1/banks/:bank/entries';

  router.get(path, requireScope('banks:read'), async (req, res) => {
    const { limit, after } = parseQuery(req, listSchema);
    const entries = await listBankEntries(runtime, nameOf(req.params.bank), { limit, ...(after && { after }) });
    const last = entries.length === limit ? entries.at(-1)?.id : undefined;
    res.json({ entries, ...(last && { next: last }) });
  });

  router.post(path, requireScope('banks:write'), readBody(512 * 1024), async (req, res) => {
    const bank = nameOf(req.params.bank);
    const { confirmed, ...given } = parseBody(req, bodySchema);
    const by = (res.locals.caller as Caller).name;
    try {
      const { entry, added } = await addBankEntry(runtime, bank, given, confirmed ? by : undefined);
      res.status(added ? 201 : 200).json(entry);
    } catch (error) {
      if (error instanceof EntryError) throw notValid([{ path: error.field, message: error.reason }]);
      throw error;
    }
  });

  router.delete(`${path}/:id`, requireScope('banks:write'), async (req, res) => {
    const bank = nameOf(req.params.bank);
    const removed = await removeBankEntry(runtime, bank, String(req.params.id), (res.locals.caller as Caller).name);
    if (!removed) throw new Problem(404, `Bank ${bank} has no such entry.`);
    res.status(204).end();
  });
  return router;
}

function nameOf(given: unknown): string {
  const name = bankName.safeParse(given);
  if (!name.success) throw notValid([{ path: 'bank', message: name.error.issues[0]?.message ?? 'is no name' }]);
  return name.data;
}

const notValid = (errors: { path: string; message: string }[]): Problem =>
  new Problem(422, 'Some fields are missing or wrong.', { errors });
