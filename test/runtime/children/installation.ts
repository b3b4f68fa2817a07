import { join } from 'node:path';
import {
  type Bus,
  type Database,
  migrate,
  openEmbeddedBus,
  openKafkaBus,
  openPostgres,
  openSqlite,
  realTime,
} from '../../../services/runtime/index.js';
import { ownTables, silent } from '../parts.js';
import { effectsTable } from '../stages.js';

/** What a process of an installation stands on. */
export type Place = { directory: string } | { url: string; brokers: string[]; prefix: string };

export async function openPlace(place: Place): Promise<{ db: Database; bus: Bus; stop(): Promise<void> }> {
  const db =
    'directory' in place
      ? await openSqlite(join(place.directory, 'crash.db'))
      : openPostgres(place.url, 5, () => undefined);
  await migrate(db, [...ownTables, effectsTable]);
  const bus =
    'directory' in place
      ? await openEmbeddedBus(db, realTime, silent)
      : await openKafkaBus({ ...place, replication: 1, clientId: `crash-${process.pid}` }, realTime, silent);
  const stop = async () => {
    await bus.stop();
    await db.stop();
  };
  return { db, bus, stop };
}
