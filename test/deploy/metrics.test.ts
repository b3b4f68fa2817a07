import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { commandsKeyFile } from '../../services/accounts/index.js';
import { exchangeMetrics } from '../../services/classify/exchange/metrics.js';
import { newSource } from '../../services/classify/exchange/tables.js';
import { classifyMetrics } from '../../services/classify/metrics.js';
import { fold, routeNames, seriesOf } from '../../services/clocks/metrics.js';
import { type ClockTotalsRow, clockTotalsTable } from '../../services/clocks/tables.js';
import type { EvidenceFact } from '../../services/contracts/index.js';
import { createMetrics } from '../../services/runtime/index.js';
import { withServers } from '../servers/index.js';
import { until } from '../until.js';
import { type Here, samplesOf, startHere } from './installation.js';

/** What Prometheus asks for. */
const prometheus =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const trace = '0123456789abcdef0123456789abcdef';

/** A request with any method, which `fetch` does not make. */
const ask = (url: string, method: string, key: string): Promise<void> =>
  new Promise((resolve, reject) => {
    request(url, { method, headers: { Authorization: `Bearer ${key}` } }, res => {
      // Some answers have no end.
      res.destroy();
      resolve();
    })
      .once('error', reject)
      .end();
  });

describe('the metrics of a running installation', () => {
  let here: Here;

  beforeAll(async () => {
    here = await startHere();
    await here.writeTestPost();
    await here.post('traced', 'A mild post', { traceparent: `00-${trace}-0123456789abcdef-01` });
    await until(async () => (await here.scrape()).text.includes('takedown_seconds_count{'), 'a removal');
  });
  afterAll(() => here.stop());

  test('come in the format that is asked for, with the same samples', async () => {
    const [plain, open, after] = [await here.scrape(), await here.scrape(prometheus), await here.scrape()];
    expect(plain.type).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect((await here.scrape('*/*')).type).toBe(plain.type);
    expect(open.type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(open.text.endsWith('\n# EOF\n')).toBe(true);
    // What Node has under way differs from one reading to the next.
    const names = (text: string) =>
      new Set(samplesOf(text).flatMap(line => line.split(/[{ ]/)[0]?.replace(/^nodejs_active_.*/, '') || []));
    // A family may come between two readings (the probe's first answer), none goes.
    const families = names(open.text);
    expect([...names(plain.text)].filter(name => !families.has(name))).toEqual([]);
    expect([...families].filter(name => !names(after.text).has(name))).toEqual([]);
    expect(families.size).toBeGreaterThan(30);
    // A counter's family has no `_total` in OpenMetrics, and still has it in the other format afterwards.
    expect(open.text).toContain('# TYPE pipeline_results counter');
    expect(after.text).toContain('# TYPE pipeline_results_total counter');
  });

  test('have the trace of a post as an example, in OpenMetrics alone', async () => {
    await until(async () => (await here.scrape(prometheus)).text.includes(trace), 'the example');
    const { text } = await here.scrape(prometheus);
    expect(text).toMatch(
      new RegExp(
        `^pipeline_stage_seconds_bucket\\{le="[^"]+",stage="classify"\\} \\d+ # \\{trace_id="${trace}"\\} [\\d.]+ [\\d.]+$`,
        'm',
      ),
    );
    expect((await here.scrape()).text).not.toContain(trace);
  });

  test('have the trace of a removal beside its figure', async () => {
    const now = Date.now();
    const item = { platform: 'sandbox', postId: 'exemplar', version: 1 };
    const facts: EvidenceFact[] = [
      {
        type: 'removal.requested.v1',
        data: {
          ...item,
          removalId: 'exemplar',
          ground: { kind: 'policy', ref: 'policy:1#test' },
          at: now - 1_500,
          postedAt: now - 2_000,
          route: 'api',
          flags: [],
        },
      },
      {
        type: 'removal.ended.v1',
        data: { ...item, removalId: 'exemplar', at: now, outcome: 'gone', vantage: 'test' },
      },
    ];
    const events = facts.map(({ type, data }, i) => ({
      topic: 'evidence' as const,
      event: {
        id: `exemplar-${i}`,
        type,
        source: '/test',
        time: data.at,
        key: 'sandbox/exemplar',
        data,
        traceparent: `00-${'f'.repeat(32)}-0123456789abcdef-01`,
      },
    }));
    await here.runtime.commit([], events);
    const line = new RegExp(
      `^takedown_seconds_bucket\\{obligation="removal",route="api",le="2.5"\\} 1 # \\{trace_id="${'f'.repeat(32)}"\\} 1.5 [\\d.]+$`,
      'm',
    );
    await until(async () => line.test((await here.scrape(prometheus)).text), 'the example of the figure');
  });

  test('stay below 2,000 series whatever is asked of it and whatever it is told', async () => {
    const { url, runtime } = here;
    const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'MKCOL', 'LOCK', 'SEARCH'];
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, unknown> };
    const all = [
      ...Object.keys(paths).map(path => path.replace(/\{\w+\}/g, 'x')),
      '/',
      '/a?b=c',
      `/${'d'.repeat(300)}`,
    ];
    expect(all.length).toBeGreaterThan(20);
    const admin = readFileSync(commandsKeyFile(here.directory), 'utf8').trim();
    for (const path of all)
      for (const key of ['none', here.apiKey, admin])
        await Promise.all(methods.map(method => ask(`${url}${path}`, method, key)));
    const measures = ['count', 'ms', 'within', 'open', 'le:1', 'le:+Inf', 'late'];
    const totals = ['review', 'removal', 'posted-to-gone'].flatMap(obligation =>
      Array.from({ length: 300 }, (_, i) => `platform-${i}`).flatMap(route =>
        measures.map(measure => ({ obligation, route, measure, value: 1 })),
      ),
    );
    await runtime.db.commit([runtime.db.insert(clockTotalsTable, totals)]);
    const before = await here.scrape();
    const samples = samplesOf(before.text);
    const start = performance.now();
    await here.scrape();
    process.stdout.write(`/metrics: ${samples.length} series, ${(performance.now() - start).toFixed(0)} ms\n`);
    expect(samples.length).toBeLessThanOrEqual(2_000);
    // Nothing is lost by it: what is not shown by its name is in the sum.
    const counts = samples.filter(line => line.startsWith('takedown_seconds_count{obligation="posted-to-gone"'));
    expect(counts.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0)).toBeGreaterThanOrEqual(300);
    expect(counts.some(line => line.includes('route="other"'))).toBe(true);
    expect(before.text).toMatch(/http_request_seconds_count\{method="other",route="other",status="4xx"\} [1-9]/);
  });
});

describe('names that others choose', () => {
  test('two hundred lists make as many series as twenty, and what is wrong with one of them still shows', async () => {
    const { registry } = createMetrics();
    const metrics = exchangeMetrics(registry);
    const rows = Array.from({ length: 200 }, (_, i) => ({
      ...newSource(`list-${String(i).padStart(3, '0')}`, 'csv', 'bank'),
      pulled_at: 1_000_000 - (i === 150 ? 500_000 : 1_000),
      entries: 1,
      failures: i === 160 ? 7 : 0,
    }));
    const every = new Map(rows.map(({ name }) => [name, 60_000]));
    metrics.show(rows, new Map([['list-199', 3]]), every, 1_000_000);
    for (const { name } of rows) metrics.failed(name);
    const text = await registry.metrics();
    const mine = samplesOf(text).filter(line => line.startsWith('exchange_'));
    expect(mine.length).toBeLessThanOrEqual(7 * 21);
    for (const line of [
      'exchange_pull_age_seconds{source="other"} 500',
      'exchange_failures_in_a_row{source="other"} 7',
      'exchange_answers_waiting{source="other"} 3',
      'exchange_entries{source="other"} 181',
    ])
      expect(mine).toContain(line);
  });

  test('a model too many still shows that its circuit is open', async () => {
    const { registry } = createMetrics();
    const models = Array.from({ length: 60 }, (_, i) => ({
      name: `m${i}`,
      state: 'live',
      circuit: i === 59 ? 'open' : 'closed',
    }));
    const metrics = classifyMetrics({ registry }, () => models);
    for (const { name } of models) metrics.asked(name, 'answered', 1);
    const mine = samplesOf(await registry.metrics()).filter(line => line.startsWith('classify_'));
    expect(mine).toContain('classify_circuit_open{model="other"} 1');
    expect(mine).toContain('classify_circuit_open{model="m0"} 0');
    expect(mine).toContain('classify_questions_total{signal="other",result="answered"} 40');
    expect(mine.length).toBeLessThanOrEqual(70);
  });

  test('routes beyond the bound are one, the doors before them', () => {
    const totals = ['zeta', 'api', 'alpha', 'beta', 'kafka'].map(
      (route): ClockTotalsRow => ({ obligation: 'removal', route, measure: 'count', value: 2 }),
    );
    const nameOf = routeNames(totals, 3);
    expect(totals.map(({ route }) => nameOf(route))).toEqual(['other', 'api', 'other', 'other', 'kafka']);
    const folded = fold(totals, nameOf);
    const counts = seriesOf(folded, 'x', [1]).filter(({ metricName }) => metricName === 'x_count');
    expect(counts.map(({ labels, value }) => [labels.route, value]).sort()).toEqual([
      ['api', 2],
      ['kafka', 2],
      ['other', 6],
    ]);
  });
});

withServers(['prometheus'], 'promtool', () => {
  test('has nothing to say about the metrics', async () => {
    const here = await startHere();
    try {
      await here.writeTestPost();
      await until(async () => (await here.scrape()).text.includes('takedown_seconds_count{'), 'a removal');
      const { text } = await here.scrape();
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
      expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    } finally {
      await here.stop();
    }
  });
});
