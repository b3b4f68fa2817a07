// `npm test [-- FILES OR JEST'S OPTIONS]`: builds, runs every test that this machine can run, says by name what it could not
// run and why, and closes with `N passed, N failed`. With REQUIRE_ALL=1 what is skipped counts as failed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const requireAll = process.env.REQUIRE_ALL === '1';
process.chdir(root);

async function build() {
  const builder = join(root, 'services/cli/build.mjs');
  if (existsSync(builder)) await (await import(builder)).build({ force: false });
  else if (spawnSync(process.execPath, ['node_modules/typescript/bin/tsc'], { stdio: 'inherit' }).status !== 0)
    throw new Error('the types are wrong');
}

/** The compiler leaves the output of deleted tests behind; those must not run on. */
function forgetDeletedTests() {
  for (const name of readdirSync('dist/test', { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.test.js') && !existsSync(join('test', name.replace(/js$/, 'ts'))))
      rmSync(join('dist/test', name));
}

/** test/clocks → dist/test/clocks; test/clocks/a.test.ts → dist/test/clocks/a.test.js; options stay as they are. */
const compiled = argument => {
  const path = relative(root, argument);
  return /^test(\/|$)/.test(path) ? join('dist', path).replace(/\.ts$/, '.js') : argument;
};

/** Runs Jest to its end: `{ passed, failed, skipped }`. */
async function jest(args, folder) {
  const output = join(folder, 'result.json');
  const child = spawn(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', ...args.map(compiled)],
    {
      stdio: 'inherit',
      env: { ...process.env, SANSDELAI_RESULT: output, SANSDELAI_NOT_RUN: join(folder, 'not-run') },
    },
  );
  // Ctrl-C goes to Jest as well; this waits for it, to clean up.
  process.on('SIGINT', () => undefined).on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise(resolve => child.once('close', resolve));
  // Jest's own teardown does so, unless it was killed.
  await (await import('../dist/test/servers/index.js')).release(String(child.pid));
  if (!existsSync(output)) return { passed: 0, failed: 1, skipped: [] };
  const result = JSON.parse(readFileSync(output, 'utf8'));
  // Jest may find fault without a failed test, as in a broken teardown.
  return code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
}

/** Says what was not run, and counts. */
function report({ passed, failed, skipped }, folder) {
  const notRun = join(folder, 'not-run');
  if (existsSync(notRun)) process.stdout.write(`\n${readFileSync(notRun, 'utf8')}`);
  if (!requireAll) return { passed, failed };
  for (const name of skipped) console.log(`Skipped, and REQUIRE_ALL=1: ${name}`);
  return { passed, failed: failed + skipped.length };
}

const folder = mkdtempSync(join(tmpdir(), 'sansdelai-test-'));
let count = { passed: 0, failed: 1 };
try {
  await build();
  forgetDeletedTests();
  count = report(await jest(process.argv.slice(2), folder), folder);
} catch (error) {
  console.error(`The tests could not be run: ${error.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
