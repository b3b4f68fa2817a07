import { parentPort, workerData } from 'node:worker_threads';
import { Collector, type Mark, parsePolicy, type SignalInfo } from '../../policies/index.js';
import { openPostgres, openSqlite, realTime } from '../../runtime/index.js';
import { comparePage, cursorOf, type Period, readPage } from './stored.js';

/** What the thread is started with. */
export interface StoredWork extends Period {
  /** PostgreSQL's URL, or the file of the embedded database. */
  database: { url: string } | { path: string };
  policy: string;
  against?: string | undefined;
  signals: SignalInfo[];
  mark: Mark;
  listed: { kind: string; pick: number }[];
}

/** Handed over at the latest after so long (ms), so that progress is seen. */
const handOverEvery = 500;
const work = workerData as StoredWork;

const port = parentPort!;
let stopping = false;
/** Resolves once what was handed over last is committed. */
let committed: Promise<void> = Promise.resolve();
let told = (): void => undefined;
port.on('message', (message: 'committed' | 'stop') => {
  if (message === 'stop') stopping = true;
  told();
});

const db =
  'url' in work.database
    ? openPostgres(work.database.url, 2, () => undefined)
    : // A second reader would only wait for the first.
      await openSqlite(work.database.path, 1);
try {
  const { signals } = work;
  const draft = parsePolicy(work.policy, signals);
  const against = work.against === undefined ? undefined : parsePolicy(work.against, signals);
  const collector = new Collector(work.mark, work.listed);
  let { cursor } = work.mark;
  let since = realTime.steady();
  let reading = readPage(db, work, cursor);
  while (!stopping) {
    const rows = await reading;
    const last = rows.at(-1);
    if (last) {
      cursor = cursorOf(last);
      reading = readPage(db, work, cursor);
      // It may fail while this page is being dealt with.
      reading.catch(() => undefined);
      await comparePage(db, { draft, against, signals }, rows, collector);
    }
    if (last && realTime.steady() - since < handOverEvery) continue;
    await committed;
    if (stopping) break;
    since = realTime.steady();
    committed = new Promise(resolve => {
      told = resolve;
    });
    port.postMessage({ batch: collector.take(cursor ?? '') });
    if (last) continue;
    await committed;
    if (!stopping) port.postMessage({ done: true });
    break;
  }
} finally {
  await db.stop();
  port.close();
}
