import { Gauge } from 'prom-client';
import { aborted, type Database, loop, type Runtime } from '../runtime/index.js';
import type { Signers } from './keys.js';
import { type Checkpoint, checkpointText, type SignerKey, signerOf, signNote } from './log/index.js';
import { readState } from './state.js';
import { type LedgerRows, ledgerCheckpointsTable } from './tables.js';

/** Pause between two checkpoints, ms: one is never older than a second. */
const every = 500;
const hour = 3600_000;

/** Each key signs plainly, as every client reads it, and once more with the time. */
const bothKinds = (signers: Signers): SignerKey[] =>
  signers.flatMap(key => [key, signerOf(key.name, key.secret, 'timed')]);

/** The note of a checkpoint, signed at `now` (ms). */
export const signCheckpoint = (signers: Signers, checkpoint: Omit<Checkpoint, 'origin'>, now: number): string =>
  signNote(checkpointText({ origin: signers[0].name, ...checkpoint }), bothKinds(signers), now);

/**
 * The signed promise that an acknowledgement carries: an entry with these bytes is in the log by `by` (ms since 1970). Who holds one that was not
 * kept can show it to anybody (after RFC 6962, 3: the signed certificate timestamp).
 * @param entry base64, as `sealEntry` makes it; the event that enters it carries the same salts
 */
export const signPromise = (signers: Signers, entry: string, by: number, now: number): string =>
  signNote(`${signers[0].name}\npromise\n${entry}\n${by}\n`, [signers[0]], now);

/** Signs the log as it stands. @returns what was signed, and the time that its timed signature says (ms) */
export async function signOnce(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  signers: Signers,
): Promise<{ at: number; size: number }> {
  const rows = db.tables<LedgerRows>();
  const state = await readState(db);
  const now = time.now();
  const at = Math.floor(now / 1000) * 1000;
  const note = signCheckpoint(signers, { size: state.size, root: Buffer.from(state.root, 'base64') }, now);
  const row = { at, size: state.size, note };
  const slot = `hour ${new Date(Math.floor(at / hour) * hour).toISOString()}`;
  await db.commit([
    // Who was paused and comes back puts nothing older in the place of what is there.
    {
      query: rows
        .updateTable('ledger_checkpoints')
        .set(row)
        .where('slot', '=', 'latest')
        .where('at', '<=', at)
        .where('size', '<=', state.size),
    },
    db.insert(
      ledgerCheckpointsTable,
      [
        { slot: 'latest', ...row },
        { slot, ...row },
      ],
      { onConflict: 'nothing' },
    ),
  ]);
  return { at, size: state.size };
}

/** Signs again and again until aborted. */
export async function keepSigning(
  runtime: Pick<Runtime, 'db' | 'time' | 'log' | 'metrics'>,
  signers: Signers,
  signal: AbortSignal,
): Promise<void> {
  const { time, log, metrics } = runtime;
  const registers = [metrics.registry];
  const signedAt = new Gauge({
    name: 'ledger_checkpoint_timestamp_seconds',
    help: 'When the newest checkpoint of the ledger was signed.',
    registers,
  });
  const signedSize = new Gauge({
    name: 'ledger_size',
    help: 'Entries that the newest checkpoint signs.',
    registers,
  });
  const signing = loop(
    time,
    every,
    async () => {
      const { at, size } = await signOnce(runtime, signers);
      signedAt.set(at / 1000);
      signedSize.set(size);
    },
    error => log.error({ err: error }, 'the checkpoint was not signed'),
  );
  await aborted(signal);
  await signing.stop();
  for (const name of ['ledger_checkpoint_timestamp_seconds', 'ledger_size']) metrics.registry.removeSingleMetric(name);
}

/** The newest checkpoint; undefined before the first. */
export const latestCheckpoint = (db: Database) =>
  db.tables<LedgerRows>().selectFrom('ledger_checkpoints').selectAll().where('slot', '=', 'latest').executeTakeFirst();

/** The last checkpoint that was kept at or before an instant (ms): what it lacks was entered later. */
export const checkpointBefore = (db: Database, at: number) =>
  db
    .tables<LedgerRows>()
    .selectFrom('ledger_checkpoints')
    .selectAll()
    .where('at', '<=', at)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
