import { type Request, Router } from 'express';
import { z } from 'zod';
import { callerName, requireScope } from '../../../accounts/index.js';
import { bankName } from '../../../contracts/index.js';
import { Problem, parseBody, parseQuery, type Runtime, readBody, UnavailableError } from '../../../runtime/index.js';
import { addBankEntry, confirmBankEntry, listBankEntries, removeBankEntry } from './entries.js';
import { EntryError, listedEntry, pdqRadius, postedEntry, sourceName } from './entry.js';
import { type Imported, importEntries } from './import.js';
import { previewEntry } from './preview.js';
import { csvRows, HeaderError, ndjsonRows } from './rows.js';
import { askTogether, togetherSchema } from './together.js';
import { bodyOf, readOn } from './upload.js';

const flag = z.enum(['true', 'false']).transform(given => given === 'true');
const listSchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(1000))
    .default(100),
  after: z.string().max(64).optional(),
  confirmed: flag.optional(),
});
const importSchema = z.strictObject({ source: sourceName });
const confirmSchema = z.strictObject({
  actsAt: z.number().min(0.5).max(1).optional(),
  actsWithin: z.int().min(0).max(pdqRadius).optional(),
});
const previewSchema = z.strictObject({
  entry: listedEntry,
  /** How far back, and how long it may take. */
  days: z.int().min(1).max(30).default(30),
  seconds: z.int().min(1).max(30).default(10),
});

/** One import; what is more comes in parts. */
const mostRows = 1_000_000;
const mostBytes = 1024 ** 3;
/** Previews read the posts of a month: so many at a time in a process. */
const mostPreviews = 2;

type Needs = Pick<Runtime, 'db' | 'cache' | 'time' | 'log' | 'commit'>;

/** `/v1/banks`: entries (list, add, confirm, remove), import of many, preview of one. Each checks the caller's scope. */
export function bankRoutes(runtime: Needs): Router {
  const router = Router();
  const path = '/v1/banks/:bank/entries';

  router.get(path, requireScope('banks:read'), async (req, res) => {
    const { limit, after, confirmed } = parseQuery(req, listSchema);
    const entries = await listBankEntries(runtime, nameOf(req), {
      limit,
      ...(after && { after }),
      ...(confirmed !== undefined && { confirmed }),
    });
    const last = entries.length === limit ? entries.at(-1)?.id : undefined;
    res.json({ entries, ...(last && { next: last }) });
  });

  router.post(path, requireScope('banks:write'), readBody(512 * 1024), async (req, res) => {
    const bank = nameOf(req);
    const { confirmed, ...given } = parseBody(req, postedEntry);
    const by = confirmed ? callerName(res) : undefined;
    const { entry, added } = await named(addBankEntry(runtime, bank, given, by));
    res.status(added ? 201 : 200).json(entry);
  });

  router.post(`${path}/:id/confirm`, requireScope('banks:write'), readBody(16 * 1024), async (req, res) => {
    const bank = nameOf(req);
    const acts = (req.body as Buffer | undefined)?.length ? parseBody(req, confirmSchema) : {};
    const by = callerName(res);
    const entry = await named(confirmBankEntry(runtime, bank, String(req.params.id), by, acts));
    if (!entry) throw new Problem(404, `Bank ${bank} has no such entry.`);
    res.json(entry);
  });

  router.post('/v1/banks/:bank/together', requireScope('banks:write'), readBody(16 * 1024), async (req, res) => {
    const asked = parseBody(req, togetherSchema);
    res.status(202).json(await askTogether(runtime, nameOf(req), asked, callerName(res)));
  });

  router.delete(`${path}/:id`, requireScope('banks:write'), async (req, res) => {
    const bank = nameOf(req);
    const removed = await removeBankEntry(runtime, bank, String(req.params.id), callerName(res));
    if (!removed) throw new Problem(404, `Bank ${bank} has no such entry.`);
    res.status(204).end();
  });

  router.post('/v1/banks/:bank/import', requireScope('banks:write'), async (req, res) => {
    const bank = nameOf(req);
    const { source } = parseQuery(req, importSchema);
    try {
      res.json(await importFile(runtime, req, bank, source, callerName(res)));
    } catch (error) {
      // The client went away: what was committed stays, and it can send the same again.
      if (req.destroyed && !req.complete) return;
      readOn(req, runtime.time);
      throw error;
    }
  });

  let previews = 0;
  router.post('/v1/banks/preview', requireScope('banks:write'), readBody(512 * 1024), async (req, res) => {
    const { entry, days, seconds } = parseBody(req, previewSchema);
    if (previews >= mostPreviews) {
      throw new Problem(429, 'Other previews are under way. Try again in a moment.', {}, { 'Retry-After': '5' });
    }
    previews++;
    try {
      res.json(await named(previewEntry(runtime, entry, { days, seconds })));
    } finally {
      previews--;
    }
  });
  return router;
}

async function importFile(
  runtime: Needs,
  req: Request,
  bank: string,
  source: string,
  by: string,
): Promise<Imported & { source: string }> {
  if ((req.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Problem(415, 'Send the file without Content-Encoding.');
  }
  const read = req.is('application/x-ndjson') ? ndjsonRows : req.is('text/csv') ? csvRows : undefined;
  if (!read) throw new Problem(415, 'Send application/x-ndjson (an entry a line) or text/csv.');
  let soFar: Imported | undefined;
  const rows = atMost(read(bodyOf(req, mostBytes, runtime.time)));
  try {
    const imported = await importEntries(runtime, bank, rows, {
      source,
      by,
      onBatch: counts => {
        soFar = counts;
      },
    });
    return { source, ...imported };
  } catch (error) {
    if (error instanceof HeaderError) throw new Problem(422, error.message);
    const extra = soFar ? { imported: soFar } : {};
    if (error instanceof Problem) throw new Problem(error.status, error.detail, extra, error.headers);
    if (error instanceof UnavailableError) {
      const detail = 'The database is away. What was imported before stays; send the same file again.';
      throw new Problem(503, detail, extra, { 'Retry-After': '2' });
    }
    throw error;
  }
}

async function* atMost<T>(rows: AsyncIterable<T>): AsyncGenerator<T> {
  let count = 0;
  for await (const row of rows) {
    if (++count > mostRows) throw new Problem(413, `An import may have ${mostRows} rows. Send the rest by itself.`);
    yield row;
  }
}

function nameOf(req: Request): string {
  const name = bankName.safeParse(req.params.bank);
  if (!name.success) throw notValid([{ path: 'bank', message: name.error.issues[0]?.message ?? 'is no name' }]);
  return name.data;
}

async function named<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EntryError) throw notValid([{ path: error.field, message: error.reason }]);
    throw error;
  }
}

const notValid = (errors: { path: string; message: string }[]): Problem =>
  new Problem(422, 'Some fields are missing or wrong.', { errors });
