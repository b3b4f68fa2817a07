import { type ChildProcess, execFile, fork } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Pool } from 'undici';
import { percentile } from '../../../services/cli/figures.js';
import { pythonWith } from '../../classify/media/python.js';
import { residentBytes } from '../installation.js';

const sources = fileURLToPath(new URL('../../../../test/bench/matching/', import.meta.url));
const run = promisify(execFile);

export interface MatchingOptions {
  /** How many hashes, e.g. 1,000,000. */
  sizes: readonly number[];
  runs: number;
  say(line: string): void;
}

/** One program on one set of hashes. */
interface Measured {
  /** Seconds. */
  build: number;
  bytes: number;
  perSecond: number[];
  found?: number;
  /** One addition, as it is shown. */
  adding: string;
}

/** What is asked of the programs written in C and of ours; those in Python get the first of them. */
const queries = 4_000;
const queriesInPython = 200;
/** Seconds that one run in Python may take. */
const patience = 20;

const number = (value: number): string => Math.round(value).toLocaleString('en');
const median = (values: readonly number[]): number =>
  percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

/** Numbers that look like chance and are the same in each run. */
function* chance(seed: number, bytes: number): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  for (let left = bytes; left > 0; left -= 2 ** 20) yield cipher.update(Buffer.alloc(Math.min(left, 2 ** 20)));
}

/** A file of hashes, and one of queries: every second one is a hash of the file with up to 31 bits changed. */
function writeHashes(folder: string, count: number): { hashes: string; asked: string; first: string } {
  const paths = {
    hashes: join(folder, 'hashes'),
    asked: join(folder, 'queries'),
    first: join(folder, 'first-queries'),
  };
  const file = openSync(paths.hashes, 'w+');
  for (const chunk of chance(1, count * 32)) writeSync(file, chunk);
  const all = Buffer.concat([...chance(2, queries * 32)]);
  const random = Buffer.concat([...chance(3, queries * 40)]);
  for (let n = 1; n < queries; n += 2) {
    const dice = random.subarray(n * 40, n * 40 + 40);
    readSync(file, all, n * 32, 32, (dice.readUInt32LE(0) % count) * 32);
    // 31 draws with repetition: most have 28 to 31 bits changed.
    for (let k = 0; k < 31; k++) all[n * 32 + (dice[4 + k]! >> 3)]! ^= 1 << (dice[4 + k]! & 7);
  }
  closeSync(file);
  for (const [path, bytes] of [
    [paths.asked, all],
    [paths.first, all.subarray(0, queriesInPython * 32)],
  ] as const) {
    const out = openSync(path, 'w');
    writeSync(out, bytes);
    closeSync(out);
  }
  return paths;
}

/** The programs by name, each giving its figures or why it could not be run. */
type Program = (files: ReturnType<typeof writeHashes>, runs: number) => Promise<Measured>;

function ours(): Program {
  return async ({ hashes, asked }, runs) => {
    const script = fileURLToPath(new URL('./measure.js', import.meta.url));
    const { stdout } = await run(process.execPath, [script, hashes, asked, String(runs)]);
    const { adding, ...measured } = JSON.parse(stdout);
    const ms = (value: number) => `${value < 0.1 ? value.toFixed(4) : value.toFixed(2)} ms`;
    return { ...measured, adding: `p50 ${ms(adding.p50)}, p99.9 ${ms(adding.p999)}, most ${ms(adding.max)}` };
  };
}

async function inC(folder: string): Promise<((algorithm: string) => Program) | { missing: string }> {
  const program = join(folder, 'search');
  for (const compiler of ['cc', 'gcc', 'clang']) {
    try {
      await run(compiler, ['-O3', '-march=native', '-o', program, join(sources, 'search.c')]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      return { missing: `${compiler} failed: ${(error as Error).message.split('\n')[1] ?? ''}` };
    }
    return algorithm =>
      async ({ hashes, asked }, runs) => {
        const { stdout } = await run(program, [algorithm, hashes, asked, String(runs)]);
        return { ...JSON.parse(stdout), adding: 'not possible' };
      };
  }
  return { missing: 'no cc, gcc or clang on PATH' };
}

const inPython =
  (python: Extract<ReturnType<typeof pythonWith>, { run: unknown }>, kind: string): Program =>
  async ({ hashes, first }, runs) => {
    const script = join(sources, 'peers.py');
    const args = [script, kind, hashes, first, String(Math.min(runs, 3)), String(patience)];
    const { stdout } = await run(python.path, args, { maxBuffer: 2 ** 24 });
    const { adding, found, ...measured } = JSON.parse(stdout);
    return { ...measured, adding: `${median(adding).toFixed(2)} s` };
  };

/**
 * Look-ups within 31 bits: ours beside the indexes of the Python package `threatexchange` and two programs in C, on the same hashes, each in a process of
 * its own, one thread, one query at a time. What this machine can't run is named.
 * @returns a section in Markdown
 */
export async function matching({ sizes, runs, say }: MatchingOptions): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-bench-'));
  const notRun: string[] = [];
  const programs: [string, Program][] = [];
  say('matching: setting up Python and C');
  const python = pythonWith(['threatexchange', 'numpy']);
  try {
    if (python.missing === undefined) {
      programs.push(['threatexchange, multi', inPython(python, 'multi')]);
      programs.push(['threatexchange, flat', inPython(python, 'flat')]);
    } else notRun.push(`threatexchange: ${python.missing}`);
    const c = await inC(folder);
    if (typeof c === 'function') {
      programs.push(['C, 11 slots of 23-24 bits', c('eleven')], ['C, our algorithm', c('ring')]);
    } else notRun.push(`C: ${c.missing}`);
    programs.push(['ours', ours()]);

    const tables: string[] = [];
    for (const size of sizes) {
      const files = writeHashes(folder, size);
      const rows: string[] = [];
      for (const [name, program] of programs) {
        const { perSecond, build, bytes, adding, found } = await program(files, runs);
        const rate = `**${number(median(perSecond))}** (${perSecond.map(number).join(', ')})`;
        say(`matching: ${number(size)} hashes, ${name}: ${number(median(perSecond))} look-ups/s`);
        if (found !== undefined && found !== queries / 2) throw new Error(`${name} found ${found} of ${queries / 2}`);
        rows.push(`| ${name} | ${rate} | ${adding} | ${build.toFixed(1)} s | ${number(bytes / 1e6)} MB |`);
      }
      const goal = goals[size];
      if (goal) rows.push(`| goal | ${goal} |`);
      tables.push(
        `${number(size)} hashes:\n\n| program | look-ups/s | adding one | build | memory |\n|---|---|---|---|---|\n${rows.join('\n')}`,
      );
    }
    say('matching: over HTTP');
    const http = await overHttp(writeHashes(folder, 1_000_000).hashes, runs);
    return [
      '## Matching hashes within 31 bits',
      '',
      `Median of ${runs} runs (in Python ${Math.min(runs, 3)}), ${number(queries)} queries a run (in Python ${queriesInPython}), half of them with one match, which was found each time.`,
      ...notRun.map(reason => `Not run: ${reason}.`),
      '',
      tables.join('\n\n'),
      '',
      http,
    ].join('\n');
  } finally {
    if (python.missing === undefined) python.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

const goals: Readonly<Record<number, string>> = {
  1000000: '≥ 9,000 | ≤ 1 ms | |',
  10000000: '≥ 3,200 | ≤ 1 ms | ≤ 20 s | ≤ 1,500 MB',
};

/** `POST /v1/banks/lookup` of one process with a million hashes in its banks; the asking is done from here, on the same machine. */
async function overHttp(hashes: string, runs: number): Promise<string> {
  const key = randomBytes(24).toString('base64url');
  const script = new URL('./lookup-server.js', import.meta.url);
  const server = fork(script, [hashes, key], { execArgv: ['--max-old-space-size=256'] });
  try {
    const { url, opened } = await ready(server);
    const pool = new Pool(url, { connections: 16, pipelining: 1 });
    const headers = { authorization: `Bearer ${key}` };
    const post = async (body: string) => {
      const answer = await pool.request({ path: '/v1/banks/lookup', method: 'POST', headers, body });
      if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`);
      await answer.body.dump();
    };
    const asked = Buffer.concat([...chance(5, 64_000 * 32)]);
    const one = (n: number) => ({ pdq: asked.toString('hex', (n % 64_000) * 32, (n % 64_000) * 32 + 32) });
    const rates = async (count: number, size: number) => {
      const bodies = Array.from({ length: count }, (_, n) =>
        JSON.stringify(size === 1 ? one(n) : Array.from({ length: size }, (_, k) => one(n * size + k))),
      );
      const waits: number[] = [];
      const perSecond: number[] = [];
      for (let done = 0; done <= runs; done++) {
        const left = [...bodies];
        const from = performance.now();
        const ask = async () => {
          for (let body = left.pop(); body !== undefined; body = left.pop()) {
            const sent = performance.now();
            await post(body);
            if (done > 0) waits.push(performance.now() - sent);
          }
        };
        await Promise.all(Array.from({ length: size === 1 ? 8 : 2 }, ask));
        // The first run warms it up.
        if (done > 0) perSecond.push((count * size * 1000) / (performance.now() - from));
      }
      waits.sort((a, b) => a - b);
      return `**${number(median(perSecond))}** (${perSecond.map(number).join(', ')}) | p50 ${percentile(waits, 0.5).toFixed(1)} ms, p99 ${percentile(waits, 0.99).toFixed(1)} ms`;
    };
    const single = await rates(8_000, 1);
    const batches = await rates(64, 1_000);
    const resident = residentBytes(server.pid ?? 0) / 1e6;
    await pool.close();
    return [
      `Over HTTP, 1,000,000 hashes in the banks (read in ${opened.toFixed(1)} s at the start), one process of ${number(resident)} MB:`,
      '',
      '| asked | look-ups/s | an answer | goal |',
      '|---|---|---|---|',
      `| one by one, 8 at a time | ${single} | ≥ 2,000 |`,
      `| 1,000 in a call, 2 at a time | ${batches} | ≥ 10,000 |`,
    ].join('\n');
  } finally {
    server.kill('SIGTERM');
  }
}

const ready = (server: ChildProcess) =>
  new Promise<{ url: string; opened: number }>((resolve, reject) => {
    server.once('message', message => resolve(message as { url: string; opened: number }));
    server.once('error', reject);
    server.once('exit', code => reject(new Error(`the server ended with ${code}`)));
  });
