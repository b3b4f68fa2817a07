import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsKeyFile } from '../../services/accounts/index.js';
import { Process } from './process.js';

/** A whole installation as processes of its own, each with the services that are named for it. */
export interface Installation {
  /** Where posts come in: the first process. */
  url: string;
  /** May do everything. */
  key: string;
  processes: readonly Process[];
  /** Where the data of the first process is. */
  data: string;
  /** Those that run this service. */
  of(service: string): [Process, ...Process[]];
  /** One more process on the data of the first; to be started by the caller. */
  beside(name: string): Process;
  stop(): Promise<void>;
}

/** Below the ports that the system gives to outgoing connections: one of those could have it when a process comes back. */
const ports = { from: 11_000, to: 31_000 };

async function isFree(port: number): Promise<boolean> {
  const listener = createServer();
  const free = await new Promise<boolean>(resolve => {
    listener.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (free) await new Promise(resolve => listener.close(resolve));
  return free;
}

async function freePorts(count: number): Promise<number[]> {
  for (;;) {
    const first = ports.from + Math.floor(Math.random() * (ports.to - ports.from - count));
    const wanted = Array.from({ length: count }, (_, i) => first + i);
    if ((await Promise.all(wanted.map(isFree))).every(Boolean)) return wanted;
  }
}

/**
 * Starts an installation and waits until every process is ready.
 * @param settings environment of all processes
 * @param groups the services of each process; none: all. The first process is the front, where posts come in
 * @throws Error with the logs of those that do not start
 */
export async function openInstallation(
  settings: Record<string, string>,
  groups: readonly (readonly string[])[],
): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-distributed-'));
  const given = await freePorts(groups.length + 1);
  const url = `http://127.0.0.1:${given[0]}`;
  const data = (n: number): string => join(folder, `data-${n}`);
  const all: Process[] = [];
  const create = (name: string, services: readonly string[], directory: string): Process => {
    const port = given[all.length];
    const environment = {
      PATH: process.env.PATH ?? '',
      PORT: String(port),
      SANSDELAI_DATA: directory,
      SANSDELAI_URL: url,
      LOG_LEVEL: 'info',
      ...settings,
    };
    const one = new Process(name, services, `http://127.0.0.1:${port}`, environment, join(folder, `${name}.log`));
    all.push(one);
    return one;
  };
  const processes = groups.map((services, n) => {
    const same = groups.slice(0, n).filter(group => group.join() === services.join()).length;
    return create(`${services.join('+') || 'all'}${same > 0 ? `-${same + 1}` : ''}`, services, data(n));
  });
  const killAll = (): void => {
    for (const one of all) void one.end('SIGKILL');
  };
  process.once('exit', killAll);
  const stop = async (): Promise<void> => {
    await Promise.all(all.map(one => one.end('SIGTERM')));
    process.off('exit', killAll);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const one of processes) one.spawn();
    await Promise.all(processes.map(one => one.ready()));
    const key = readFileSync(commandsKeyFile(data(0)), 'utf8').trim();
    const of = (service: string) => {
      const [first, ...others] = processes.filter(
        ({ services }) => services.length === 0 || services.includes(service),
      );
      if (!first) throw new Error(`no process runs ${service}`);
      return [first, ...others] as [Process, ...Process[]];
    };
    return { url, key, processes, data: data(0), of, beside: name => create(name, [], data(0)), stop };
  } catch (error) {
    const logs = processes.map(one => `${one.name}:\n${one.log(20)}`).join('\n');
    await stop();
    throw new Error(`${(error as Error).message}\n${logs}`);
  }
}
