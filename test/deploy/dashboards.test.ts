import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { commandsKeyFile } from '../../services/accounts/index.js';
import { Folder, http, labels, type ModelServer, startModelServer } from '../classify/own-models.js';
import { type Prometheus, startPrometheus, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { root, text } from './files.js';
import { type Here, pause, startHere } from './installation.js';
import { allRules, unknownMetrics } from './rules.js';

interface Target {
  expr: string;
  datasource: { uid: string };
}
interface Dashboard {
  uid: string;
  title: string;
  templating: { list: { name: string; type: string; query: { query: string } }[] };
  panels: {
    id: number;
    type: string;
    title: string;
    description?: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets?: Target[];
  }[];
}

const folder = 'deploy/grafana/dashboards/';
const dashboards = readdirSync(`${root}${folder}`).map(
  name => [name, JSON.parse(text(`${folder}${name}`)) as Dashboard] as const,
);
const queries = dashboards.flatMap(([name, { panels }]) =>
  panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ panel: `${name}: ${title}`, expr }))),
);

test('there is one for a regulator, one for an operator, one for who is on call', () => {
  expect(dashboards.map(([name]) => name).sort()).toEqual(['on-call.json', 'operator.json', 'regulator.json']);
  expect(new Set(dashboards.map(([, { uid }]) => uid)).size).toBe(3);
});

test.each(dashboards)(
  '%s can be shown: every panel has its place, its words and the provisioned source',
  (_, { panels }) => {
    const { datasources } = parse(text('deploy/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { uid: string }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, description, targets, gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      const across = panels.filter(
        ({ gridPos: { x, y, w, h } }) =>
          x < gridPos.x + gridPos.w && gridPos.x < x + w && y < gridPos.y + gridPos.h && gridPos.y < y + h,
      );
      expect(across.map(panel => panel.title)).toEqual([title]);
      if (type === 'row') continue;
      expect(description).toMatch(/\S.*\.$/);
      expect(targets!.length).toBeGreaterThan(0);
      for (const { datasource } of targets!) expect(datasource.uid).toBe(datasources[0]?.uid);
    }
  },
);

// What answers 0 where nothing is wrong would hide a name that nobody publishes.
test.each(queries)('$panel asks for metrics that somebody publishes', ({ expr }) => {
  expect(unknownMetrics(expr)).toEqual([]);
});

const trace = 'abcdefabcdefabcdefabcdefabcdefab';
const policy = `name: tests
rules:
  - name: test-post
    when: { finding: { signal: test-post, label: standard-test-post } }
    action: remove
    reason: The test post is removed.
  - name: sailing
    when: { finding: { signal: "own/*", label: sailing, over: true } }
    action: review
    reason: It is about sailing.
`;

withServers(['prometheus'], 'the dashboards against a running installation', () => {
  let files: Folder;
  let model: ModelServer;
  let here: Here;
  let prometheus: Prometheus;
  let admin: string;

  beforeAll(async () => {
    files = new Folder();
    model = await startModelServer(http);
    files.declare('sailor', {
      kind: 'http',
      url: model.url,
      labels,
      timeoutSeconds: 5,
      golden: [{ text: 'a boat', scores: { sailing: 0.9 } }],
    });
    const list = join(files.path, 'list.csv');
    writeFileSync(list, `value\n${'0'.repeat(31)}1\n${'0'.repeat(31)}2\n`);
    const csv = { kind: 'csv', bank: 'lists', type: 'md5', everyMinutes: 1 };
    const sources = [
      { ...csv, name: 'list', path: list },
      { ...csv, name: 'gone', path: join(files.path, 'there-is-none.csv') },
    ];
    files.write('policy.yml', policy);
    files.write('exchanges.yml', stringify({ sources }));
    here = await startHere({
      SANSDELAI_MODELS: files.path,
      SANSDELAI_POLICY: join(files.path, 'policy.yml'),
      SANSDELAI_EXCHANGES: join(files.path, 'exchanges.yml'),
      SANSDELAI_PROBE_EVERY: '2s',
    });
    admin = readFileSync(commandsKeyFile(here.directory), 'utf8').trim();
    prometheus = await startPrometheus({ target: new URL(here.url).host, rules: allRules });
  }, 90_000);
  afterAll(async () => {
    await prometheus?.stop();
    await here?.stop();
    await model?.close();
    files?.remove();
  });

  async function ask<T>(path: string, params: Record<string, string>): Promise<T> {
    const answer = await fetch(`${prometheus.url}/api/v1/${path}?${new URLSearchParams(params)}`);
    const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(`${JSON.stringify(params)}: ${error}`);
    return data;
  }

  /** Whether a query answers with a number. */
  async function answers(expr: string): Promise<boolean> {
    const { result } = await ask<{ result: { value: [number, string] }[] }>('query', { query: expr });
    return result.some(({ value }) => value[1] !== 'NaN');
  }

  /** What Grafana puts for the variables of a dashboard: every value that there is. */
  async function valuesOf({ templating }: Dashboard): Promise<Map<string, string>> {
    const values = new Map([
      ['__rate_interval', '30s'],
      ['__range', '5m'],
    ]);
    for (const { name, query } of templating.list) {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query.query) ?? [];
      const found = await until(async () => {
        const some = await ask<string[]>(`label/${label}/values`, { 'match[]': metric });
        return some.length > 0 ? some : undefined;
      }, `values of $${name}`);
      values.set(name, found.join('|'));
    }
    return values;
  }

  /** A bit of everything: removals, cases of which every other one is decided, posts that nothing is done about. */
  async function live(n: number): Promise<void> {
    await here.writeTestPost();
    await here.post(`mild-${n}`, 'A mild post about the weather', { traceparent: `00-${trace}-0123456789abcdef-01` });
    await here.call('POST', '/sandbox/posts', { text: `A boat, number ${n}` });
    const headers = { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' };
    const queue = await fetch(`${here.url}/v1/cases`, { headers });
    const { cases } = (await queue.json()) as { cases: { id: string }[] };
    if (cases.length < 2) return;
    const body = JSON.stringify({ decision: 'keep', reason: 'It is about a boat.' });
    await fetch(`${here.url}/v1/cases/${cases[0]!.id}/decisions`, { method: 'POST', headers, body });
  }

  test('what is not there is told from what is', async () => {
    await until(() => answers('up == 1'), 'the first reading');
    expect(await answers('no_such_metric')).toBe(false);
    expect(await answers('0 / (up - up)')).toBe(false);
  });

  test('every query of every panel answers', async () => {
    // The variables list what there is: something of each kind has to have ended.
    for (let n = -1; !(await answers('sum(takedown_long_seconds_count)')); n--) {
      await live(n);
      await pause(500);
    }
    const open = new Map<string, string>();
    for (const [name, dashboard] of dashboards) {
      const values = await valuesOf(dashboard);
      for (const { panel, expr } of queries.filter(query => query.panel.startsWith(name))) {
        const asked = expr.replace(/\$(\w+)/g, (_, variable) => values.get(variable) ?? `no variable ${variable}`);
        expect(asked).not.toContain('$');
        open.set(asked, panel);
        // What is not empty by nature has to answer without its 0 too.
        const bare = asked.replace(/ or (on \(\) )?vector\(0\)$/, '');
        if (!/\b(dead_letters|takedown_breaches_total|ALERTS|up == 0)\b/.test(bare)) open.set(bare, panel);
      }
    }
    expect(open.size).toBeGreaterThan(50);
    const start = performance.now();
    for (let n = 0; open.size > 0 && performance.now() - start < 45_000; n++) {
      await live(n);
      for (const expr of [...open.keys()]) if (await answers(expr)) open.delete(expr);
      await pause(500);
    }
    expect([...open].map(([expr, panel]) => `${panel}: ${expr}`)).toEqual([]);
  });

  test('the traces of posts are kept as examples beside the figures', async () => {
    const query = 'pipeline_stage_seconds_bucket';
    await until(async () => {
      const now = Date.now() / 1000;
      const found = await ask<{ exemplars: { labels: { trace_id?: string } }[] }[]>('query_exemplars', {
        query,
        start: String(now - 300),
        end: String(now + 1),
      });
      return found.some(({ exemplars }) => exemplars.some(one => one.labels.trace_id === trace));
    }, 'an example');
  });

  test('no alert is raised where all is well', async () => {
    const { alerts } = await ask<{ alerts: { labels: { alertname: string }; state: string }[] }>('alerts', {});
    const raised = alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname);
    // Its jobs are not those of the compose file.
    expect(raised.filter(name => name !== 'ServiceGone')).toEqual([]);
  });
});
