import { aborted, type Database, loop, type Runtime } from '../runtime/index.js';
import type { Signers } from './keys.js';
import { type Checkpoint, checkpointText, type SignerKey, signerOf, signNote } from './log/index.js';
import { emptyState } from './stage.js';
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

/** Signs the log as it stands. @returns the size that was signed. */
export async function signOnce({ db, time }: Pick<Runtime, 'db' | 'time'>, signers: Signers): Promise<number> {
  const rows = db.tables<LedgerRows>();
  const state =
    (await rows.selectFrom('ledger_state').selectAll().where('id', '=', 1).executeTakeFirst()) ?? emptyState;
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
  return state.size;
}

/** Signs again and again until aborted. */
export async function keepSigning(
  runtime: Pick<Runtime, 'db' | 'time' | 'log'>,
  signers: Signers,
  signal: AbortSignal,
): Promise<void> {
  const { time, log } = runtime;
  const signing = loop(
    time,
    every,
    async () => void (await signOnce(runtime, signers)),
    error => log.error({ err: error }, 'the checkpoint was not signed'),
  );
  await aborted(signal);
  await signing.stop();
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
