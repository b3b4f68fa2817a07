import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { realTime, type Stoppable, soon, type Time, type Timer } from '../../../../runtime/index.js';
import type { FileHashes, HashReply, HashRequest } from './messages.js';

/** Hashes files in a process of its own, one after the other. */
export interface Hasher extends Stoppable {
  /**
   * Never rejects for what is in the file: where it can't be hashed, `unhashable` says why.
   * @throws Error where hashing was stopped, or the process can't be started: nothing is said of the file.
   */
  hash(bytes: Uint8Array): Promise<FileHashes>;
}

export interface HasherOptions {
  time?: Time;
  /** For one file, in milliseconds (10,000). */
  timeout?: number;
  /** Without work for so long, the process is ended (60,000 ms). */
  idle?: number;
  /** The process's file, for tests of what happens when it dies. */
  script?: URL;
}

interface Job {
  bytes: Uint8Array;
  resolve(hashes: FileHashes): void;
  reject(error: Error): void;
}

const limits = { timeout: 10_000, idle: 60_000 };
/** Larger pictures are not decoded. */
export const mostBytes = 20 * 1024 * 1024;
/** What is digested at a time. */
const slice = 1024 * 1024;

/** Nothing is started before the first file comes. */
export function startHasher(options: HasherOptions = {}): Hasher {
  const { time = realTime, timeout = limits.timeout, idle = limits.idle } = options;
  const script = options.script ?? new URL('./hashing-process.js', import.meta.url);
  const waiting: Job[] = [];
  let child: ChildProcess | undefined;
  let current: { id: number; job: Job; timer: Timer } | undefined;
  let resting: Timer | undefined;
  let stopped = false;
  let last = 0;

  function next(): void {
    if (current) return;
    resting?.stop();
    const job = waiting.shift();
    if (!job) {
      resting = time.after(idle, () => end());
      return;
    }
    const id = ++last;
    child ??= start();
    const asked = child;
    const timer = time.after(timeout, () => lose(asked, `hashing it took more than ${timeout / 1000} s`));
    current = { id, job, timer };
    asked.ref();
    asked.channel?.ref();
    asked.send({ id, bytes: job.bytes } satisfies HashRequest, error => {
      if (error) lose(asked, `the process that hashes could not be asked (${error.message})`);
    });
  }

  function start(): ChildProcess {
    const made = fork(script, {
      // Nothing of ours is for a process that reads strangers' files: neither secrets nor flags.
      env: {},
      execArgv: ['--max-old-space-size=64'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    made.on('message', (reply: HashReply) => {
      if (reply.id === current?.id) settle(job => job.resolve(reply.hashes));
    });
    made.once('error', error => {
      if (made.pid !== undefined) return;
      child = undefined;
      settle(job => job.reject(new Error(`the process that hashes does not start: ${error.message}`)));
    });
    made.once('exit', (code, signal) => lose(made, `hashing it ended the process that does it (${signal ?? code})`));
    return made;
  }

  /** The process is no more, or no more wanted; what it was at is given up. */
  function lose(lost: ChildProcess, reason: string): void {
    if (lost !== child) return;
    child = undefined;
    lost.kill('SIGKILL');
    settle(({ bytes, resolve, reject }) => withDigests(bytes, reason).then(resolve, reject));
  }

  function settle(answer: (job: Job) => void): void {
    const done = current;
    current = undefined;
    done?.timer.stop();
    child?.unref();
    child?.channel?.unref();
    if (done) answer(done.job);
    next();
  }

  function end(): void {
    const ended = child;
    child = undefined;
    ended?.kill('SIGKILL');
  }

  return {
    hash: bytes =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(new Error('hashing was stopped'));
        if (bytes.length > mostBytes) {
          return void withDigests(bytes, `it is larger than ${mostBytes / 2 ** 20} MB`).then(resolve, reject);
        }
        waiting.push({ bytes, resolve, reject });
        next();
      }),
    async stop() {
      stopped = true;
      const stoppedJobs = [...(current ? [current.job] : []), ...waiting.splice(0)];
      current?.timer.stop();
      current = undefined;
      resting?.stop();
      end();
      for (const { reject } of stoppedJobs) reject(new Error('hashing was stopped'));
    },
  };
}

/** Digests ask nothing of what is in the file; other work gets its turn in between. */
async function withDigests(bytes: Uint8Array, unhashable: string): Promise<FileHashes> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  for (let at = 0; at < bytes.length; at += slice) {
    const part = bytes.subarray(at, at + slice);
    sha256.update(part);
    md5.update(part);
    await new Promise<void>(resolve => soon(resolve));
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex'), unhashable };
}
