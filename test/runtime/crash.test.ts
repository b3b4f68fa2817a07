import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, sql } from '../../services/runtime/index.js';
import { freshDatabase, freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { openPlace, type Place } from './children/installation.js';
import type { Seam, TwoStages } from './children/two-stages.js';
import { event, folder, nameOf, pause } from './parts.js';
import { startChild } from './processes.js';
import { effectsOf } from './stages.js';

const home = folder();

/** Every event had its effect in both stages, and none had it twice. */
async function expectOnce(db: Database, names: readonly string[]): Promise<void> {
  for (const stage of ['first', 'second']) {
    const done = (await effectsOf(db, stage)).map(({ name }) => name);
    expect({ stage, missing: names.filter(name => !done.includes(name)).length }).toEqual({ stage, missing: 0 });
    expect({ stage, effects: done.length }).toEqual({ stage, effects: names.length });
  }
}

/** Runs the stages in a process that kills itself at a seam, then in one that does not. */
async function dieAndGoOn(place: Place, seam: Seam, occurrence: number): Promise<void> {
  const names = Array.from({ length: 60 }, (_, i) => `event-${i}`);
  const before = await openPlace(place);
  await before.bus.publish(
    'posts',
    names.map((name, i) => event(name, `key-${i % 7}`)),
  );
  await before.stop();
  const run: TwoStages = { place, expected: names.length, batch: 10 };
  const dying = startChild('two-stages', JSON.stringify({ ...run, dieAt: { seam, occurrence } } satisfies TwoStages));
  expect(await dying.ended).toBe('SIGKILL');
  const next = startChild('two-stages', JSON.stringify(run));
  await next.says('done', 60_000);
  await next.kill();
  const after = await openPlace(place);
  await expectOnce(after.db, names);
  await after.stop();
}

describe('the embedded parts', () => {
  const place = (): Place => ({ directory: mkdtempSync(join(home, 'crash-')) });

  // There is no seam between its commit and publishing: they are one.
  test.each<[Seam, number]>([
    ['before the commit', 1],
    ['before the commit', 4],
    ['after the commit, before the position is kept', 1],
    ['after the commit, before the position is kept', 5],
  ])(
    'killed %s (%i): nothing lost, nothing twice',
    (seam, occurrence) => dieAndGoOn(place(), seam, occurrence),
    60_000,
  );

  test('killed at any moment, again and again: nothing lost, nothing twice', async () => {
    const here = place();
    const names = Array.from({ length: 2_000 }, (_, i) => `event-${i}`);
    const before = await openPlace(here);
    await before.bus.publish(
      'posts',
      names.map(name => event(name)),
    );
    await before.stop();
    const run: TwoStages = { place: here, expected: names.length, batch: 20, slowness: 10 };
    for (let i = 0; i < 5; i++) {
      const child = startChild('two-stages', JSON.stringify(run));
      await child.says('ready');
      await pause(40 + i * 37);
      await child.kill();
    }
    const last = startChild('two-stages', JSON.stringify(run));
    await last.says('done', 60_000);
    await last.kill();
    const after = await openPlace(here);
    await expectOnce(after.db, names);
    await after.stop();
  }, 120_000);

  test('what was told as committed is there after a kill', async () => {
    const here = place();
    const committed: string[] = [];
    for (let i = 0; i < 4; i++) {
      const child = startChild('publisher', JSON.stringify(here));
      await until(() => child.lines().length > 50, 'it publishes');
      await pause(30 + i * 20);
      await child.kill();
      committed.push(...child.lines());
    }
    const { db, stop } = await openPlace(here);
    const { rows } = await sql<{ data: string }>`select data from bus_records`.execute(db.tables<unknown>());
    const kept = new Set(rows.map(({ data }) => nameOf({ data: JSON.parse(data) })));
    expect(committed.length).toBeGreaterThan(200);
    expect(committed.filter(name => !kept.has(name))).toEqual([]);
    await stop();
  }, 60_000);
});

withServers(['kafka', 'postgres'], 'Kafka and PostgreSQL', () => {
  const place = async (): Promise<Place> => {
    const { brokers } = await startKafka();
    return { url: await freshDatabase(), brokers, prefix: freshTopicPrefix() };
  };

  // Kafka misses a dead member after 15 s: all at once takes as long as one.
  test.concurrent.each<[Seam, number]>([
    ['before the commit', 3],
    ['after the commit, before publishing', 1],
    ['after publishing, before the outbox is cleared', 1],
    ['after the commit, before the position is kept', 2],
  ])(
    'killed %s (%i): nothing lost, nothing twice',
    async (seam, occurrence) => dieAndGoOn(await place(), seam, occurrence),
    120_000,
  );

  test('what was told as committed is published after a kill', async () => {
    const here = await place();
    const child = startChild('publisher', JSON.stringify(here));
    await until(() => child.lines().length > 100, 'it publishes');
    await child.kill();
    const committed = child.lines();
    // Another process sweeps up what the dead one left.
    const next = startChild('two-stages', JSON.stringify({ place: here, expected: committed.length, batch: 50 }));
    const { db, stop } = await openPlace(here);
    await until(
      async () => {
        const done = new Set((await effectsOf(db, 'second')).map(({ name }) => name));
        return committed.every(name => done.has(name));
      },
      'all through both stages',
      60_000,
    );
    await next.kill();
    await stop();
  }, 120_000);
});
