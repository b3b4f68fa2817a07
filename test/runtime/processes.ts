import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../until.js';

export interface Child {
  pid: number;
  process: ChildProcess;
  /** The lines it has said. */
  lines(): string[];
  says(line: string | RegExp, ms?: number): Promise<string>;
  /** The signal that ended it, or its exit code. */
  ended: Promise<string | number | null>;
  kill(): Promise<void>;
}

const running = new Set<Child>();

/** Starts one of the programs in `children/`. What still runs at the end of the test file is killed. */
export function startChild(program: string, ...args: string[]): Child {
  const path = fileURLToPath(new URL(`./children/${program}.js`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complained = '';
  child.stdout.on('data', part => {
    said += part;
  });
  child.stderr.on('data', part => {
    complained += part;
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(made);
    return signal ?? code;
  });
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const lines = () => said.split('\n').slice(0, -1);
  const made: Child = {
    pid: child.pid as number,
    process: child,
    lines,
    ended,
    says: (wanted, ms) =>
      until(
        () => {
          const found = lines().find(line => (typeof wanted === 'string' ? line === wanted : wanted.test(line)));
          if (!found && over) throw new Error(`${program} ended: ${said.slice(-1_000)} ${complained.slice(-2_000)}`);
          return found;
        },
        `${program} says ${wanted}`,
        ms,
      ) as Promise<string>,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
  running.add(made);
  return made;
}

afterAll(() => Promise.all([...running].map(child => child.kill())));
