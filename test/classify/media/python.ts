import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Python with packages from PyPI in a folder of its own; `missing` where this machine can't have it. */
export type Python =
  | { missing: string }
  | { missing?: undefined; path: string; run(script: string, ...args: string[]): string; remove(): void };

/** @param packages each list is installed by itself; a list that begins with `--no-deps` without what its packages ask for. */
export function pythonWith(...packages: string[][]): Python {
  if (spawnSync('python3', ['-m', 'venv', '--help']).status !== 0) {
    return { missing: 'no python3 with venv on PATH: install the packages python3 and python3-venv' };
  }
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-python-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const python = join(folder, 'bin', 'python');
  const made = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' });
  if (made.status !== 0) {
    remove();
    return { missing: `python3 -m venv failed: ${lastLine(made.stdout, made.stderr)}` };
  }
  for (const list of packages) {
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...list];
    const installed = spawnSync(python, args, { encoding: 'utf8', timeout: 300_000 });
    if (installed.status === 0) continue;
    remove();
    return { missing: `pip could not install ${list.join(' ')}: ${lastLine(installed.stdout, installed.stderr)}` };
  }
  return {
    path: python,
    run: (script, ...args) => execFileSync(python, ['-c', script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
    remove,
  };
}

const lastLine = (...outputs: (string | null)[]): string => outputs.join('').trim().split('\n').at(-1) ?? '';

/** `describe`, where Python could be had; else a skipped test that says why, as `withServers` has it. */
export function withPython(
  python: Python,
  title: string,
  suite: (python: Exclude<Python, { missing: string }>) => void,
): void {
  if (python.missing === undefined) {
    describe(title, () => {
      afterAll(() => python.remove());
      suite(python);
    });
  } else if (process.env.REQUIRE_ALL === '1') {
    test(title, () => {
      throw new Error(`Not run: ${python.missing}`);
    });
  } else {
    const file = process.env.SANSDELAI_NOT_RUN;
    if (file) appendFileSync(file, `Not run: ${title}: ${python.missing}\n`);
    test.skip(`${title} (not run: ${python.missing})`, () => undefined);
  }
}
