import { execFile, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { commandsKeyFile } from '../../services/accounts/index.js';
import { makeFolder, openBox } from '../../services/cli/authority-simulator.js';
import { type Installation, startInstallation } from '../../services/cli/start.js';
import { createLog, readConfig } from '../../services/runtime/index.js';
import { blocks, pages, tableRows, text } from './pages.js';

/** One installation, which goes by the policy and the platforms that the pages give as examples. */
let folder: string;
let installation: Installation;

const root = fileURLToPath(new URL('../../../', import.meta.url));
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const onlyBlock = (page: string, info: string): string => {
  const [block, ...more] = blocks(page, info);
  expect(more).toEqual([]);
  return block ?? '';
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sansdelai-docs-'));
  const write = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  process.env.EXAMPLE_SECRET = secret;
  // The folder that the README has made. Its authority takes answers on a port that is free here.
  const box = await openBox('127.0.0.1', 0);
  await box.close();
  await makeFolder(join(folder, 'authority'), `http://127.0.0.1:${box.port}/answers`);
  const config = readConfig({
    PORT: '0',
    SANSDELAI_DATA: join(folder, 'data'),
    SANSDELAI_POLICY: write('policy.yaml', onlyBlock('docs/tune.md', 'yaml policy')),
    SANSDELAI_PLATFORMS: write('platforms.yaml', onlyBlock('docs/connect-a-platform.md', 'yaml platforms')),
    SANSDELAI_ORDERS: join(folder, 'authority', 'orders.yaml'),
    LOG_LEVEL: 'silent',
  });
  installation = await startInstallation(config, [], { log: createLog('silent', false) });
});

afterAll(async () => {
  await installation?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const fetched = async (path: string, init?: RequestInit): Promise<string> => {
  const answer = await fetch(`${installation.url}${path}`, init);
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${body}`);
  return body;
};

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await holds()); await sleep(50))
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
}

test('the metrics are those that an installation publishes, with their types and labels', async () => {
  await fetched('/sandbox/posts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'SANSDELAI-STANDARD-TAKEDOWN-TEST-POST' }),
  });
  const occurred = [/^takedown_seconds_count\{obligation="removal",route="sandbox"\} 1$/m, /^takedown_probe_success/m];
  await until('a removal and a probe', async () => {
    const published = await fetched('/metrics');
    return occurred.every(series => series.test(published));
  });
  const { registry } = installation.runtime.metrics;
  const published = [...(await fetched('/metrics')).matchAll(/^# TYPE (\S+) (\S+)$/gm)]
    .filter(([, name]) => !/^(process|nodejs)_/.test(name ?? ''))
    .map(([, name = '', type = '']) => {
      const { labelNames } = registry.getSingleMetric(name) as unknown as { labelNames: string[] };
      return [`\`${name}\``, type, labelNames.map(label => `\`${label}\``).join(', ')];
    });
  const described = tableRows(text('docs/metrics.md')).map(row => row.slice(0, 3));
  const byName = (a: string[], b: string[]) => (a[0] ?? '').localeCompare(b[0] ?? '');
  expect(described.sort(byName)).toEqual(published.sort(byName));
});

test('the way to verify a signature takes ours, and nothing else', async () => {
  writeFileSync(join(folder, 'verify.mjs'), onlyBlock('docs/connect-a-platform.md', 'js verify'));
  const { verify } = (await import(pathToFileURL(join(folder, 'verify.mjs')).href)) as {
    verify(headers: Record<string, string>, body: string, secret: string, now?: number): boolean;
  };
  const at = new Date('2026-01-01T12:00:00Z');
  const body = '{"type":"item.remove"}';
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(at.getTime() / 1000),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
  };
  const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  expect(verify(headers, body, secret, at.getTime())).toBe(true);
  expect(verify(headers, body, secret, at.getTime() + 299_000)).toBe(true);
  expect(verify(headers, body, secret, at.getTime() + 301_000)).toBe(false);
  expect(verify(headers, `${body} `, secret, at.getTime())).toBe(false);
  expect(verify(headers, body, other, at.getTime())).toBe(false);
  expect(verify({ ...headers, 'webhook-id': 'msg_2' }, body, secret, at.getTime())).toBe(false);
  expect(verify({}, body, secret, at.getTime())).toBe(false);
});

/** What a reader types, in one terminal a page. An answer that is an error ends it. */
async function type(page: string): Promise<string> {
  const prelude =
    'set -euo pipefail\ncurl() { command curl --fail-with-body --silent --show-error "$@"; }\nnpm() { if [ "$1" = start ]; then return 0; fi; shift; if [ "$1" = --silent ]; then shift; fi; local name="$1"; shift; if [ "$#" -gt 0 ] && [ "$1" = -- ]; then shift; fi; command node "$ROOT/services/cli/sansdelai.mjs" "$name" "$@"; }\n';
  const script = prelude + blocks(page, 'sh test').join('\n').replaceAll('http://127.0.0.1:8080', installation.url);
  const env = {
    PATH: process.env.PATH,
    BASE: installation.url,
    ROOT: root,
    SANSDELAI_URL: installation.url,
    SANSDELAI_DATA: join(folder, 'data'),
    KEY: readFileSync(commandsKeyFile(join(folder, 'data')), 'utf8').trim(),
  };
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', script], { cwd: folder, env, timeout: 45_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${page}: ${stderr}\n${stdout.slice(-2_000)}`));
      else resolve(stdout);
    });
  });
}

const withCommands = pages.filter(page => blocks(page, 'sh test').length > 0);
const typed = new Map<string, Promise<string>>();

/** All pages at once: most of their time is waiting. Where a program would ask until it is so, a page sleeps; on a busy machine too short. */
function typeAll(): void {
  for (const page of withCommands) {
    const done = type(page).catch(() => type(page));
    done.catch(() => undefined);
    typed.set(page, done);
  }
}

const lacking = ['bash', 'curl'].filter(program => spawnSync(program, ['--version']).error);

if (lacking.length === 0 || process.env.REQUIRE_ALL === '1') {
  test.each(withCommands)('the commands of %s work', async page => {
    if (typed.size === 0) typeAll();
    expect(await typed.get(page)).not.toBe('');
  });
} else {
  const reason = `no ${lacking.join(', ')} on PATH`;
  const file = process.env.SANSDELAI_NOT_RUN;
  if (file) appendFileSync(file, `Not run: the commands of the pages: ${reason}\n`);
  test.skip(`the commands of the pages work (not run: ${reason})`, () => undefined);
}
