import express, { type Router } from 'express';
import { z } from 'zod';
import { callerName, requireScope } from '../accounts/index.js';
import { busKey, platformName, toLedger } from '../contracts/index.js';
import { isoTime, Problem, parseBody, type Runtime, readBody } from '../runtime/index.js';
import { type Signers, showKeys } from './keys.js';
import { hashesAt, packEntries, parseTilePath, tileWidth } from './log/index.js';
import { latestCheckpoint } from './sign.js';
import { readState } from './state.js';
import type { LedgerRows } from './tables.js';
import { readEntries, readHashes } from './tail.js';

const noTile = (): Problem =>
  new Problem(404, 'There is no such tile: the log is not that long, or the path is not that of a tile.');
export const erasureSchema = z.strictObject({
  platform: platformName,
  post: z.string().min(1).max(512),
  reason: z.string().min(1).max(500),
});
const index = z.coerce.number().int().min(0);

/**
 * The log for whoever checks it (C2SP tlog-tiles): open to everybody, since it holds commitments and nothing else; and single entries with what they
 * say, for who was granted it.
 */
export function ledgerRoutes(runtime: Runtime, signers: Signers): Router {
  const { db, log, time } = runtime;
  const rows = db.tables<LedgerRows>();
  const router = express.Router();

  router.get('/v1/ledger/checkpoint', async (_req, res) => {
    const latest = await latestCheckpoint(db);
    if (!latest) throw new Problem(503, 'The first checkpoint is being signed.', {}, { 'Retry-After': '1' });
    res.set('Cache-Control', 'no-cache').type('text/plain').send(latest.note);
  });

  router.get('/v1/ledger/keys', async (_req, res) => {
    res
      .set('Cache-Control', 'no-cache')
      .type('text/plain')
      .send(await showKeys(runtime, signers));
  });

  router.get('/v1/ledger/tile/*path', async (req, res) => {
    const path = (req.params as unknown as { path: string[] }).path.join('/');
    const tile = parseTilePath(`tile/${path}`);
    if (!tile) throw noTile();
    const { size } = await readState(db);
    const from = tile.index * tileWidth;
    const to = from + tile.width;
    const level = tile.level === 'entries' ? 0 : tile.level;
    if (to > hashesAt(level, size)) throw noTile();
    const body =
      tile.level === 'entries'
        ? packEntries(await readEntries(db, from, to))
        : Buffer.concat(await readHashes(db, level, from, to));
    res.set('Cache-Control', 'public, max-age=31536000, immutable').type('application/octet-stream').send(body);
  });

  router.get('/v1/ledger/entries/:index', requireScope('ledger:details'), async (req, res) => {
    const name = callerName(res);
    const idx = index.safeParse(req.params.index);
    const row =
      idx.success &&
      (await rows.selectFrom('ledger_entries').selectAll().where('idx', '=', idx.data).executeTakeFirst());
    if (!row) throw new Problem(404, 'There is no such entry.');
    if (row.seal !== null) {
      const lifted = await rows
        .selectFrom('ledger_seals')
        .select('seal')
        .where('seal', '=', row.seal)
        .executeTakeFirst();
      if (!lifted)
        throw new Problem(
          403,
          'This entry is about an order under non-disclosure; it is only counted until that ends.',
        );
    }
    log.info({ index: row.idx, by: name }, 'an entry of the ledger was opened');
    res.set('Cache-Control', 'no-store').json({
      index: row.idx,
      entry: row.entry,
      salt: row.salt,
      opening: JSON.parse(row.opening),
      enteredAt: isoTime(row.entered_at),
      ...(row.detail === null ? { erased: true } : { detail: JSON.parse(row.detail), detailSalt: row.detail_salt }),
    });
  });

  router.post('/v1/ledger/erasures', requireScope('ledger:erase'), readBody(4_096), async (req, res) => {
    const name = callerName(res);
    const { platform, post: id, reason } = parseBody(req, erasureSchema);
    const item = busKey({ platform, id });
    // The erasure says why and by whom, and not of which post: that would keep what is erased.
    const made = {
      kind: 'data.erased' as const,
      at: time.now(),
      detail: { by: name, reason },
      item,
      erasesDetails: true,
    };
    await runtime.commit([], [toLedger(made, '/ledger', time.uuid())]);
    log.info({ by: name }, 'details of the ledger are erased');
    res.status(202).json({ accepted: true });
  });

  return router;
}
