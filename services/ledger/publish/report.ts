import { isoTime, type Runtime, UnavailableError } from '../../runtime/index.js';
import { parseCheckpoint, parseNote } from '../log/index.js';
import { checkpointBefore, latestCheckpoint } from '../sign.js';
import { type Dimension, readFigures } from '../sla/index.js';
import type { LedgerRows } from '../tables.js';
import type { Report } from '../verify/index.js';
import { countClosed } from './openings.js';

/** What is waited for a checkpoint that has the entries which the figures are of (ms): one is signed every half second. */
const patience = 10_000;
const tries = 5;

export interface ReportQuery {
  /** ms since 1970. */
  from: number;
  to: number;
  by: readonly Dimension[];
  /** Open entries from here on, or earlier; by default from the last checkpoint that was kept before the period. */
  first?: number | undefined;
}

type Parts = Pick<Runtime, 'db' | 'time'>;

async function checkpointOf({ db, time }: Parts, size: number): Promise<string> {
  for (const end = time.steady() + patience; ; await time.sleep(100)) {
    const latest = await latestCheckpoint(db);
    if (latest && latest.size >= size) return latest.note;
    if (time.steady() > end) throw new UnavailableError('no checkpoint was signed that has all entries of the figures');
  }
}

const seals = async ({ db }: Parts): Promise<number> =>
  (await db.tables<LedgerRows>().selectFrom('ledger_seals').select('seal').execute()).length;

/**
 * Makes what is published with figures. It belongs to the openings of `openingsBefore` and `openingsBetween` for its `first` and `size`.
 * @throws UnavailableError
 */
export async function makeReport(parts: Parts, { from, to, by, first }: ReportQuery): Promise<Report> {
  const { db, time } = parts;
  for (let left = tries; left > 0; left--) {
    const before = await seals(parts);
    const start = await checkpointBefore(db, from);
    const at = time.now();
    const { size, figures } = await readFigures(db, { from, to, now: at, by });
    const range = { first: Math.min(first ?? size, start?.size ?? 0, size), size };
    const sealed = await countClosed(db, range.first, size);
    const checkpoint = await checkpointOf(parts, size);
    // A seal that was lifted meanwhile is in the one and not in the other.
    if ((await seals(parts)) !== before) continue;
    const { origin } = parseCheckpoint(parseNote(checkpoint).text);
    return {
      format: 'sansdelai/figures/v1',
      origin,
      from: isoTime(from),
      to: isoTime(to),
      by: [...by],
      at: isoTime(at),
      ...range,
      sealed,
      checkpoint,
      ...(start ? { start: start.note } : {}),
      figures,
    };
  }
  throw new UnavailableError('seals were lifted each time while the figures were read');
}
