import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { type Prometheus, startPrometheus, withServers } from '../servers/index.js';
import { root, text } from './files.js';

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
}

const rules = (parse(text('deploy/prometheus/rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  group => group.rules,
);

const dashboards = readdirSync(`${root}deploy/grafana/dashboards`);
const queries = dashboards.flatMap(name => {
  const { panels } = JSON.parse(text(`deploy/grafana/dashboards/${name}`)) as {
    panels: { title: string; targets: { expr: string; datasource: { uid: string } }[] }[];
  };
  return panels.flatMap(({ title, targets }) => targets.map(({ expr, datasource }) => ({ title, expr, datasource })));
});

/** Every source of a metric: what our services register, what rules record, what Node's process tells of itself. */
const sources = [
  ...readdirSync(`${root}services`, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => text(`services/${name}`)),
  ...rules.map(({ record }) => `'${record}'`),
  "'process_resident_memory_bytes'",
].join('\n');

/** The metrics a PromQL expression names: what has an underscore or a colon, is no function and no label. */
const metrics = (expr: string) =>
  [...expr.replace(/\{[^}]*\}|\[[^\]]*\]/g, '').matchAll(/[a-z]+[_:][\w:]*\b(?!\s*\()/g)].map(([name]) =>
    name.replace(/_(bucket|count|sum)$/, ''),
  );

test('alerts and panels ask only for metrics that somebody publishes', () => {
  const asked = [...new Set([...rules, ...queries].flatMap(({ expr }) => metrics(expr)))];
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter(name => !sources.includes(`'${name}'`))).toEqual([]);
});

test('each alert tells people what is wrong and how urgent it is, and has a case among the rule tests', () => {
  const cases = text('test/deploy/alerts.yml');
  const alerts = rules.filter(rule => rule.alert);
  expect(alerts.length).toBeGreaterThan(7);
  for (const rule of alerts) {
    expect(rule).toMatchObject({
      labels: { severity: expect.stringMatching(/^(page|ticket)$/) },
      annotations: { summary: expect.any(String) },
    });
    expect(cases).toMatch(new RegExp(`alertname: ${rule.alert}\\n\\s+exp_alerts:\\n`));
  }
});

test("panels ask Grafana's provisioned source", () => {
  const { datasources } = parse(text('deploy/grafana/provisioning/datasources/prometheus.yml')) as {
    datasources: { uid: string }[];
  };
  for (const { datasource } of queries) expect(datasource.uid).toBe(datasources[0]?.uid);
});

withServers(['prometheus'], 'what is deployed for Prometheus and Alertmanager', () => {
  const says = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  };
  let prometheus: Prometheus;

  beforeAll(async () => {
    // Nothing answers there: the queries need no figures to be checked.
    prometheus = await startPrometheus({ target: '127.0.0.1:9' });
  });
  afterAll(() => prometheus.stop());

  test('their own tools accept it', () => {
    // The token's file is there only in the container, hence not looked for.
    expect(says('promtool', 'check', 'config', '--syntax-only', 'deploy/prometheus/prometheus.yml').status).toBe(0);
    expect(says('promtool', 'check', 'rules', 'deploy/prometheus/rules.yml').output).toContain('SUCCESS');
    expect(says('amtool', 'check-config', 'deploy/alertmanager/alertmanager.yml').output).toContain('SUCCESS');
  });

  test('each alert is raised when it should be, and only then', () => {
    expect(says('promtool', 'test', 'rules', 'test/deploy/alerts.yml').output).toContain('SUCCESS');
  });

  test.each(queries)('the panel "$title" asks what Prometheus understands: $expr', ({ expr }) => {
    const { status, output } = says(
      'promtool',
      ...['query', 'instant', prometheus.url, expr.replace(/\$__(rate_interval|range)\b/g, '5m')],
    );
    expect(output).not.toMatch(/error/i);
    expect(status).toBe(0);
  });
});
