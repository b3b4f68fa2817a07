import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../services/cli/sansdelai.mjs', import.meta.url));
/** As `npm start` and the image run it. */
const flags = ['--max-old-space-size=256'];

/** For instance BENCH_NODE_ARGS=--cpu-prof, to see where the time goes. */
const profiling = process.env.BENCH_NODE_ARGS?.split(' ') ?? [];
export const benchKey = 'bench-key-that-is-long-enough';

/** A whole installation as its own processes, with real settings, on free ports. */
export interface Running {
  /** The front: posts in, outcomes out, the sandbox. */
  url: string;
  /** Where the review queue and the clocks are asked. */
  urls: { cases: string; clocks: string };
  processes: { name: string; pid: number; url: string }[];
  key: string;
  stop(): Promise<void>;
}

async function until(
  what: string,
  ready: () => Promise<boolean>,
  dead: () => boolean,
  patience = 60_000,
): Promise<void> {
  const end = Date.now() + patience;
  while (!(await ready().catch(() => false))) {
    if (dead()) throw new Error(`${what} ended before it was ready; BENCH_LOG=1 shows its log`);
    if (Date.now() > end) throw new Error(`${what} was not ready within ${patience / 1000} s`);
    await pause(100);
  }
}

/**
 * Starts the installation: one process on the embedded parts, or a process a group of services on the servers that `environment` names.
 * @param groups services by process; the first is the front
 * @param kept a folder that is used as it is, and left
 */
export async function start(
  environment: Record<string, string>,
  groups: string[][],
  firstPort: number,
  kept?: string,
): Promise<Running> {
  const directory = kept ?? mkdtempSync(join(tmpdir(), 'sansdelai-bench-'));
  const children: ChildProcess[] = [];
  const processes = groups.map((services, i) => ({
    name: services.length === 0 ? 'all' : services.join('+'),
    url: `http://127.0.0.1:${firstPort + i}`,
    pid: 0,
  }));
  const front = processes[0]?.url ?? '';
  const of = (service: string) =>
    processes[
      Math.max(
        0,
        groups.findIndex(group => group.includes(service)),
      )
    ]?.url ?? front;
  try {
    for (const [i, services] of groups.entries()) {
      const child = spawn(process.execPath, [...flags, ...profiling, program, 'start', ...services], {
        stdio: ['ignore', 'ignore', process.env.BENCH_LOG ? 'inherit' : 'ignore'],
        env: {
          PATH: process.env.PATH,
          SANSDELAI_DATA: join(directory, `data-${i}`),
          SANSDELAI_URL: front,
          SANSDELAI_API_KEY: benchKey,
          PORT: String(firstPort + i),
          LOG_LEVEL: 'warn',
          SANSDELAI_PROBE: 'off',
          ...environment,
        },
      });
      children.push(child);
      (processes[i] as { pid: number }).pid = child.pid ?? 0;
    }
    await Promise.all(
      processes.map(({ name, url }, i) =>
        until(
          name,
          async () => (await fetch(`${url}/readyz`)).ok,
          () => children[i]?.exitCode !== null,
        ),
      ),
    );
    return {
      url: front,
      urls: { cases: of('enforce'), clocks: of('clocks') },
      processes,
      key: readFileSync(join(directory, 'data-0', 'commands.key'), 'utf8').trim(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }

  async function stop(): Promise<void> {
    await Promise.all(
      children.map(child => {
        if (child.exitCode !== null) return undefined;
        const ended = new Promise(resolve => child.once('exit', resolve));
        child.kill('SIGTERM');
        const hurry = setTimeout(() => child.kill('SIGKILL'), 15_000);
        return ended.then(() => clearTimeout(hurry));
      }),
    );
    if (kept === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

/** Resident memory of a process in bytes (Linux). */
export function residentBytes(pid: number): number {
  const [, pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return Number(pages) * 4096;
}

/** CPU seconds that a process has used (Linux, 100 ticks a second). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
