import { setTimeout as pause } from 'node:timers/promises';
import { Intake } from '../../services/console/api/live/follow.js';
import type { LiveFrame } from '../../services/console/api/live/frame.js';
import { Hour } from '../../services/console/api/live/tally.js';
import { postsTable } from '../../services/ingest/tables.js';
import { freshDatabase, freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { eventually, forumPost, type Installed, install, testWords } from './installation.js';

/** Reads the stream: the newest frame, and how many came. */
async function watch(url: string) {
  const abort = new AbortController();
  const answer = await fetch(`${url}/console/api/live`, { signal: abort.signal });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const seen = { frame: undefined as LiveFrame | undefined, frames: 0, ended: false, problems: 0 };
  const reading = (async () => {
    let rest = '';
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      rest += Buffer.from(chunk).toString('utf8');
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(rest.slice(0, end)) ?? [];
        rest = rest.slice(end + 2);
        if (name === 'problem') seen.problems++;
        if (name !== 'frame') continue;
        seen.frame = JSON.parse(data ?? '') as LiveFrame;
        seen.frames++;
      }
    }
  })()
    .catch(() => undefined)
    .finally(() => {
      seen.ended = true;
    });
  return {
    seen,
    until: (holds: (frame: LiveFrame) => boolean) =>
      eventually(async () => (seen.frame && holds(seen.frame) ? seen.frame : undefined)),
    async close() {
      abort.abort();
      await reading;
    },
  };
}

function figures(environment: () => Promise<Record<string, string>>): void {
  let here: Installed;
  beforeAll(async () => {
    here = await install(await environment());
  }, 120_000);
  afterAll(() => here?.stop());

  test('follow what comes in, is assessed and is removed', async () => {
    const viewer = await watch(here.url);
    const before = await viewer.until(() => true);
    expect(before.received.hour).toBe(0);
    expect(before.sandbox).toBe(`${here.url}/sandbox`);

    const id = await here.write(`${testWords} for the live page`);
    await here.write('A picture of the harbour');
    await here.ask('/v1/posts', {
      method: 'POST',
      body: JSON.stringify(forumPost('private', { audience: 'private' })),
    });
    const after = await viewer.until(frame => frame.removals.outcomes.gone === 1 && frame.received.hour === 3);

    expect(after.assessed).toMatchObject({ hour: 2, byAction: { remove: 1, allow: 1, review: 0, withhold: 0 } });
    expect(after.received.seconds.reduce((sum, n) => sum + n, 0)).toBe(3);
    expect(after.items.map(item => item.id)).toContain(id);
    expect(after.items.find(item => item.id === 'private')).toMatchObject({ flags: ['not-public'] });
    expect(after.acted).toMatchObject([
      { id, action: 'remove', rule: 'standard-test-post', removal: { state: 'gone', wanted: 'gone' } },
    ]);
    const { steps } = after;
    expect(Object.keys(steps).sort()).toEqual(
      [
        'accepted-gone',
        'any-assessed',
        'assessed-called',
        'called-accepted',
        'received-assessed',
        'received-gone',
      ].sort(),
    );
    expect(steps['received-gone']?.p50).toBeGreaterThanOrEqual(steps['accepted-gone']?.p50 ?? Number.NaN);
    expect(steps['any-assessed']?.count).toBe(2);

    const clocks = await viewer.until(frame => frame.clocks.some(clock => clock.ended === 1));
    expect(clocks.clocks.find(clock => clock.obligation === 'removal')).toMatchObject({ open: 0, ended: 1, late: 0 });
    expect(JSON.stringify(clocks)).not.toContain('harbour');
    await viewer.close();
  });

  test('count nothing twice, however many watch and however often they look', async () => {
    const viewers = await Promise.all([watch(here.url), watch(here.url), watch(here.url)]);
    await pause(3_500);
    for (const { seen } of viewers) {
      expect(seen.frame?.received.hour).toBe(3);
      expect(seen.frame?.removals.outcomes).toEqual({ gone: 1 });
      expect(seen.frames).toBeGreaterThanOrEqual(2);
      expect(seen.frames).toBeLessThanOrEqual(6);
    }
    // All are told the same.
    expect(new Set(viewers.map(({ seen }) => seen.frame?.at)).size).toBe(1);
    await Promise.all(viewers.map(viewer => viewer.close()));
  });

  test('tell of dead letters and their reason', async () => {
    const viewer = await watch(here.url);
    const broken = {
      id: 'broken-2',
      type: 'post.assessed.v1',
      source: '/test',
      time: Date.now(),
      key: 'forum/y',
      data: {},
    };
    await here.runtime.commit([], [{ topic: 'assessments', event: broken }]);
    const { deadLetters } = await viewer.until(frame => frame.deadLetters.count === 2);
    // One for each stage that could not read it.
    expect(deadLetters.newest.map(({ consumer, topic }) => `${consumer} ${topic}`).sort()).toEqual([
      'enforce assessments',
      'rule-volume assessments',
    ]);
    await viewer.close();
  });
}

describe('the live figures, on SQLite,', () => figures(async () => ({})));
withServers(['kafka', 'postgres'], 'the live figures, on Kafka and PostgreSQL,', () =>
  figures(async () => ({
    DATABASE_URL: await freshDatabase(),
    KAFKA_BROKERS: (await startKafka()).brokers.join(),
    KAFKA_TOPIC_PREFIX: freshTopicPrefix(),
  })),
);

test('the probe is no figure', async () => {
  const here = await install({ SANSDELAI_PROBE: 'on' });
  try {
    const viewer = await watch(here.url);
    const frame = await viewer.until(({ probe }) => probe.routes[0]?.goneAt !== undefined);
    expect(frame.probe.routes[0]?.error).toBeUndefined();
    expect(frame.received.hour).toBe(0);
    expect(frame.assessed.hour).toBe(0);
    expect(frame.removals.outcomes).toEqual({});
    expect(frame.items).toEqual([]);
    expect(frame.acted).toEqual([]);
    expect(frame.clocks.every(clock => clock.ended === 0)).toBe(true);
    await viewer.close();
  } finally {
    await here.stop();
  }
});

test('a process that starts counts the hour before it, once, and nothing older', async () => {
  const here = await install();
  try {
    const { db } = here.runtime;
    const now = Date.now();
    const minutesAgo = [0, 1, 10, 59, 61, 120];
    const rows = minutesAgo.flatMap(minutes =>
      ['forum', 'sandbox-probe'].map(platform => ({
        key: `${platform}/1/old-${minutes}`,
        item: `${platform}/old-${minutes}`,
        version: 1,
        hash: '',
        body: null,
        route: 'api',
        flags: '[]',
        created_at: now - minutes * 60_000,
        received_at: now - minutes * 60_000,
        deleted_at: null,
        erases: 0 as const,
      })),
    );
    await db.commit([db.insert(postsTable, rows)]);
    const hour = new Hour();
    const intake = new Intake(db, hour, now);
    await intake.look(now);
    while (await intake.lookBack(now));
    await intake.look(now + 1_000);
    expect(hour.sum(intake.fresh.values()).received).toBe(4);
    expect(intake.since).toBeLessThanOrEqual(now - 3_599_000);

    // Nobody looked for ten minutes (the machine slept, say): what came in meanwhile counts, once.
    const later = { ...rows[0]!, key: 'forum/1/later', item: 'forum/later', received_at: now + 5 * 60_000 };
    await db.commit([db.insert(postsTable, [later])]);
    await intake.look(now + 10 * 60_000);
    await intake.look(now + 10 * 60_000 + 1_000);
    expect(await intake.lookBack(now)).toBe(false);
    expect(hour.sum(intake.fresh.values()).received).toBe(5);
  } finally {
    await here.stop();
  }
});

test('an open page does not hold up the end', async () => {
  const here = await install();
  const viewer = await watch(here.url);
  await viewer.until(() => true);
  const from = Date.now();
  await here.stop();
  expect(Date.now() - from).toBeLessThan(5_000);
  await eventually(async () => (viewer.seen.ended ? true : undefined));
});
