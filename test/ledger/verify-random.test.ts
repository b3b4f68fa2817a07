import { randomBytes } from 'node:crypto';
import { parseVerifier } from '../../services/ledger/log/index.js';
import { exitCode, sourceOf, verify } from '../../services/ledger/verify/index.js';
import { fc } from '../property.js';
import { folder, MadeLog, made, minute, newKey, removals, removeFolders, second, t0, write } from './made-log.js';

afterAll(removeFolders);

const key = newKey();

/** A log of some removals, with its figures of a period that may begin within it, and a checkpoint kept at some size. */
const scene = fc.record({
  removals: fc.integer({ min: 3, max: 150 }),
  every: fc.constantFrom(second, 20 * second, 3 * minute),
  from: fc.double({ min: 0, max: 0.9, noNaN: true }),
  kept: fc.double({ min: 0, max: 1, noNaN: true }),
  sealed: fc.integer({ min: 0, max: 5 }),
});

/** What an insider does to the log: everything is then made and signed again. `at`: below the kept size. */
const deeds: Record<string, (log: MadeLog, at: number, other: number) => void> = {
  delete: (log, at) => void log.entries.splice(at, 1),
  insert: (log, at) => void log.entries.splice(at, 0, made(log.entries[at]!.opening.at, [], 'policy.changed')),
  replace: (log, at) => void log.entries.splice(at, 1, made(log.entries[at]!.opening.at, [], 'policy.changed')),
  salt: (log, at) => void Object.assign(log.entries[at]!, { salt: randomBytes(32) }),
  later: (log, at) => {
    const entry = log.entries[at]!;
    entry.opening = { ...entry.opening, at: entry.opening.at + 1 };
  },
  swap: (log, at, other) => {
    const [a, b] = [log.entries[at]!, log.entries[other]!];
    log.entries[at] = b;
    log.entries[other] = a;
  },
  truncate: (log, at) => void log.entries.splice(at),
};

/** What somebody does to what is published. */
const changes: Record<string, (published: ReturnType<MadeLog['report']>, dice: number) => void> = {
  'leave out': ({ openings }, dice) => void openings.splice(dice % openings.length, 1),
  repeat: ({ openings }, dice) => {
    const line = openings[dice % openings.length]!;
    openings.splice(dice % openings.length, 0, line);
  },
  move: ({ openings }, dice) => {
    openings[dice % openings.length]!.index += 1;
  },
  time: ({ openings }, dice) => {
    openings[dice % openings.length]!.opening.at += 1;
  },
  'leave out a move': ({ openings }, dice) => {
    const line = openings[dice % openings.length]!;
    line.opening.moves = line.opening.moves.slice(1);
  },
  salt: ({ openings }, dice) => {
    openings[dice % openings.length]!.salt = randomBytes(32).toString('base64url');
  },
  figure: ({ report: { figures } }, dice) => {
    const row = figures[dice % figures.length]!;
    const names = ['count', 'limited', 'within', 'cancelled', 'open', 'overdue', 'breaches'] as const;
    row[names[dice % names.length]!] += 1;
  },
  percentile: ({ report: { figures } }, dice) => {
    const row = figures[dice % figures.length]!;
    const ms = row.ms ?? { p50: 0, p95: 0, p99: 0, max: 0 };
    row.ms = { ...ms, p95: ms.p95 + 1 };
  },
  row: ({ report: { figures } }, dice) => void figures.splice(dice % figures.length, 1),
  sealed: ({ report }) => {
    report.sealed += 1;
  },
  first: ({ report }) => {
    report.first += 1;
  },
  size: ({ report }) => {
    report.size -= 1;
  },
  checkpoint: ({ report }) => {
    report.checkpoint = report.checkpoint.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`);
  },
};

const act = fc.oneof(
  fc.record({ deed: fc.constantFrom(...Object.keys(deeds)), at: fc.nat(), other: fc.nat() }),
  fc.record({ change: fc.constantFrom(...Object.keys(changes)), dice: fc.nat() }),
  fc.record({ file: fc.nat(), byte: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) }),
);

test('whatever is done to a log, its openings or its figures, verify does not say that it agrees; and it does where nothing is', async () => {
  let tampered = 0;
  await fc.assert(
    fc.asyncProperty(scene, fc.option(act, { freq: 8 }), async (scene, act) => {
      const log = new MadeLog([key]);
      log.entries.push(...removals(scene.removals, { every: scene.every }));
      for (const entry of log.entries.slice(-scene.sealed)) entry.sealed = scene.sealed > 0;
      const last = log.entries.at(-1)!.opening.at;
      const end = last + minute;
      const from = t0 + Math.floor((last - t0) * scene.from);
      const sizeAt = (at: number) => log.entries.filter(({ opening }) => opening.at <= at).length;
      const keptAt = t0 + Math.floor((last - t0) * scene.kept);
      const kept = { from: 'kept.note', note: log.checkpoint(keptAt, sizeAt(keptAt)) };
      const keptSize = sizeAt(keptAt);

      if (act && 'deed' in act) {
        const at = act.at % keptSize;
        const other = act.other % log.size;
        // The same entry twice in the same place is no change.
        deeds[act.deed]!(log, at, other === at ? (at + 1) % log.size : other);
      }
      const start = { size: Math.min(sizeAt(from - 1), log.size), at: from - 1 };
      const period = { from, to: end, at: end, by: ['obligation', 'route'] as const };
      const published = structuredClone(log.report(period, scene.from === 0 ? undefined : start));
      if (act && 'change' in act) {
        fc.pre(published.openings.length > 0 && published.report.figures.length > 0);
        const before = JSON.stringify(published);
        changes[act.change]!(published, act.dice);
        fc.pre(JSON.stringify(published) !== before);
      }
      const files = log.files(end);
      if (act && 'file' in act) {
        // All tiles of level 0 are needed where all of the log is opened.
        fc.pre(published.report.first === 0 && published.openings.length === log.size);
        const names = [...files.keys()].filter(name => name.startsWith('tile/'));
        const file = files.get(names[act.file % names.length]!)!;
        const place = act.byte % file.length;
        file[place] = file[place]! ^ (1 << act.bit);
      }
      const into = write(folder(), files, published);
      const { findings } = await verify({
        report: into,
        keys: [parseVerifier(log.vkey)],
        log: sourceOf(into),
        kept: [kept],
        promises: [],
        late: 5 * minute,
      });
      const code = exitCode(findings);
      if (act) tampered++;
      if (act ? code === 0 : code !== 0) throw new Error(JSON.stringify(findings, null, 1));
    }),
    { numRuns: 160 },
  );
  expect(tampered).toBeGreaterThan(90);
});
