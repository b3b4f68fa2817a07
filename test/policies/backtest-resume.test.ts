import { rmSync } from 'node:fs';
import { type Batch, beginning, Collector, type Replayer, type Work } from '../../services/policies/backtest/index.js';
import { runBacktests } from '../../services/policies/backtest/runner.js';
import {
  type BacktestRow,
  type BacktestRows,
  backtestsTable,
  backtestTables,
} from '../../services/policies/backtest/tables.js';
import { createLog, type OpenRuntime, openRuntime, readConfig, realTime } from '../../services/runtime/index.js';
import { newFolder } from '../ingest/installation.js';
import { until } from '../until.js';

/** Gives a batch for each number that is asked for, from where it stood. */
function counting(seen: (string | null)[], posts: number): Replayer & { go: (n?: number) => void } {
  let allowed = 0;
  let wake = (): void => undefined;
  return {
    go(n = 1) {
      allowed += n;
      wake();
    },
    live: () => ({ name: 'x', version: 'x@1', rules: [], contexts: {} }),
    textOf: async () => undefined,
    parse: text => ({ name: 'x', version: `x@${text}`, rules: [], contexts: {} }),
    count: async () => posts,
    async *run({ mark, listed }: Work, signal): AsyncIterable<Batch> {
      seen.push(mark.cursor);
      const collector = new Collector(mark, listed);
      for (let n = Number(mark.cursor ?? 0); n < posts; n++) {
        while (allowed === 0 && !signal.aborted) {
          await new Promise<void>(resolve => {
            wake = resolve;
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
        }
        if (signal.aborted) return;
        allowed--;
        const before = { action: 'allow', rule: 'a' } as const;
        const after = { action: 'review', rule: 'b' } as const;
        const post = { platform: 'acme', id: `p${n}`, version: 1, language: 'en', slice: 'acme' };
        collector.compare(post, before, after, () => []);
        yield collector.take(String(n + 1));
      }
    },
  };
}

let runtime: OpenRuntime;
const folder = newFolder();

beforeAll(async () => {
  const config = readConfig({ SANSDELAI_DATA: folder, PORT: '0' });
  runtime = await openRuntime(config, realTime, createLog('silent', false), backtestTables);
});
afterAll(async () => {
  await runtime.stop();
  rmSync(folder, { recursive: true, force: true });
});

const find = (id: string): Promise<BacktestRow> =>
  runtime.db.tables<BacktestRows>().selectFrom('backtests').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const doneOf = (id: string, n: number) =>
  until(async () => (await find(id)).done === n, `${n} posts of ${id} to be committed`);

async function ask(id: string, state: BacktestRow['state'] = 'queued', created = 1): Promise<void> {
  const row: BacktestRow = {
    id,
    name: id,
    state,
    policy: '',
    version: 'x@1',
    against: null,
    against_version: null,
    spec: JSON.stringify({ over: 'stored', from: 0, to: 1 }),
    by: 'olga',
    created_at: Date.now() + created,
    started_at: null,
    ended_at: null,
    total: 5,
    done: 0,
    worked: 0,
    mark: JSON.stringify(beginning()),
    fence: 0,
    error: null,
  };
  await runtime.db.commit([runtime.db.insert(backtestsTable, [row])]);
}

test('one that was ended in the middle goes on after what was committed, and counts nothing twice', async () => {
  await ask('first');
  const seen: (string | null)[] = [];
  const replayer = counting(seen, 5);
  const before = runBacktests(runtime, replayer);
  replayer.go(3);
  await doneOf('first', 3);
  await before.stop();
  expect((await find('first')).state).toBe('running');

  const after = runBacktests(runtime, replayer);
  replayer.go(2);
  await until(async () => (await find('first')).state === 'done', 'the first to be done');
  await after.stop();
  expect(seen).toEqual([null, '3']);
  const { mark, done } = await find('first');
  expect(done).toBe(5);
  expect(Object.values(JSON.parse(mark).tally.moves)).toEqual([5]);
  const listed = runtime.db
    .tables<BacktestRows>()
    .selectFrom('backtest_changes')
    .selectAll()
    .where('backtest', '=', 'first');
  expect(await listed.execute()).toHaveLength(5);
});

test('what is cancelled ends at once, and nothing of it is committed afterwards; the next one begins', async () => {
  await ask('second', 'queued', 2);
  await ask('third', 'queued', 3);
  const replayer = counting([], 5);
  const running = runBacktests(runtime, replayer);
  replayer.go(2);
  await doneOf('second', 2);
  expect((await find('third')).state).toBe('queued');
  const rows = runtime.db.tables<BacktestRows>();
  await runtime.db.commit([
    { query: rows.updateTable('backtests').set({ state: 'cancelled' }).where('id', '=', 'second') },
  ]);
  replayer.go(100);
  await until(async () => (await find('third')).state === 'done', 'the third to be done');
  await running.stop();
  expect(await find('second')).toMatchObject({ state: 'cancelled', done: 2 });
});

test('one that fails says why, and holds up no other', async () => {
  await ask('bad', 'queued', 4);
  await ask('good', 'queued', 5);
  const replayer = counting([], 5);
  const { run } = replayer;
  let tried = 0;
  replayer.run = (work, signal) => {
    if (tried++ === 0) throw new Error('the model is gone');
    return run(work, signal);
  };
  replayer.go(100);
  const running = runBacktests(runtime, replayer);
  await until(async () => (await find('good')).state === 'done', 'the good one to be done');
  await running.stop();
  expect(await find('bad')).toMatchObject({ state: 'failed', error: 'the model is gone', done: 0 });
});
