// `npm test [-- FILES OR JEST'S OPTIONS]`: builds, runs every test that this machine can run, says by name what it could not
// run and why, and closes with `N passed, N failed`. With REQUIRE_ALL=1 what is skipped counts as failed.
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const requireAll = process.env.REQUIRE_ALL === '1';
const seed = process.env.SANSDELAI_SEED ?? String(randomInt(2 ** 31));
/** More failing files than this are no accident of a busy machine. */
const accidents = 2;
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

/** Runs Jest to its end: `{ passed, failed, skipped, failing }`. */
async function jest(args, folder) {
  const output = join(folder, 'result.json');
  rmSync(output, { force: true });
  const child = spawn(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', ...args.map(compiled)],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        SANSDELAI_SEED: seed,
        SANSDELAI_RESULT: output,
        SANSDELAI_NOT_RUN: join(folder, 'not-run'),
      },
    },
  );
  // Ctrl-C goes to Jest as well; this waits for it, to clean up.
  process.once('SIGINT', () => undefined).once('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise(resolve => child.once('close', resolve));
  // Jest's own teardown does so, unless it was killed.
  await (await import('../dist/test/servers/index.js')).release(String(child.pid));
  if (!existsSync(output)) return { passed: 0, failed: 1, skipped: [], failing: [] };
  const result = JSON.parse(readFileSync(output, 'utf8'));
  // Jest may find fault without a failed test, as in a broken teardown.
  return code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
}

/**
 * Real servers and processes on a machine that others use too: a file or two may fail for want of time. They run once more, alone and with the same
 * seed, and the run says so; what is wrong fails again.
 */
async function again(first, folder) {
  const { failing } = first;
  if (first.failed === 0 || failing.length === 0 || failing.length > accidents) return first;
  const names = failing.map(({ path }) => path);
  console.log(`\nFailed, and run once more, alone: ${names.join(', ')}`);
  const second = await jest(['--runInBand', '--runTestsByPath', ...names], folder);
  console.log(
    second.failed === 0
      ? `Failed at first, and passed alone (the failure is above; look at it): ${names.join(', ')}`
      : `Failed twice: ${second.failing.map(({ path }) => path).join(', ')}`,
  );
  const before = failing.reduce((sum, { passed }) => sum + passed, 0);
  return { ...second, passed: first.passed - before + second.passed, skipped: first.skipped };
}

/** Says what was not run, and counts. */
function report({ passed, failed, skipped }, folder) {
  const notRun = join(folder, 'not-run');
  if (existsSync(notRun)) {
    // A file that ran twice has said it twice.
    const lines = new Set(readFileSync(notRun, 'utf8').split('\n'));
    process.stdout.write(`\n${[...lines].join('\n')}`);
  }
  if (!requireAll) return { passed, failed };
  for (const name of skipped) console.log(`Skipped, and REQUIRE_ALL=1: ${name}`);
  return { passed, failed: failed + skipped.length };
}

const folder = mkdtempSync(join(tmpdir(), 'sansdelai-test-'));
let count = { passed: 0, failed: 1 };
try {
  await build();
  forgetDeletedTests();
  count = report(await again(await jest(process.argv.slice(2), folder), folder), folder);
} catch (error) {
  console.error(`The tests could not be run: ${error.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (count.failed > 0) console.log(`Properties were tried with SANSDELAI_SEED=${seed}`);
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
