import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { freshDatabase, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { removal, reviewCase, t0 } from './facts.js';
import { type RunningClocks, scenario, startClocks } from './running.js';

/** `takedown_*` samples of a scrape: `name{label="value"}` → value. */
function samples(text: string): Record<string, number> {
  return Object.fromEntries(
    text
      .split('\n')
      .filter(line => line.startsWith('takedown_'))
      .map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}
const scrape = async ({ url }: { url: string }): Promise<string> => (await fetch(`${url}/metrics`)).text();
const published = (clocks: RunningClocks) =>
  until(async () => {
    const text = await scrape(clocks);
    return text.includes('takedown_objective_ratio{') && text;
  }, 'the figures to be published');

/** Three removals: in 2 s, in 7 minutes, still open; of the probe one; one case decided after 3 hours. */
async function tellStory(clocks: RunningClocks): Promise<void> {
  const now = Date.now() - t0;
  const [fast, slow, open, probe] = [
    removal('fast'),
    removal('slow', { route: 'kafka' }),
    removal('open'),
    removal('probe', { platform: 'sandbox-probe' }),
  ];
  const c = reviewCase('c1');
  const hour = 3600_000;
  await clocks.tell(
    fast.requested(now - 10_000, now - 11_000),
    fast.ended(now - 8_000),
    slow.requested(now - hour),
    slow.ended(now - hour + 420_000),
    open.requested(now - 1_000),
    probe.requested(now - 3_000),
    probe.ended(now - 2_900),
    c.opened(now - 4 * hour),
    c.closed(now - hour),
  );
  await until(async () => (await clocks.clock('c1', 'review'))?.state === 'stopped', 'the facts to be taken');
}

const expected = {
  'takedown_seconds_bucket{obligation="removal",route="api",le="1"}': 0,
  'takedown_seconds_bucket{obligation="removal",route="api",le="2.5"}': 1,
  'takedown_seconds_bucket{obligation="removal",route="api",le="+Inf"}': 1,
  'takedown_seconds_sum{obligation="removal",route="api"}': 2,
  'takedown_seconds_count{obligation="removal",route="api"}': 1,
  'takedown_seconds_bucket{obligation="removal",route="kafka",le="300"}': 0,
  'takedown_seconds_bucket{obligation="removal",route="kafka",le="600"}': 1,
  'takedown_seconds_sum{obligation="removal",route="kafka"}': 420,
  'takedown_seconds_sum{obligation="posted-to-gone",route="api"}': 3,
  'takedown_long_seconds_bucket{obligation="review",route="api",le="3600"}': 0,
  'takedown_long_seconds_bucket{obligation="review",route="api",le="14400"}': 1,
  'takedown_long_seconds_count{obligation="review",route="api"}': 1,
  'takedown_objective_ratio{obligation="removal",within="300"}': 1,
  'takedown_objective_ratio{obligation="review",within="86400"}': 1,
  'takedown_clocks_open{obligation="removal"}': 1,
  'takedown_clocks_open{obligation="posted-to-gone"}': 1,
  'takedown_breaches_total{obligation="removal",cause="unconfirmed"}': 1,
};

scenario(
  'the figures are those of the facts, without the probe, and outlive the process',
  async ({ clocks: running }) => {
    const before = await startClocks({});
    try {
      await published(before);
      expect(samples(await scrape(before))).toMatchObject({
        'takedown_objective_ratio{obligation="removal",within="300"}': 1,
        'takedown_objective_ratio{obligation="review",within="86400"}': 1,
      });
      await tellStory(before);
      const found = samples(await scrape(before));
      expect(found).toMatchObject(expected);
      const nextDue = 'takedown_next_due_seconds{obligation="removal"}';
      expect(found[nextDue]).toBeGreaterThan(250);
      expect(found[nextDue]).toBeLessThan(300);
      expect(Object.keys(found).some(name => name.includes('obligation="review",route="kafka"'))).toBe(false);
    } finally {
      await before.stop(true);
    }
    const after = await running({}, before.directory);
    expect(samples(await published(after))).toMatchObject(expected);
  },
);

scenario('a limit that changes becomes an edge, and old figures stay where they were', async ({ clocks: running }) => {
  const before = await startClocks({});
  await tellStory(before);
  await before.stop(true);
  const after = await running({ CLOCK_REMOVAL: '7m' }, before.directory);
  const found = samples(await published(after));
  expect(found).toMatchObject({
    'takedown_objective_ratio{obligation="removal",within="420"}': 1,
    'takedown_seconds_bucket{obligation="removal",route="kafka",le="300"}': 0,
    'takedown_seconds_bucket{obligation="removal",route="kafka",le="600"}': 1,
    'takedown_seconds_count{obligation="removal",route="kafka"}': 1,
  });
});

withServers(['prometheus'], 'promtool', () => {
  test('finds nothing to say about the metrics', async () => {
    const clocks = await startClocks({});
    try {
      await published(clocks);
      await tellStory(clocks);
      // Node's own metrics, which prom-client names, are not ours to rename.
      const ours = (await scrape(clocks))
        .split('\n\n')
        .filter(family => family.includes('# HELP takedown_'))
        .join('\n');
      expect(ours.match(/^# TYPE/gm)).toHaveLength(9);
      const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], {
        input: `${ours}\n`,
        encoding: 'utf8',
      });
      expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
    } finally {
      await clocks.stop();
    }
  });
});

withServers(['postgres'], 'two processes on PostgreSQL', () => {
  test('publish the figures once, count each breach once and page once; when one ends the other goes on', async () => {
    const DATABASE_URL = await freshDatabase();
    const settings = { DATABASE_URL, CLOCK_REMOVAL: '300ms' };
    const first = await startClocks(settings);
    const second = await startClocks(settings);
    try {
      await tellStory(first);
      await until(async () => (await first.clock('open'))?.state === 'breached', 'the breach');
      const texts = await until(async () => {
        const both = await Promise.all([scrape(first), scrape(second)]);
        return both.some(text => text.includes('takedown_clocks_open{')) && both;
      }, 'the figures to be published');
      expect(texts.filter(text => text.includes('# HELP takedown_'))).toHaveLength(1);
      const publisher = texts[0]?.includes('# HELP takedown_') ? first : second;
      const other = publisher === first ? second : first;
      const figures = samples(await scrape(publisher));
      // Of the three removals all are late now; each is on a page once.
      expect(figures['takedown_breaches_total{obligation="removal",cause="unconfirmed"}']).toBe(3);
      const called = await first.rows.selectFrom('page_clocks').selectAll().execute();
      expect(new Set(called.map(row => row.clock_id)).size).toBe(3);

      await publisher.stop();
      const { 'takedown_next_due_seconds{obligation="removal"}': _, ...same } = figures;
      expect(samples(await published(other))).toMatchObject(same);
      await other.stop();
    } finally {
      for (const { directory } of [first, second]) rmSync(directory, { recursive: true, force: true });
    }
  });
});
