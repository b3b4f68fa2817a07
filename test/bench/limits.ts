import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'libsql';
import { startTextModel } from '../../services/classify/index.js';
import { postSchema } from '../../services/contracts/index.js';
import { postLines } from './posts.js';

/** What the parts can do by themselves, on this machine, in this run: the limits that the pipeline's figures are set beside. */

const batch = 500;

/** Rows a second, 400 bytes each, in fsync'd commits of 500: libsql as it is. */
export function rawInserts(rows = 40_000): number {
  const directory = mkdtempSync(join(tmpdir(), 'sansdelai-bench-'));
  const file = new SqliteFile(join(directory, 'raw.db'));
  try {
    file.exec('PRAGMA journal_mode = WAL');
    file.exec('PRAGMA synchronous = FULL');
    file.exec('CREATE TABLE t (id TEXT PRIMARY KEY, body TEXT)');
    const insert = file.prepare('INSERT INTO t VALUES (?, ?)');
    const lines = [...postLines(rows, 'raw')];
    const from = performance.now();
    for (let i = 0; i < rows; i += batch) {
      file.exec('BEGIN IMMEDIATE');
      for (let j = i; j < i + batch; j++) insert.run([`id-${(j * 7919) % rows}-${j}`, lines[j]]);
      file.exec('COMMIT');
    }
    return rows / ((performance.now() - from) / 1000);
  } finally {
    file.close();
    rmSync(directory, { recursive: true });
  }
}

/** NDJSON lines a second, parsed and checked with zod. */
export function rawParsing(count = 100_000): number {
  const lines = [...postLines(count, 'raw')];
  const from = performance.now();
  for (const line of lines) postSchema.parse(JSON.parse(line));
  return count / ((performance.now() - from) / 1000);
}

/** Posts a second through the text model's thread, 500 at a time. */
export async function rawModel(count = 40_000): Promise<number> {
  const model = await startTextModel();
  try {
    const posts = [...postLines(count, 'raw')].map(line => JSON.parse(line) as { text: string; language: string });
    await model.score(posts.slice(0, batch));
    const from = performance.now();
    for (let i = 0; i < count; i += batch) await model.score(posts.slice(i, i + batch));
    return count / ((performance.now() - from) / 1000);
  } finally {
    await model.stop();
  }
}

/** Messages a second through kafkajs, 400 bytes, 500 at a time, acks=all: produced, then consumed. */
export async function rawKafka(brokers: string[], count = 60_000): Promise<{ produced: number; consumed: number }> {
  const { Kafka, logLevel } = await import('kafkajs');
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const topic = `bench-raw-${process.pid}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 6 }], waitForLeaders: true });
  const producer = kafka.producer();
  await producer.connect();
  const messages = [...postLines(count, 'raw')].map((value, i) => ({ key: String(i), value }));
  let from = performance.now();
  for (let i = 0; i < count; i += batch)
    await producer.send({ topic, acks: -1, messages: messages.slice(i, i + batch) });
  const produced = count / ((performance.now() - from) / 1000);
  const consumer = kafka.consumer({ groupId: topic, minBytes: 1 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  const consumed = await new Promise<number>(resolve => {
    consumer.run({
      eachBatch: async ({ batch: { messages: got } }) => {
        if (seen === 0) from = performance.now();
        seen += got.length;
        if (seen >= count) resolve(count / ((performance.now() - from) / 1000));
      },
    });
  });
  await consumer.disconnect();
  await producer.disconnect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  return { produced, consumed };
}
