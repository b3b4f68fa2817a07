import type { VerifierKey } from '../log/index.js';
import { BoundLog, readNote } from './bound.js';
import { Checks } from './checks.js';
import { Bounds, checkBeginning, compare, told } from './history.js';
import { Keyring, type SignedCheckpoint } from './keys.js';
import { type Finding, instant, Missing, plain } from './outcome.js';
import { findPromised, judge, type Promised, readPromise } from './promise.js';
import { readReport } from './report.js';
import type { LogSource } from './source.js';
import { verifyReport } from './verify-report.js';

/** A note, and where it is from. */
export interface Given {
  from: string;
  note: string;
}

export interface Asked {
  /** Folder or file of a report; without one the log alone is checked. */
  report?: string | undefined;
  /** The keys that are trusted. */
  keys: readonly VerifierKey[];
  log: LogSource;
  /** Checkpoints that were kept. */
  kept: readonly Given[];
  promises: readonly Given[];
  /** How late (ms) an entry may be entered after it happened. */
  late: number;
  /** Bytes of openings whose clocks are in memory at once; of a larger file, a share of the clocks at a time. */
  memory?: number;
}

export interface Verified {
  findings: Finding[];
  /** The newest checkpoint, where all others agree with it. */
  head?: SignedCheckpoint;
}

const usual = 64 * 1024 * 1024;

/** Hears of long work. */
export type Progress = (what: string, done: number, of: number) => void;

/** Checks all that was asked. Does not throw for what it finds; each finding says whether it agrees. */
export async function verify(asked: Asked, progress: Progress = () => undefined): Promise<Verified> {
  const checks = new Checks();
  const { findings } = checks;
  const read =
    asked.report === undefined ? undefined : await checks.step('report', () => readReport(asked.report as string));
  if (asked.report !== undefined && !read) return { findings };
  const report = read?.value.report;

  // First of all, since who does not answer this will not answer what follows.
  const shown = await checks.step("the log's checkpoint", () => readShown(asked.log, report !== undefined));
  if (!shown) return { findings };
  const keys = new Keyring(asked.keys);
  // Who has no rotations to show says so, or nothing: it takes no trust from anybody.
  for (const key of keys.learn(await readNote(asked.log, 'keys').catch(() => '')))
    checks.remark('key', `the log went over to the key ${plain(key)}, as the key before it has signed`);

  const heads = await readHeads();
  const [head] = heads.toSorted((a, b) => b.size - a.size || b.at - a.at);
  if (!head) return { findings };

  // Before any tile is asked for: what contradicts itself needs none.
  const later: { name: string; checkpoint: SignedCheckpoint }[] = [];
  let whole = true;
  const others = heads.filter(one => one !== head).map(checkpoint => ({ name: 'the same log', checkpoint }));
  for (const other of [...others, ...(await readKept())]) {
    const fits = await checks.step(other.name, async () => compare(head, other.checkpoint, asked.log.live));
    if (fits) later.push(other);
    else whole = false;
  }

  const log = await checks.run('tiles', async () => [
    `those at the end of the log make the root that ${head.from} signs`,
    await BoundLog.open(asked.log, head),
  ]);
  if (!log) return { findings };

  /** Checkpoints that are known to be of this log. */
  const known: SignedCheckpoint[] = [head];
  for (const { name, checkpoint } of later) {
    const same = await checks.run(name, async () => {
      await checkBeginning(log, head, checkpoint);
      return [`${told(checkpoint)} is how the log of today begins`, known.push(checkpoint)];
    });
    if (!same) whole = false;
  }

  if (read)
    await verifyReport(
      checks,
      { ...read.value, log, head, known, keys, live: asked.log.live, late: asked.late, memory: asked.memory ?? usual },
      progress,
    );
  await verifyPromises(log, head, new Bounds(known));
  return { findings, ...(whole ? { head } : {}) };

  /** The log as the report and whoever serves it show it. */
  async function readHeads(): Promise<SignedCheckpoint[]> {
    const heads: SignedCheckpoint[] = [];
    const add = async (check: string, note: string, from: string): Promise<void> => {
      const checkpoint = await checks.run(check, () => {
        const checkpoint = keys.checkpoint(note, from, true);
        return [`${told(checkpoint)}, by ${plain(checkpoint.by)}`, checkpoint];
      });
      if (checkpoint) heads.push(checkpoint);
    };
    if (report) await add('signature of the checkpoint', report.checkpoint, "the report's checkpoint");
    if (shown?.value !== undefined && shown.value !== report?.checkpoint)
      await add("signature of the log's checkpoint", shown.value, "the log's checkpoint");
    return heads;
  }

  async function readKept(): Promise<{ name: string; checkpoint: SignedCheckpoint }[]> {
    const list: { name: string; checkpoint: SignedCheckpoint }[] = [];
    for (const { from, note } of asked.kept) {
      const checkpoint = await checks.run('signature of a kept checkpoint', () => {
        const checkpoint = keys.checkpoint(note, from, false);
        return [told(checkpoint), checkpoint];
      });
      if (checkpoint) list.push({ name: 'nothing rewritten', checkpoint });
      else whole = false;
    }
    return list;
  }

  async function verifyPromises(log: BoundLog, head: SignedCheckpoint, bounds: Bounds): Promise<void> {
    const promised: Promised[] = [];
    for (const { from, note } of asked.promises) {
      const one = await checks.run('signature of a promise', () => {
        const one = readPromise(note, from, keys);
        return [`${from}: to be entered by ${instant(one.by)}`, one];
      });
      if (one) promised.push(one);
    }
    if (promised.length === 0) return;
    const found = await checks.step('promise', () =>
      findPromised(log, promised, (done, of) => progress('looking for promised entries', done, of)),
    );
    if (!found) return;
    for (const promise of promised) {
      const index = found.value.get(promise);
      await checks.run('promise', () => {
        const lacking = index === undefined ? undefined : bounds.lacking(index);
        return [judge(promise, index, lacking, head), true];
      });
    }
  }
}

/** The checkpoint that is served with the log; undefined where a folder has tiles alone, and the checkpoint is that of the report. */
const readShown = (log: LogSource, reported: boolean): Promise<string | undefined> =>
  readNote(log, 'checkpoint').catch(error => {
    if (error instanceof Missing && !log.live && reported) return undefined;
    throw error;
  });

/** 0: all agrees. 1: something differs. 2: something could not be checked. */
export function exitCode(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ verdict }) => verdict === 'differs')) return 1;
  return findings.some(({ verdict }) => verdict === 'unchecked') || findings.length === 0 ? 2 : 0;
}
