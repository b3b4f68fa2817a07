import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./sansdelai.js', import.meta.url));

/** How a process ended, and how long that took. */
export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
  ms: number;
}

/** One process of an installation. It can be ended and started again, on its port and with its data. */
export class Process {
  #child: ChildProcess | undefined;
  #ended: Promise<End> | undefined;
  /** How it ended, where nobody asked it to. */
  died: End | undefined;

  constructor(
    readonly name: string,
    readonly services: readonly string[],
    readonly url: string,
    private readonly environment: Record<string, string>,
    private readonly logFile: string,
  ) {}

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts it. Resolves at once: `ready` says when it can take work. */
  spawn(): void {
    const from = performance.now();
    const log = openSync(this.logFile, 'a');
    const child = spawn(process.execPath, [program, 'start', ...this.services], {
      stdio: ['ignore', log, log],
      env: this.environment,
    });
    closeSync(log);
    this.#child = child;
    this.died = undefined;
    this.#ended = once(child, 'exit').then(([code, signal]) => {
      const end = { code, signal, ms: performance.now() - from };
      if (this.#child === child) this.died = end;
      return end;
    });
  }

  async ready(patience = 60_000): Promise<void> {
    for (const end = Date.now() + patience; ; await pause(50)) {
      const res = await fetch(`${this.url}/readyz`).catch(() => undefined);
      await res?.arrayBuffer();
      if (res?.ok) return;
      if (this.died) throw new Error(`${this.name} ended with ${this.died.code} before it was ready`);
      if (Date.now() > end) throw new Error(`${this.name} was not ready within ${patience / 1000} s`);
    }
  }

  async start(): Promise<void> {
    this.spawn();
    await this.ready();
  }

  /** Sends a signal and waits for its end; after `patience` ms it is killed, and that is how it ended. */
  async end(signal: NodeJS.Signals, patience = 20_000): Promise<End> {
    const child = this.#child;
    if (!child || !this.#ended || this.died) return this.died ?? { code: null, signal: null, ms: 0 };
    this.#child = undefined;
    const from = performance.now();
    child.kill(signal);
    const hurry = setTimeout(() => child.kill('SIGKILL'), patience);
    const end = await this.#ended;
    clearTimeout(hurry);
    return { ...end, ms: performance.now() - from };
  }

  /** Resolves with how it ended by itself. @throws where it did not within `patience` ms */
  async exited(patience = 20_000): Promise<End> {
    for (const end = Date.now() + patience; !this.died; await pause(50)) {
      if (Date.now() > end) throw new Error(`${this.name} still runs after ${patience / 1000} s`);
    }
    return this.died;
  }

  /** What it said, its last lines. */
  log(lines = Number.POSITIVE_INFINITY): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }
}
