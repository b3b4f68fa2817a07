import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { withServers } from '../servers/index.js';
import { root, text } from './files.js';
import { metricsIn, ruleFiles, rules, unknownMetrics } from './rules.js';

const alerts = rules.filter(rule => rule.alert);
const names = alerts.map(({ alert }) => alert!);

/** The files of `promtool test rules`, and what they expect of each alert. */
const tests = readdirSync(`${root}test/deploy/alerts`).map(name => `test/deploy/alerts/${name}`);
const expected = tests.flatMap(file => {
  const { tests } = parse(text(file), { merge: true }) as {
    tests: { alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  return tests.flatMap(({ alert_rule_test: cases = [] }) => cases);
});

test('the names of metrics are told from what stands around them', () => {
  const expr =
    'sum by (some_label) (rate(a_total{b_c="d_e"}[5m])) / on (f_g) group_left (h_i) j:k:rate1h > min_over_time(l_m[1h])';
  expect(metricsIn(expr)).toEqual(['a_total', 'j:k:rate1h', 'l_m']);
  expect(unknownMetrics('rate(takedown_secconds_count[5m]) or pipeline_lag_seconds')).toEqual([
    'takedown_secconds_count',
  ]);
});

test('rules ask only for metrics that somebody publishes', () => {
  expect(rules.flatMap(({ expr }) => metricsIn(expr)).length).toBeGreaterThan(50);
  expect(rules.flatMap(({ expr }) => unknownMetrics(expr))).toEqual([]);
});

test.each(alerts)('$alert says how urgent it is, what is wrong, and where to read what to do', rule => {
  expect(rule).toMatchObject({
    labels: { severity: expect.stringMatching(/^(page|ticket)$/) },
    annotations: {
      summary: expect.stringMatching(/\S/),
      runbook_url: `{{ $externalLabels.runbooks }}/${rule.alert}.md`,
    },
  });
  const page = text(`docs/runbooks/${rule.alert}.md`);
  expect(page).toMatch(new RegExp(`^# ${rule.alert}\n\n\\*${rule.labels?.severity}\\*\n`));
  for (const part of ['What it means.', 'Look first.', 'Mend it.', 'It is over when'])
    expect(page).toContain(`**${part}**`);
});

test.each(names)('%s is tried raised and not raised', name => {
  const cases = expected.filter(({ alertname }) => alertname === name);
  expect(cases.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
  expect(cases.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
});

test('each runbook is of an alert that exists, and in the list', () => {
  const pages = readdirSync(`${root}docs/runbooks`).filter(name => name !== 'README.md');
  expect(pages.sort()).toEqual(names.map(name => `${name}.md`).sort());
  const listed = [...text('docs/runbooks/README.md').matchAll(/^\| \[(\w+)\]\(\1\.md\) \| (page|ticket) \|$/gm)];
  expect(listed.map(([, name, severity]) => [name, severity]).sort()).toEqual(
    alerts.map(({ alert, labels }) => [alert, labels?.severity]).sort(),
  );
});

withServers(['prometheus'], 'what is deployed for Prometheus and Alertmanager', () => {
  const says = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}`, stdout };
  };
  const alertmanager = 'deploy/alertmanager/alertmanager.yml';

  test('their own tools accept it', () => {
    // The token's file is there only in the container, hence not looked for.
    expect(says('promtool', 'check', 'config', '--syntax-only', 'deploy/prometheus/prometheus.yml').status).toBe(0);
    expect(says('promtool', 'check', 'rules', ...ruleFiles).output).not.toMatch(/FAILED|error/i);
    expect(says('amtool', 'check-config', alertmanager).output).toContain('SUCCESS');
  });

  test('the configuration names every file of rules', () => {
    const config = parse(text('deploy/prometheus/prometheus.yml')) as { rule_files: string[] };
    expect(config.rule_files).toEqual(['rules/*.yml']);
    expect(ruleFiles.every(file => file.endsWith('.yml'))).toBe(true);
  });

  test.each(tests)('each alert is raised when it should be, and only then: %s', file => {
    expect(says('promtool', 'test', 'rules', file).output).toContain('SUCCESS');
  });

  test.each([
    ['severity=page', 'page'],
    ['severity=ticket', 'ticket'],
    ['alertname=Unheard', 'page'],
  ])('an alert with %s goes to the receiver %s', (label, receiver) => {
    const { status, stdout } = says('amtool', 'config', 'routes', 'test', `--config.file=${alertmanager}`, label);
    expect({ status, to: stdout.trim() }).toEqual({ status: 0, to: receiver });
  });

  test('what silences an alert, and what is silenced, exist', () => {
    const { inhibit_rules } = parse(text(alertmanager)) as {
      inhibit_rules: { source_matchers: string[]; target_matchers: string[] }[];
    };
    const named = inhibit_rules
      .flatMap(({ source_matchers, target_matchers }) => [...source_matchers, ...target_matchers])
      .flatMap(matcher => matcher.match(/[A-Z]\w+/g) ?? []);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(name => !names.includes(name))).toEqual([]);
  });
});
