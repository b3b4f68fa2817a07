import { Gauge } from 'prom-client';
import { aborted, loop, type Runtime } from '../runtime/index.js';
import { commitDetail, commitOpening, hashLeaf, hashTile, openingSchema, tileWidth } from './log/index.js';
import { readState } from './state.js';
import type { LedgerEntryRow, LedgerRows } from './tables.js';
import { readHashes, Tail } from './tail.js';

/** Pause between two checks, ms. */
const every = 60_000;
/** Whole tiles that one check reads: 5,120 entries. After the last it begins anew. */
const tilesAtOnce = 20;

/** What an entry's row says that its commitments do not; undefined where all is well. */
function contradiction(row: LedgerEntryRow): string | undefined {
  const opening = openingSchema.parse(JSON.parse(row.opening));
  if (commitOpening(Buffer.from(row.salt, 'base64url'), opening).toString('base64') !== row.entry)
    return `entry ${row.idx} does not say what it was entered with`;
  if (row.detail === null || row.detail_salt === null) return undefined;
  const detail = commitDetail(Buffer.from(row.detail_salt, 'base64url'), JSON.parse(row.detail));
  return detail === opening.detail ? undefined : `the detail of entry ${row.idx} is not what was entered`;
}

/**
 * Reads a part of the log again: do its rows still say what its commitments say, are its tiles what its entries make, and is its end the root that
 * was signed?
 * @param tile the first whole tile to read
 * @returns the next tile to read, and what is wrong
 */
export async function checkSome(
  { db }: Pick<Runtime, 'db'>,
  tile: number,
): Promise<{ next: number; wrong: string | undefined }> {
  const rows = db.tables<LedgerRows>();
  const state = await readState(db);
  const tail = await Tail.read(db, state.size);
  if (tail.root().toString('base64') !== state.root)
    return { next: tile, wrong: `the log's ${state.size} entries do not make its root` };
  const whole = Math.floor(state.size / tileWidth);
  const last = Math.min(tile + tilesAtOnce, whole);
  for (let index = tile; index < last; index++) {
    const entries = await rows
      .selectFrom('ledger_entries')
      .selectAll()
      .where('idx', '>=', index * tileWidth)
      .where('idx', '<', (index + 1) * tileWidth)
      .orderBy('idx')
      .execute();
    const wrong = entries.map(contradiction).find(Boolean);
    if (wrong) return { next: index, wrong };
    const [kept] = await readHashes(db, 1, index, index + 1);
    const made = hashTile(entries.map(({ entry }) => hashLeaf(Buffer.from(entry, 'base64'))));
    if (!kept?.equals(made)) return { next: index, wrong: `tile ${index} is not what its entries make` };
  }
  return { next: last < whole ? last : 0, wrong: undefined };
}

/** Checks until aborted, a part a minute. */
export async function keepChecking(runtime: Runtime, signal: AbortSignal): Promise<void> {
  const { time, log, metrics } = runtime;
  const success = new Gauge({
    name: 'ledger_verification_success',
    help: 'Whether the part of the ledger that was read again last is as it was entered: 1 or 0.',
    registers: [metrics.registry],
  });
  let tile = 0;
  const checking = loop(
    time,
    every,
    async () => {
      const { next, wrong } = await checkSome(runtime, tile);
      tile = next;
      success.set(wrong ? 0 : 1);
      if (wrong) log.fatal({ wrong }, 'the ledger was changed behind its back');
    },
    error => log.error({ err: error }, 'the ledger was not checked'),
  );
  await aborted(signal);
  await checking.stop();
  metrics.registry.removeSingleMetric('ledger_verification_success');
}
