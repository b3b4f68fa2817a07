import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sansdelai-needs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the fixture where no program is on PATH. */
function run(requireAll: string) {
  const [result, notRun] = [join(folder, `result-${requireAll}`), join(folder, `not-run-${requireAll}`)];
  const config = {
    rootDir: root,
    roots: ['<rootDir>/dist/test/servers/fixtures'],
    testMatch: ['**/needs-redis.js'],
    transform: {},
    reporters: ['<rootDir>/test/result.mjs'],
  };
  const { status } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      'node_modules/jest/bin/jest.js',
      `--config=${JSON.stringify(config)}`,
    ],
    {
      cwd: root,
      env: { PATH: folder, REQUIRE_ALL: requireAll, SANSDELAI_RESULT: result, SANSDELAI_NOT_RUN: notRun },
      encoding: 'utf8',
    },
  );
  return {
    status,
    result: JSON.parse(readFileSync(result, 'utf8')) as { passed: number; failed: number; skipped: string[] },
    notRun: existsSync(notRun) ? readFileSync(notRun, 'utf8') : '',
  };
}

test('what a machine cannot run is skipped, and told by its name with the reason', () => {
  const { status, result, notRun } = run('');
  expect(status).toBe(0);
  expect(notRun).toBe('Not run: needs Redis: no redis-server on PATH: install the package redis-server\n');
  expect(result).toMatchObject({ passed: 1, failed: 0, skipped: [expect.stringContaining('needs Redis')] });
});

test('where everything is required, it fails', () => {
  const { status, result, notRun } = run('1');
  expect(status).toBe(1);
  const failing = [{ path: 'dist/test/servers/fixtures/needs-redis.js', passed: 1 }];
  expect(result).toEqual({ passed: 1, failed: 1, skipped: [], failing });
  expect(notRun).toBe('');
});
