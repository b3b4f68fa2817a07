// Prints what the parts of the runtime do a second on this machine: `node dist/test/runtime/measure.js [embedded|servers]`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Event, eventId } from '../../services/contracts/index.js';
import {
  type Bus,
  createLog,
  createMetrics,
  type Database,
  migrate,
  ok,
  openEmbeddedBus,
  openKafkaBus,
  openPostgres,
  openSqlite,
  Runner,
  realTime,
  type Stage,
  type Table,
} from '../../services/runtime/index.js';
import { createOutbox, outboxTable } from '../../services/runtime/outbox/index.js';
import { freshDatabase, freshTopicPrefix, release, startKafka, startPostgres } from '../servers/index.js';
import { ownTables } from './parts.js';

const log = createLog('error', false);
const rowsTable: Table = {
  name: 'measured',
  columns: { id: 'text', at: 'bigint', data: 'text' },
  primaryKey: ['id'],
};
const text = 'An ordinary sentence about the weather, repeated until it is long enough. '.repeat(4);
const make = (n: number): Event => ({
  id: eventId(`measured-${n}`, 'measure'),
  type: 'measured.v1',
  source: '/measure',
  time: Date.now(),
  key: `platform/${n}`,
  data: { id: `platform/${n}`, text },
});

async function time(what: string, count: number, run: () => Promise<void>): Promise<void> {
  const from = performance.now();
  const cpu = process.cpuUsage();
  await run();
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const share = (user + system) / 1e6 / seconds;
  const micros = (user + system) / count;
  console.log(
    `${what.padEnd(58)} ${Math.round(count / seconds)
      .toLocaleString('en')
      .padStart(8)}/s   ${micros.toFixed(0).padStart(4)} µs CPU each, ${share.toFixed(2)} cores`,
  );
}

async function inserts(db: Database, engine: string): Promise<void> {
  const count = 50_000;
  await time(`${engine}: rows, batches of 500, one after the other`, count, async () => {
    for (let i = 0; i < count; i += 500) {
      const rows = Array.from({ length: 500 }, (_, j) => ({ id: `a${i + j}`, at: i, data: text }));
      await db.commit([db.insert(rowsTable, rows)]);
    }
  });
}

async function throughBus(bus: Bus): Promise<void> {
  const count = 50_000;
  let seen = 0;
  let done!: () => void;
  const all = new Promise<void>(resolve => {
    done = resolve;
  });
  const subscription = await bus.subscribe({
    topic: 'evidence',
    group: 'measure',
    batch: 500,
    handle: async events => {
      seen += events.length;
      if (seen >= count) done();
    },
  });
  await time(`${bus.kind} bus: publish → handle, batches of 500`, count, async () => {
    for (let i = 0; i < count; i += 2_000) {
      const batches = [0, 500, 1_000, 1_500].map(from => Array.from({ length: 500 }, (_, j) => make(i + from + j)));
      await Promise.all(batches.map(events => bus.publish('evidence', events)));
    }
    await all;
  });
  await subscription.stop();
}

async function throughStage(db: Database, bus: Bus): Promise<void> {
  const count = 50_000;
  const outbox = createOutbox(db, bus, realTime, log);
  const stage: Stage = {
    name: 'measured',
    topic: 'posts',
    accepts: { 'measured.v1': z.object({ id: z.string(), text: z.string() }) },
    batch: 500,
    handle: async inputs => ({
      results: inputs.map(() => ok),
      writes: [
        db.insert(
          rowsTable,
          inputs.map(({ id, data }) => ({ id, at: 1, data: JSON.stringify(data) })),
        ),
      ],
      events: inputs.map(input => ({
        topic: 'assessments' as const,
        event: { ...input, id: eventId(input.id, 'measured'), source: '/measured' },
      })),
    }),
  };
  const runner = new Runner(stage, { db, bus, outbox, time: realTime, log, metrics: createMetrics() });
  let seen = 0;
  let done!: () => void;
  const all = new Promise<void>(resolve => {
    done = resolve;
  });
  const last = await bus.subscribe({
    topic: 'assessments',
    group: 'measure',
    batch: 500,
    handle: async events => {
      seen += events.length;
      if (seen >= count) done();
    },
  });
  for (let i = 0; i < count; i += 500) {
    await bus.publish(
      'posts',
      Array.from({ length: 500 }, (_, j) => make(i + j)),
    );
  }
  await time(`${bus.kind}, ${db.engine}: backlog → stage → outbox → next consumer`, count, async () => {
    const running = await runner.start(() => ({ stop: async () => undefined }));
    await all;
    await running.stop();
    await outbox.stop();
  });
  await last.stop();
}

async function measure(db: Database, openBus: () => Promise<Bus>): Promise<void> {
  try {
    await migrate(db, [...ownTables, outboxTable, rowsTable]);
    const bus = await openBus();
    await inserts(db, db.engine);
    await throughBus(bus);
    await throughStage(db, bus);
    await bus.stop();
  } finally {
    await db.stop();
  }
}

const [mode] = process.argv.slice(2);
if (mode !== 'servers') {
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-measure-'));
  try {
    const db = await openSqlite(join(folder, 'measure.db'));
    await measure(db, () => openEmbeddedBus(db, realTime, log));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
if (mode !== 'embedded') {
  const [kafka] = await Promise.all([startKafka(), startPostgres()]);
  try {
    const db = openPostgres(await freshDatabase(), 10, () => undefined);
    const options = { brokers: kafka.brokers, prefix: freshTopicPrefix(), replication: 1, clientId: 'measure' };
    await measure(db, () => openKafkaBus(options, realTime, log));
  } finally {
    await release();
  }
}
