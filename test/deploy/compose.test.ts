import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { configSchema, readConfig } from '../../services/runtime/config/index.js';
import { withServers } from '../servers/index.js';
import { root, text } from './files.js';

interface Service {
  build?: unknown;
  command?: string[];
  environment?: Record<string, string | number>;
  healthcheck?: { test: string[] };
  restart?: string;
  ports?: string[];
  volumes?: string[];
  deploy?: { replicas?: number; resources?: { limits?: { cpus?: string; memory?: string } } };
}

const file = text('docker-compose.yml');
const compose = parse(file, { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build);

/** A variable as Compose fills it in: `${NAME:-default}`, or a secret that has to be set. */
const variable = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;
const filled = (value: string | number) =>
  String(value).replaceAll(variable, (_, _name, kind, rest) => (kind === '-' ? rest : 'a'.repeat(24)));
const required = [...new Set([...file.matchAll(variable)].filter(match => match[2] === '?').map(match => match[1]!))];

test.each(ours)('%s is started as a service that exists', (name, { command }) => {
  expect(command).toEqual(['start', name]);
  expect(existsSync(`${root}services/${name}/index.ts`)).toBe(true);
});

test('every service of a small installation is there, and classifying is shared by two', () => {
  expect(ours.map(([name]) => name).sort()).toEqual([
    'classify',
    'clocks',
    'console',
    'enforce',
    'ingest',
    'ledger',
    'orders',
    'probe',
  ]);
  expect(compose.services.classify?.deploy?.replicas).toBe(2);
});

test.each(ours)('%s is given settings that exist, with values they take', (_, { environment = {} }) => {
  const known = Object.keys(configSchema.shape);
  expect(Object.keys(environment).filter(name => !known.includes(name))).toEqual([]);
  const given = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filled(value)]));
  const config = readConfig(given);
  expect(config).toMatchObject({ KAFKA_BROKERS: ['kafka:9092'], REDIS_URL: 'redis://redis:6379' });
  expect(config.DATABASE_URL).toContain('@postgres:5432/');
});

test('no secret has a value or a default in the file', () => {
  const secrets = services.flatMap(([, { environment = {} }]) =>
    Object.entries(environment).filter(([name]) => /PASSWORD|TOKEN|_KEY|SECRET|_URL$/.test(name)),
  );
  expect(secrets.length).toBeGreaterThan(10);
  for (const [name, value] of secrets) {
    if (/PASSWORD|TOKEN|_KEY$|SECRET/.test(name)) expect(value).toMatch(/^\$\{\w+:(\?.+|-)\}$/);
    else expect(String(value)).not.toMatch(/\/\/[^@$]*:[^@$]*@/);
  }
});

test('each variable that has to be set is in the example, empty', () => {
  const example = new Map(
    text('deploy/env.example')
      .split('\n')
      .filter(line => /^\w/.test(line))
      .map(line => line.split('=') as [string, string]),
  );
  expect(required.length).toBeGreaterThan(3);
  for (const name of required) expect(example.get(name)).toBe('');
  expect([...example.keys()].filter(name => !file.includes(`\${${name}`))).toEqual([]);
});

test.each(services)('%s is published on loopback or not at all', (_, { ports = [] }) => {
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test.each(services)('%s is restarted, limited and asked for its health', (_, service) => {
  expect(service.restart).toBe('unless-stopped');
  expect(service.deploy?.resources?.limits).toMatchObject({
    cpus: expect.stringMatching(/^\d/),
    memory: expect.stringMatching(/^\d+M$/),
  });
  // Those built here have theirs in the image.
  if (!service.build) expect(service.healthcheck?.test[0]).toMatch(/^CMD/);
});

test('what is mounted from the project exists', () => {
  const mounts = services.flatMap(([, { volumes = [] }]) => volumes.map(filled)).filter(path => path.startsWith('./'));
  expect(mounts.length).toBeGreaterThan(4);
  expect(mounts.filter(path => !existsSync(join(root, path.split(':')[0]!)))).toEqual([]);
});

test('Prometheus reads each of our services', () => {
  const config = parse(text('deploy/prometheus/prometheus.yml')) as {
    scrape_configs: { dns_sd_configs?: { names: string[] }[]; authorization?: { credentials_file: string } }[];
  };
  const job = config.scrape_configs[0]!;
  expect(job.dns_sd_configs?.[0]?.names.toSorted()).toEqual(ours.map(([name]) => name).sort());
  expect(job.authorization?.credentials_file).toBe('/run/secrets/metrics_token');
  for (const [name] of ours) expect(text('deploy/prometheus/rules/pipeline.yml')).toContain(`service="${name}"`);
});

test('the links of alerts lead to the runbooks that the console serves', () => {
  const { prometheus, console: pages } = compose.services;
  expect(prometheus?.command).toContain('--enable-feature=expand-external-labels,exemplar-storage');
  expect(filled(prometheus?.environment?.RUNBOOKS_URL ?? '')).toMatch(/\/docs\/runbooks$/);
  expect(pages?.volumes).toContain('./docs/runbooks:/app/docs/runbooks:ro');
  const { global } = parse(text('deploy/prometheus/prometheus.yml')) as {
    global: { external_labels: Record<string, string> };
  };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Prometheus fills it in.
  expect(global.external_labels.runbooks).toBe('${RUNBOOKS_URL}');
});

withServers(['go'], 'docker-compose.yml against the schema of the Compose specification', () => {
  const secrets = Object.fromEntries(required.map(name => [name, 'a'.repeat(24)]));
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sansdelai-compose-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function check(content: string, environment: Record<string, string> = secrets) {
    const path = join(folder, 'docker-compose.yml');
    writeFileSync(path, content);
    const env = { ...process.env, ...environment, GOFLAGS: '' };
    return spawnSync('go', ['run', '.', path], { cwd: `${root}test/deploy/compose-check`, encoding: 'utf8', env });
  }

  test('it is valid', () => {
    const { status, stdout, stderr } = check(file);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.trim().split(' ')).toEqual(services.map(([name]) => name).sort());
  }, 240_000);

  test.each([
    ['an unknown key', /restart: unless-stopped/, 'restrat: unless-stopped', 'restrat'],
    ['a condition that does not exist', /condition: service_healthy/, 'condition: service_helthy', 'condition'],
    ['a network that is not declared', /networks: \[stores\]/, 'networks: [storse]', 'storse'],
  ])('the check refuses %s', (_, good, bad, named) => {
    expect(file).toMatch(good);
    const { status, stderr } = check(file.replace(good, bad));
    expect(status).toBe(1);
    expect(stderr).toContain(named);
  });

  test.each(required)('it does not start without %s', name => {
    const { status, stderr } = check(file, { ...secrets, [name]: '' });
    expect(status).toBe(1);
    expect(stderr).toContain(`required variable ${name} is missing`);
  });
});
