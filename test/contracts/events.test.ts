import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as contracts from '../../services/contracts/index.js';
import { createLog, openKafkaBus, realTime } from '../../services/runtime/index.js';
import { freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { folder, golden, goldenEvents, goldenRecords } from './golden.js';

/** The types of events that the contracts name, with their schemas. */
const types = new Map(
  Object.values(contracts as Record<string, unknown>).flatMap(value => {
    const { type, schema } = (value ?? {}) as Partial<contracts.EventType>;
    return type && schema ? [[type, schema] as const] : [];
  }),
);

test('golden records are as they were written: whoever changes a contract adds to it, and adds a record', () => {
  const sums = golden('SHA256SUMS')
    .trim()
    .split('\n')
    .map(line => line.split('  ') as [string, string]);
  for (const [sum, name] of sums) {
    expect([name, createHash('sha256').update(golden(name)).digest('hex')]).toEqual([name, sum]);
  }
  const files = readdirSync(folder).filter(name => name !== 'SHA256SUMS');
  expect(sums.map(([, name]) => name).sort()).toEqual(files.sort());
});

test('every type of event has golden records, also one that no contract names', () => {
  const services = fileURLToPath(new URL('../../../services/', import.meta.url));
  const sources = readdirSync(services, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));
  const named = sources.flatMap(name =>
    [...readFileSync(`${services}${name}`, 'utf8').matchAll(/'([a-z-]+(?:\.[a-z-]+)+\.v\d+)'/g)].map(
      ([, type]) => type,
    ),
  );
  expect(named.length).toBeGreaterThan(types.size);
  expect([...goldenEvents.keys()].sort()).toEqual([...new Set([...named, ...types.keys()])].sort());
});

test.each(goldenRecords)('%s, record %i, can be read, and nothing of it is lost', (type, _, __, { headers, data }) => {
  expect(headers.ce_type).toBe(type);
  expect(types.get(type)?.parse(data)).toMatchObject(data as object);
});

test.each([...types])('%s takes what a later version adds', (type, schema) => {
  for (const { data } of goldenEvents.get(type)?.records ?? []) {
    expect(schema.safeParse({ ...(data as object), addedLater: { by: 'a newer version' } }).success).toBe(true);
  }
});

withServers(['kafka'], 'golden records on Kafka', () => {
  test('are read as the events that they were, and written as they were', async () => {
    const { brokers } = await startKafka();
    const { Kafka, logLevel } = await import('kafkajs');
    const prefix = freshTopicPrefix();
    const log = createLog('silent', false);
    const bus = await openKafkaBus({ brokers, prefix, replication: 1, clientId: 'golden' }, realTime, log);
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    const consumer = kafka.consumer({ groupId: `${prefix}golden` });
    const topics = [...new Set(goldenRecords.map(([, , topic]) => topic))];
    const [read, written] = [new Map<string, contracts.Event>(), new Map<string, unknown>()];
    try {
      await Promise.all([producer.connect(), consumer.connect()]);
      for (const [, , topic, { key, headers, data }] of goldenRecords) {
        await producer.send({ topic: prefix + topic, messages: [{ key, headers, value: JSON.stringify(data) }] });
      }
      const all = new Promise<void>(resolve => {
        for (const topic of topics) {
          const handle = async (events: contracts.Event[]) => {
            for (const event of events) read.set(event.id, event);
            if (read.size === goldenRecords.length) resolve();
          };
          void bus.subscribe({ topic, group: `golden-${topic}`, batch: 100, handle });
        }
      });
      await all;
      for (const [type, , , { key, headers, data }] of goldenRecords) {
        expect(read.get(headers.ce_id ?? '')).toMatchObject({
          type,
          key,
          data,
          source: headers.ce_source,
          time: Date.parse(headers.ce_time ?? ''),
          ...(headers.traceparent ? { traceparent: headers.traceparent } : {}),
        });
      }

      // What this version writes, an earlier one has to read: every header and field that there was is there.
      const copies = new Map(goldenRecords.map(([, , , { headers }]) => [`${headers.ce_id}-copy`, headers.ce_id]));
      for (const [, , topic, { headers }] of goldenRecords) {
        const event = read.get(headers.ce_id ?? '') as contracts.Event;
        await bus.publish(topic, [{ ...event, id: `${event.id}-copy` }]);
      }
      await consumer.subscribe({ topics: topics.map(topic => prefix + topic), fromBeginning: true });
      await new Promise<void>(resolve => {
        void consumer.run({
          eachMessage: async ({ message }) => {
            const headers = Object.fromEntries(
              Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
            );
            const of = copies.get(headers.ce_id ?? '');
            if (!of) return;
            const record = { key: String(message.key), headers: { ...headers, ce_id: of } };
            written.set(of, { ...record, data: JSON.parse(String(message.value)) });
            if (written.size === goldenRecords.length) resolve();
          },
        });
      });
      for (const [, , , record] of goldenRecords) expect(written.get(record.headers.ce_id ?? '')).toMatchObject(record);
    } finally {
      await Promise.all([producer.disconnect(), consumer.disconnect(), bus.stop()]);
    }
  });
});
