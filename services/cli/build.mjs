// Builds what is stale: the services with tsc, the verifier as a single file out of them, the console with Vite. Plain JavaScript, since it runs before anything is built.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const web = join(root, 'services', 'console', 'web');

/** A digest of names, sizes and times of all sources below these folders. */
function digestOf(paths, accepts) {
  const hash = createHash('sha256');
  const visit = path => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort())
        if (name !== 'node_modules' && name !== 'weights') visit(join(path, name));
    } else if (accepts(path)) hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest('hex');
}

const parts = [
  {
    name: 'services',
    stamp: join(root, 'dist', '.services'),
    output: join(root, 'dist', 'services', 'cli', 'main.js'),
    digest: () =>
      digestOf(
        ['services', 'models', 'test', 'tsconfig.json', 'package-lock.json'],
        path => !path.startsWith(web) && /\.(ts|json)$/.test(path),
      ),
    command: ['node_modules/typescript/bin/tsc', '-p', '.'],
  },
  {
    name: 'verifier',
    stamp: join(root, 'dist', '.verifier'),
    output: join(root, 'dist', 'sansdelai-verify.mjs'),
    digest: () =>
      digestOf(['services', 'package-lock.json'], path => !path.startsWith(web) && /\.(ts|mjs|json)$/.test(path)),
    command: ['services/cli/bundle.mjs'],
  },
  {
    name: 'console',
    stamp: join(root, 'dist', '.console'),
    output: join(root, 'dist', 'web', 'index.html'),
    digest: () => digestOf(['services/console/web', 'package-lock.json'], () => true),
    command: [
      'node_modules/vite/bin/vite.js',
      'build',
      '--config',
      'services/console/web/vite.config.ts',
      '--logLevel',
      'warn',
    ],
  },
];

function run(command) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`${command[0]} ended with ${code}`))));
  });
}

/** Shows what is being done and for how long, on a terminal once a second. */
function progress(label) {
  const from = Date.now();
  const seconds = () => ((Date.now() - from) / 1000).toFixed(1);
  if (!process.stderr.isTTY) {
    process.stderr.write(`${label} …\n`);
    return () => process.stderr.write(`${label} done in ${seconds()} s\n`);
  }
  const show = () => process.stderr.write(`\r${label} … ${seconds()} s `);
  show();
  const timer = setInterval(show, 200);
  return () => {
    clearInterval(timer);
    process.stderr.write(`\r${label} done in ${seconds()} s\n`);
  };
}

/** Brings `dist/` up to date. An installed copy without sources is taken as it is. */
export async function build({ force = false } = {}) {
  if (!existsSync(join(root, 'tsconfig.json'))) return;
  const stale = parts.filter(({ name, stamp, output, digest }) => {
    if (name === 'console' && !existsSync(join(web, 'vite.config.ts'))) return false;
    return force || !existsSync(output) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest();
  });
  for (const [i, { name, stamp, digest, command }] of stale.entries()) {
    const done = progress(`[${i + 1}/${stale.length}] building the ${name}`);
    const before = digest();
    await run(command);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, before);
    done();
  }
}
