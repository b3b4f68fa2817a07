import { join } from 'node:path';
import { dimensions } from '../sla/figures.js';
import type { BoundLog } from './bound.js';
import type { Checks } from './checks.js';
import { compareFigures } from './compare.js';
import { Bounds, checkBeginning, compare, told } from './history.js';
import type { Keyring, SignedCheckpoint } from './keys.js';
import { sizeOf } from './lines.js';
import { type Looked, lookAtOpenings, readAgain } from './openings.js';
import { CannotCheck, Differs, instant, lasting, plain } from './outcome.js';
import type { Report } from './report.js';
import { Tally } from './tally.js';

/** What a report is compared with. */
export interface Against {
  report: Report;
  folder: string;
  log: BoundLog;
  head: SignedCheckpoint;
  /** Checkpoints that are known to be of this log; that at the start of the period is added. */
  known: SignedCheckpoint[];
  keys: Keyring;
  live: boolean;
  late: number;
  memory: number;
}

/** How far the time of the figures may lie from that of their checkpoint (ms). */
const apart = 60_000;

/** Checks that the report opens what its figures need, that all of it is of the log, and makes each figure again. */
export async function verifyReport(
  checks: Checks,
  against: Against,
  progress: (what: string, done: number, of: number) => void,
): Promise<void> {
  const { report, folder, log, known, late, memory } = against;
  const openings = join(folder, 'openings.ndjson');
  const ranged = await checks.run('what the figures are of', async () => [await rangeOf(against), true]);
  const bytes = ranged && (await checks.step('openings', () => sizeOf(openings)));
  if (!bytes) return;
  const parts = Math.max(1, Math.ceil(bytes.value / memory));
  const tally = new Tally(periodOf(report), report.first);
  const take = (part: number) => (opened: Parameters<Tally['take']>[0]) =>
    tally.take(opened, clock => partOf(clock, parts) === part);
  const total = bytes.value * parts;

  const looked = await checks.run('openings', async () => {
    const looked = await lookAtOpenings(openings, log, report, new Bounds(known), late, take(0), done =>
      progress('openings', done, total),
    );
    if (looked.wrong.count > 0) throw new Differs(`${looked.wrong.count} are not of this log: ${looked.wrong.told}`);
    return [`${looked.within + looked.before} are of the entries that the log holds`, looked];
  });
  if (!looked) return;
  await checks.run('nothing left out', () => [complete(report, looked), true]);
  await checks.run('entered in time', () => [inTime(looked, known.length - 1, late), true]);
  tally.count();
  for (let part = 1; part < parts; part++) {
    const again = await checks.step('openings', () => readAgain(openings, looked.digest, take(part)));
    if (!again) return;
    tally.count();
    progress('openings', bytes.value * (part + 1), total);
  }
  tellOfOlder(checks, tally);
  checks.findings.push(...compareFigures(report.figures, tally.figures()));
}

const periodOf = ({ from, to, at, by }: Report) => ({
  from: Date.parse(from),
  to: Date.parse(to),
  at: Date.parse(at),
  by: dimensions.filter(dimension => dimension === 'obligation' || by.includes(dimension)),
});

/** Whether the openings reach as far as the figures need, by what is signed. */
async function rangeOf({ report, head, log, known, keys, live }: Against): Promise<string> {
  const { origin, size, first, start: note } = report;
  const { from, to, at } = periodOf(report);
  const mine = known.find(({ note }) => note === report.checkpoint);
  if (!mine) throw new CannotCheck("the report's checkpoint was not found to be the log's");
  if (origin !== mine.origin)
    throw new Differs(`the report is of the log ${plain(origin)}, and its checkpoint of ${mine.origin}`);
  if (from >= to) throw new Differs('the period ends before it begins');
  if (size > mine.size) throw new Differs(`the figures are of ${size} entries, and the checkpoint has ${mine.size}`);
  if (first > size) throw new Differs(`the first entry that is opened, ${first}, is behind the last of ${size}`);
  if (Math.abs(at - mine.at) > apart)
    throw new Differs(`the figures are as of ${instant(at)}; their checkpoint was signed ${instant(mine.at)}`);
  const asOf = `as of ${instant(at)}${at < to ? ', before the period is over' : ''}`;
  if (note === undefined) {
    if (first > 0) throw new Differs(`no checkpoint shows that the entries before ${first} are older than the period`);
    return `all ${size} entries, ${asOf}`;
  }
  const start = keys.checkpoint(note, 'the checkpoint at the start of the period', false);
  if (start.at > from)
    throw new Differs(`${told(start)} was signed after the period began: what was entered before it is not opened`);
  if (start.size < first)
    throw new Differs(`${told(start)} has ${start.size} entries, and entries are opened from ${first} on only`);
  compare(head, start, live);
  await checkBeginning(log, head, start);
  known.push(start);
  return `entries ${first} up to ${size}, which is all that was entered since ${told(start)}, ${asOf}`;
}

function complete({ first, size, sealed }: Report, { within }: Looked): string {
  const closed = size - first - within;
  if (closed !== sealed)
    throw new Differs(
      `${closed} of ${size - first} entries are not opened, and ${sealed} are told to be under non-disclosure`,
    );
  return `${within} of ${size - first} entries are opened; ${sealed} are under non-disclosure, and only counted`;
}

function inTime({ late, early }: Looked, checkpoints: number, tolerance: number): string {
  const { longest } = late;
  if (longest) {
    const { index, at, lacking } = longest;
    throw new Differs(
      `${late.count} entered late, the latest at least ${lasting(lacking.at - at)} after it happened: entry ${index} says ${instant(at)}, and ${told(lacking)} does not have it`,
      [lacking.note],
    );
  }
  if (early.count > 0)
    throw new Differs(`${early.count} say that they happened after they were entered: ${early.told}`);
  const by =
    checkpoints === 0
      ? 'no checkpoint was kept that could show it'
      : `by ${checkpoints} other ${checkpoints === 1 ? 'checkpoint' : 'checkpoints'}`;
  return `no entry is shown to be more than ${lasting(tolerance)} late (${by})`;
}

/** Clocks that began before what is opened: what is said of them may not be the whole. */
function tellOfOlder(checks: Checks, { startless, doubtful, doubtfulFrom, older }: Tally): void {
  const unchecked = (says: string): void =>
    void checks.findings.push({ check: 'clocks that began again', verdict: 'unchecked', says });
  if (startless > 0)
    unchecked(
      `of ${startless} the first start is not opened: ask for a report with the openings from an earlier entry on (--first)`,
    );
  if (doubtful > 0)
    unchecked(
      `by what is opened of before the period, ${doubtful} were running when they began again. Whether all of that is opened can't be told: ask for a report with the openings from entry ${doubtfulFrom} on (--first)`,
    );
  if (older > 0)
    checks.remark(
      'clocks from before the period',
      `${older}: what is opened of them from before is of the log; only openings from there on (--first) show that none of it is left out`,
    );
}

/** Which part of several a clock is looked at in. */
function partOf(clock: string, parts: number): number {
  if (parts === 1) return 0;
  let hash = 2_166_136_261;
  for (let i = 0; i < clock.length; i++) hash = Math.imul(hash ^ clock.charCodeAt(i), 16_777_619);
  return (hash >>> 0) % parts;
}
