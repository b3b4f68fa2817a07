import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Watch } from '../../services/runtime/bus/watch.js';
import {
  createLog,
  type OpenRuntime,
  ok,
  openRuntime,
  readConfig,
  realTime,
  type Stage,
} from '../../services/runtime/index.js';
import { freshDatabase, freshTopicPrefix, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { pause } from './installation.js';

const event = (n: number) => ({
  topic: 'posts' as const,
  event: { id: `e${n}`, type: 'test.v1', source: '/test', time: Date.now(), key: `k${n}`, data: { n } },
});

/** A stage that does nothing until it is let. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  const stage: Stage = {
    name: 'stuck',
    topic: 'posts',
    accepts: { 'test.v1': z.object({ n: z.int() }) },
    batch: 10,
    async handle(inputs) {
      await opened;
      return { results: inputs.map(() => ok) };
    },
  };
  return { stage, open };
}

/** A stage that stands still, told of by the bus and by the metrics. */
async function standsStill(settings: Record<string, string>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sansdelai-lag-'));
  const config = readConfig({ SANSDELAI_DATA: directory, PORT: '0', LOG_LEVEL: 'silent', ...settings });
  const runtime: OpenRuntime = await openRuntime(config, realTime, createLog('silent', false), []);
  try {
    const { bus, metrics } = runtime;
    const lag = async (): Promise<number | undefined> => {
      const told = /^pipeline_lag_seconds\{stage="stuck"\} (\S+)$/m.exec(await metrics.registry.metrics())?.[1];
      return told === undefined ? undefined : Number(told);
    };
    // A fresh topic of Kafka has no leader for a moment.
    await until(
      () =>
        bus.oldestWaiting('posts', 'stuck').then(
          () => true,
          () => false,
        ),
      'an answer',
    );
    expect(await bus.oldestWaiting('posts', 'stuck')).toBeUndefined();
    const before = Date.now();
    await runtime.commit([], [event(1)]);
    const since = await until(() => bus.oldestWaiting('posts', 'stuck'), 'the event to wait');
    expect(since).toBeGreaterThanOrEqual(before);
    expect(since).toBeLessThanOrEqual(Date.now());
    await pause(20);
    await runtime.commit([], [event(2)]);
    // It is about the oldest, however much comes after it.
    expect(await bus.oldestWaiting('posts', 'stuck')).toBe(since);

    const { stage, open } = gate();
    const running = await runtime.run(stage);
    const first = await until(lag, 'the lag');
    await pause(200);
    const second = (await lag())!;
    expect(second - first).toBeGreaterThan(0.1);
    open();
    await until(async () => (await bus.oldestWaiting('posts', 'stuck')) === undefined, 'nothing to wait');
    await until(async () => (await lag()) === 0, 'no lag', 15_000);
    await running.stop();
    expect(await lag()).toBeUndefined();
  } finally {
    await runtime.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

test('a stage that stands still is ever further behind, until it goes on', () => standsStill({}));

withServers(['kafka', 'postgres'], 'on Kafka', () => {
  test('a stage that stands still is ever further behind, until it goes on', async () => {
    await standsStill({
      KAFKA_BROKERS: `127.0.0.1:${process.env.KAFKA_PORT ?? 29092}`,
      KAFKA_TOPIC_PREFIX: freshTopicPrefix(),
      DATABASE_URL: await freshDatabase(),
    });
  });
});

describe('what offsets tell of how long a record waits', () => {
  const at = (from: number, end: number, partition = 0) => ({ partition, from, end });

  test('since the look that saw it first, as long as it waits', () => {
    const watch = new Watch();
    expect(watch.see([at(0, 0)], 0)).toBeUndefined();
    expect(watch.see([at(0, 3)], 10)).toBe(10);
    expect(watch.see([at(0, 7)], 20)).toBe(10);
    expect(watch.see([at(3, 9)], 30)).toBe(20);
    expect(watch.see([at(9, 9)], 40)).toBeUndefined();
    expect(watch.see([at(9, 10)], 50)).toBe(50);
  });

  test('of the partition that waits longest', () => {
    const watch = new Watch();
    watch.see([at(0, 1, 0), at(0, 0, 1)], 0);
    watch.see([at(0, 1, 0), at(0, 5, 1)], 10);
    expect(watch.see([at(0, 1, 0), at(2, 5, 1)], 20)).toBe(0);
    expect(watch.see([at(1, 1, 0), at(2, 5, 1)], 30)).toBe(10);
  });

  test('for days too, without remembering each look', () => {
    const watch = new Watch();
    let since: number | undefined;
    for (let look = 0; look < 20_000; look++) since = watch.see([at(0, look + 1)], look);
    expect(since).toBe(0);
    expect(watch.looks).toBeLessThanOrEqual(500);
  });
});
