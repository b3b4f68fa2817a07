// Leads, when it gets to, and writes with its fence all the time. Says `leads FENCE`, `lost FENCE`, `refused FENCE`. Arguments: the database's URL, its own name.
import { ConflictError, migrate, openPostgres, realTime } from '../../../services/runtime/index.js';
import { lead, leasesTable } from '../../../services/runtime/lead.js';
import { fencedTable, fencedWrite } from '../fenced.js';
import { pause, silent } from '../parts.js';

const [url = '', instance = ''] = process.argv.slice(2);
const db = openPostgres(url, 3, () => undefined);
await migrate(db, [leasesTable, fencedTable]);
lead({ db, time: realTime, log: silent, instance }, 'work', async (fence, signal) => {
  console.log(`leads ${fence}`);
  signal.addEventListener('abort', () => console.log(`lost ${fence}`));
  // A worker that does not listen to the signal: the fence alone must keep it out.
  for (let refused = false; !(refused && signal.aborted); await pause(20)) {
    try {
      await db.commit([fencedWrite(db, fence, instance)]);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      if (!refused) console.log(`refused ${fence}`);
      refused = true;
    }
  }
});
