// Runs two stages, posts → assessments → effects, until it is killed, or kills itself at a seam. Says `ready`, and `done` once both
// stages have had as many effects as expected and nothing is left in the outbox. Argument: JSON.
import { type Bus, loop, realTime, sql } from '../../../services/runtime/index.js';
import { createOutbox, type Outbox } from '../../../services/runtime/outbox/index.js';
import { pause, silent } from '../parts.js';
import { type Parts, recording, runnerFor } from '../stages.js';
import { openPlace, type Place } from './installation.js';

export interface TwoStages {
  place: Place;
  expected: number;
  batch: number;
  /** Milliseconds that a batch takes in the first stage. */
  slowness?: number;
  dieAt?: { seam: Seam; occurrence: number };
}
export type Seam =
  | 'before the commit'
  | 'after the commit, before publishing'
  | 'after publishing, before the outbox is cleared'
  | 'after the commit, before the position is kept';

const { place, expected, batch, slowness = 0, dieAt } = JSON.parse(process.argv[2] ?? '') as TwoStages;
const occurrences = new Map<Seam, number>();
function pass(seam: Seam): void {
  const n = (occurrences.get(seam) ?? 0) + 1;
  occurrences.set(seam, n);
  if (dieAt?.seam === seam && dieAt.occurrence === n) process.kill(process.pid, 'SIGKILL');
}

const { db, bus: realBus } = await openPlace(place);
const bus: Bus = {
  ...realBus,
  async publish(topic, events) {
    pass('after the commit, before publishing');
    await realBus.publish(topic, events);
    pass('after publishing, before the outbox is cleared');
  },
};
const real = createOutbox(db, bus, realTime, silent);
const outbox: Outbox = {
  ...real,
  async commit(writes, events) {
    pass('before the commit');
    const results = await real.commit(writes, events);
    pass('after the commit, before the position is kept');
    return results;
  },
};
const parts: Parts = { db, bus, outbox, time: realTime };
const first = recording(parts, 'first', { to: 'assessments', batch });
const second = recording(parts, 'second', { topic: 'assessments', batch });
const stages = [
  {
    ...first,
    handle: async (...args: Parameters<typeof first.handle>) => {
      await pause(slowness);
      return first.handle(...args);
    },
  },
  second,
];
const run = (_: string, work: (fence: number, signal: AbortSignal) => Promise<void>) => {
  void work(1, new AbortController().signal);
  return { stop: async () => undefined };
};
await Promise.all(stages.map(stage => runnerFor(stage, parts).start(run)));
loop(
  realTime,
  500,
  async () => void (await outbox.sweep()),
  () => undefined,
);
console.log('ready');

for (;;) {
  const { rows } = await sql<{ stage: string; n: number }>`
    select stage, count(*) as n from effects group by stage union all select 'outbox', count(*) from outbox`.execute(
    db.tables<unknown>(),
  );
  const of = (name: string) => rows.find(({ stage }) => stage === name)?.n ?? 0;
  if (of('first') >= expected && of('second') >= expected && of('outbox') === 0) break;
  await pause(100);
}
// What was published twice is on its way still.
await pause(1_500);
console.log('done');
await pause(1_000_000);
