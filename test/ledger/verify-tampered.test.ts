import { randomBytes } from 'node:crypto';
import { parseVerifier, signerOf, signNote, verifierText } from '../../services/ledger/log/index.js';
import { type Asked, exitCode, type Finding, sourceOf, verify } from '../../services/ledger/verify/index.js';
import {
  bytesOf,
  folder,
  hour,
  MadeLog,
  made,
  minute,
  newKey,
  removals,
  removeFolders,
  second,
  t0,
  write,
} from './made-log.js';

afterAll(removeFolders);

/** When the log began to be kept, when somebody kept a checkpoint of it, and when its figures were published. */
const begun = t0 + 2 * hour + second;
const seen = t0 + 4 * hour;
const end = t0 + 8 * hour;
const period = { from: begun, to: end, at: end, by: ['obligation', 'route', 'language'] as const };

const sizeAt = (log: MadeLog, at: number): number => log.entries.filter(({ opening }) => opening.at <= at).length;

/** An honest log of some seven hours: more than two whole tiles. */
function honest(): MadeLog {
  const log = new MadeLog();
  log.entries.push(...removals(400));
  return log;
}

const startOf = (log: MadeLog) => ({ size: sizeAt(log, begun), at: begun });
const keptOf = (log: MadeLog) => ({ from: 'kept.note', note: log.checkpoint(seen, sizeAt(log, seen)) });

/** The log and its figures, as its keeper publishes them now. */
const publish = (log: MadeLog, start = startOf(log)): string =>
  write(folder(), log.files(end), log.report(period, start));

const ask = (report: string, log: MadeLog, more: Partial<Asked> = {}) =>
  verify({
    report,
    keys: [parseVerifier(log.vkey)],
    log: sourceOf(report),
    kept: [],
    promises: [],
    late: 5 * minute,
    ...more,
  });

const differing = (findings: readonly Finding[]): string[] =>
  findings.filter(({ verdict }) => verdict === 'differs').map(({ check }) => check);

describe('an honest report', () => {
  test('agrees in all that is checked, each figure and the checkpoint kept before', async () => {
    const log = honest();
    const { findings, head } = await ask(publish(log), log, { kept: [keptOf(log)] });
    expect(findings.filter(({ verdict }) => verdict !== 'agrees')).toEqual([]);
    expect(exitCode(findings)).toBe(0);
    expect(head?.size).toBe(log.size);
    const figures = findings.filter(({ check }) => check.startsWith('figures: '));
    expect(figures.map(({ check }) => check)).toContain('figures: removal · stream · und');
    expect(figures.map(({ says }) => says).join()).toMatch(/p95 \(ms\) \d+/);
  });

  test('agrees where clocks from before the period began again in it, and says what that rests on', async () => {
    const log = honest();
    const of = { clock: 'an-older-clock', obligation: 'removal' };
    const at = t0 + 10 * minute + 1;
    const place = sizeAt(log, at);
    const due = at + 5 * minute;
    log.entries.splice(place, 0, made(at, [{ ...of, kind: 'start', at, due, route: 'api' }]));
    log.entries.splice(place + 1, 0, made(at, [{ ...of, kind: 'stop', at: at + 1 }]));
    const again = t0 + 5 * hour;
    log.entries.splice(
      sizeAt(log, again),
      0,
      made(again, [{ ...of, kind: 'reopen', at: again, due: again + 5 * minute }], 'removal.returned'),
    );
    const report = publish(log);
    const { findings } = await ask(report, log);
    expect(findings.filter(({ verdict }) => verdict !== 'agrees').map(({ check }) => check)).toEqual([
      'clocks from before the period',
    ]);
    expect(exitCode(findings)).toBe(0);

    // Without its start nobody can tell, and without its end it would have been running.
    const { report: figures, openings } = log.report(period, startOf(log));
    for (const [left, says] of [
      [[place, place + 1], /first start is not opened/],
      [[place + 1], new RegExp(`openings from entry ${place} on`)],
    ] as const) {
      const some = openings.filter(({ index }) => !left.includes(index as never));
      const { findings } = await ask(write(folder(), log.files(end), { report: figures, openings: some }), log);
      expect(findings.find(({ verdict }) => verdict === 'unchecked')?.says).toMatch(says);
    }
  });
});

describe('an insider with the key who signs the whole log anew is found by the checkpoint that was kept', () => {
  const deeds: Record<string, (log: MadeLog) => void> = {
    'a deleted entry': log => void log.entries.splice(100, 1),
    'an altered entry': log => {
      const entry = log.entries[100];
      if (entry) entry.opening = { ...entry.opening, at: entry.opening.at - 1 };
    },
    'two entries in another order': log => {
      const [a, b] = log.entries.splice(100, 2);
      if (a && b) log.entries.splice(100, 0, b, a);
    },
    'an entry put in at an earlier place': log => {
      const at = log.entries[100]?.opening.at as number;
      log.entries.splice(100, 0, made(at, [], 'policy.changed'));
    },
    'an entry with another salt': log => {
      const entry = log.entries[100];
      if (entry) entry.salt = randomBytes(32);
    },
  };
  test.each(Object.entries(deeds))('%s', async (_name, deed) => {
    const log = honest();
    const kept = keptOf(log);
    deed(log);
    const report = publish(log);
    // Alone it contradicts itself nowhere: it was all made again.
    expect(exitCode((await ask(report, log)).findings)).toBe(0);
    const { findings, head } = await ask(report, log, { kept: [kept] });
    expect(exitCode(findings)).toBe(1);
    expect(head).toBeUndefined();
    const found = findings.find(({ verdict }) => verdict === 'differs');
    expect(found).toMatchObject({ check: 'nothing rewritten', says: expect.stringMatching(/was rewritten/) });
    expect(found?.proof).toEqual([kept.note, log.checkpoint(end)]);
  });

  test('a forked log: the same length, and another root', async () => {
    const log = honest();
    const kept = { from: 'kept.note', note: log.checkpoint(end - second) };
    log.entries.pop();
    log.entries.push(made(end - hour, [], 'policy.changed'));
    const { findings } = await ask(publish(log), log, { kept: [kept] });
    const found = findings.find(({ verdict }) => verdict === 'differs');
    expect(found?.says).toMatch(/forked/);
    expect(found?.proof).toEqual([kept.note, log.checkpoint(end)]);
  });

  test('entries taken off its end', async () => {
    const log = honest();
    const kept = keptOf(log);
    log.entries.splice(sizeAt(log, seen) - 20);
    const { findings } = await ask(publish(log), log, { kept: [kept] });
    expect(findings.find(({ verdict }) => verdict === 'differs')?.says).toMatch(/entries are gone/);
  });

  test('a log whose signed time goes back', async () => {
    const log = honest();
    const late = { from: 'kept.note', note: log.checkpoint(end + hour, 300) };
    const { findings } = await ask(publish(log), log, { kept: [late] });
    expect(findings.find(({ verdict }) => verdict === 'differs')?.says).toMatch(/time went back/);
  });

  test('an entry dated back, which the kept checkpoint lacks', async () => {
    const log = honest();
    const kept = keptOf(log);
    // A clock that ran for an hour is told, afterwards, to have ended after a minute.
    const at = t0 + 3 * hour;
    const of = { clock: 'a-late-one', obligation: 'removal' };
    log.entries.splice(
      sizeAt(log, at),
      0,
      made(at, [{ ...of, kind: 'start', at, due: at + 5 * minute, route: 'api' }], 'removal.requested'),
    );
    const honestly = { ...kept, note: log.checkpoint(seen, sizeAt(log, seen)) };
    log.entries.push(made(at + minute, [{ ...of, kind: 'stop', at: at + minute }]));
    const report = publish(log, { size: startOf(log).size, at: begun });
    const { findings } = await ask(report, log, { kept: [honestly] });
    expect(differing(findings)).toEqual(['entered in time']);
    expect(findings.find(({ verdict }) => verdict === 'differs')?.says).toMatch(
      new RegExp(`1 entered late, the latest at least 59 min after .* entry ${log.size - 1} `),
    );
    expect(exitCode((await ask(report, log, { kept: [honestly], late: hour })).findings)).toBe(0);

    // The same where only the move is dated back, and the entry is not.
    const last = log.entries.at(-1);
    if (last) last.opening = { ...last.opening, at: end - minute };
    const moved = await ask(publish(log, { size: startOf(log).size, at: begun }), log, { kept: [honestly] });
    expect(differing(moved.findings)).toEqual(['entered in time']);
  });

  test('an entry that says it happened after it was entered', async () => {
    const log = honest();
    const at = t0 + 3 * hour;
    log.entries.splice(sizeAt(log, at), 0, made(seen + minute, [], 'policy.changed'));
    const kept = { from: 'kept.note', note: log.checkpoint(seen, sizeAt(log, seen)) };
    const { findings } = await ask(publish(log), log, { kept: [kept] });
    expect(findings.find(({ verdict }) => verdict === 'differs')?.says).toMatch(/happened after they were entered/);
  });
});

describe('a report that is not what the log holds', () => {
  test('each figure, changed by one, or left out', async () => {
    const log = honest();
    const { report, openings } = log.report(period, startOf(log));
    const row = report.figures.findIndex(({ ms, causes }) => ms && Object.keys(causes).length > 0);
    const told = report.figures[row];
    const numbers = Object.entries(told ?? {}).flatMap(([name, value]) =>
      typeof value === 'number'
        ? [[name]]
        : typeof value === 'object'
          ? Object.keys(value).map(key => [name, key])
          : [],
    );
    expect(numbers.length).toBeGreaterThan(12);
    const into = write(folder(), log.files(end), { report, openings });
    for (const path of numbers) {
      const copy = structuredClone(report);
      let at = copy.figures[row] as unknown as Record<string, never>;
      for (const name of path.slice(0, -1)) at = at[name] as never;
      (at as Record<string, number>)[path.at(-1) as string]! += path[0] === 'share' ? -0.001 : 1;
      write(into, new Map([['figures.json', JSON.stringify(copy)]]));
      const { findings } = await ask(into, log);
      expect(differing(findings)).toEqual([expect.stringMatching(/^figures: /)]);
      expect(exitCode(findings)).toBe(1);
    }
    for (const figures of [report.figures.toSpliced(row, 1), [...report.figures, { ...told, language: 'xx' }]]) {
      write(into, new Map([['figures.json', JSON.stringify({ ...report, figures })]]));
      expect(differing((await ask(into, log)).findings)).toHaveLength(1);
    }
  });

  test('an opening left out, altered, repeated, of another entry, or in another order', async () => {
    const log = honest();
    const { report, openings } = log.report(period, startOf(log));
    const [a, b] = openings as [(typeof openings)[0], (typeof openings)[0]];
    const lists = {
      'nothing left out': [openings.slice(1), openings.slice(0, -1)],
      openings: [
        [{ ...a, opening: { ...a.opening, at: a.opening.at + 1 } }, ...openings.slice(1)],
        [a, ...openings],
        [b, a, ...openings.slice(2)],
        [{ ...a, salt: b.salt, opening: b.opening }, ...openings.slice(1)],
        [...openings, { ...a, index: log.size }],
        [{ ...a, index: -1 }, ...openings.slice(1)],
      ],
    };
    for (const [check, list] of Object.entries(lists)) {
      for (const openings of list) {
        const { findings } = await ask(write(folder(), log.files(end), { report, openings }), log);
        expect(differing(findings)[0]).toBe(check);
      }
    }
  });

  test('a number under non-disclosure that is not that of the closed entries', async () => {
    const log = honest();
    for (const entry of log.entries.slice(-9)) entry.sealed = true;
    const { report, openings } = log.report(period, startOf(log));
    expect(report.sealed).toBe(9);
    const into = write(folder(), log.files(end), { report, openings });
    expect(exitCode((await ask(into, log)).findings)).toBe(0);
    for (const sealed of [8, 10, 0]) {
      write(into, new Map([['figures.json', JSON.stringify({ ...report, sealed })]]));
      expect(differing((await ask(into, log)).findings)).toEqual(['nothing left out']);
    }
  });

  test('a range that does not reach back to the period, or figures of another time or log', async () => {
    const log = honest();
    const { report, openings } = log.report(period, startOf(log));
    const other = honest();
    const changes: object[] = [
      { first: report.first + 1 },
      { start: log.checkpoint(begun + second, report.first) },
      { start: undefined },
      { start: other.checkpoint(begun, report.first) },
      { size: report.size + 1 },
      { at: new Date(end - hour).toISOString() },
      { origin: 'another.example/ledger' },
      { from: report.to },
      { checkpoint: other.checkpoint(end) },
    ];
    for (const change of changes) {
      const into = write(folder(), log.files(end), { report: { ...report, ...change }, openings });
      expect(exitCode((await ask(into, log)).findings)).toBe(1);
    }
  });
});

describe('keys', () => {
  test('another key, another name, and no signature are told', async () => {
    const log = honest();
    const report = publish(log);
    for (const key of [newKey(), signerOf('another.example', log.keys[0].secret)]) {
      const { findings } = await ask(report, log, { keys: [parseVerifier(verifierText(key))] });
      expect(differing(findings)).toEqual(['signature of the checkpoint']);
      expect(findings[0]?.says).toMatch(/not signed by the key that was given/);
    }
  });

  const passedOn = (log: MadeLog, to: ReturnType<typeof newKey>, size: number, by = [log.keys[0], to]) =>
    `${verifierText(to)}\n\n${signNote(`${to.name}\nkey\n${verifierText(to)}\n${size}\n`, by, seen)}`;

  test('the signing was passed on: who has the old key follows', async () => {
    const log = honest();
    const old = log.keys[0];
    const next = newKey(old.name);
    const after = new MadeLog([next]);
    after.entries.push(...log.entries);
    const kept = keptOf(log);
    const published = after.report(period);
    const into = (keys: string) => write(folder(), after.files(end, keys), published);
    const good = await ask(into(passedOn(log, next, 500)), log, { kept: [kept] });
    expect(exitCode(good.findings)).toBe(0);
    expect(good.findings.find(({ check }) => check === 'key')?.says).toContain(verifierText(next));
    // Two in a row, as well.
    const last = newKey(old.name);
    const [keys, then] = [passedOn(log, next, 500), passedOn(after, last, 600)];
    const later = new MadeLog([last]);
    later.entries.push(...log.entries);
    const both = write(
      folder(),
      later.files(
        end,
        `${verifierText(last)}\n${keys.slice(keys.indexOf('\n'))}\n${then.slice(then.indexOf('\n') + 2)}`,
      ),
      later.report(period),
    );
    expect(exitCode((await ask(both, log, { kept: [kept] })).findings)).toBe(0);

    for (const keys of [
      '',
      `${verifierText(next)}\n`,
      passedOn(log, next, 500, [next]),
      passedOn(log, next, 500, [old]),
      passedOn(log, next, 500, [newKey(old.name), next]),
      passedOn(log, newKey('another.example'), 500),
    ])
      expect(exitCode((await ask(into(keys), log, { kept: [kept] })).findings)).toBe(1);
  });

  test('a key that was replaced signs no log of today any more', async () => {
    const log = honest();
    const next = newKey(log.keys[0].name);
    const into = write(folder(), log.files(end, passedOn(log, next, 500)), log.report(period, startOf(log)));
    expect((await ask(into, log)).findings.find(({ verdict }) => verdict === 'differs')?.says).toMatch(
      /signs no log of more than 500 entries/,
    );
  });
});

describe('promises', () => {
  const promise = (log: MadeLog, entry: Buffer, by: number, key = log.keys[0]) => ({
    from: 'promise.note',
    note: signNote(`${key.name}\npromise\n${entry.toString('base64')}\n${by}\n`, [key], t0),
  });

  test('are kept, not due yet, broken, or kept too late', async () => {
    const log = honest();
    const into = publish(log);
    const entry = bytesOf(log.entries[333]!);
    const told = async (promises: Asked['promises'], kept: Asked['kept'] = []) => {
      const { findings } = await ask(into, log, { report: undefined, promises, kept });
      const { verdict, says, proof } = findings.at(-1) as Finding;
      return { verdict, says, proof };
    };
    expect(await told([promise(log, entry, end)])).toMatchObject({
      verdict: 'agrees',
      says: expect.stringMatching(/as entry 333$/),
    });
    const never = randomBytes(32);
    expect(await told([promise(log, never, end + second)])).toMatchObject({ verdict: 'agrees' });
    const broken = promise(log, never, end);
    expect(await told([broken])).toMatchObject({ verdict: 'differs', proof: [broken.note, log.checkpoint(end)] });
    const kept = { from: 'kept.note', note: log.checkpoint(seen, 300) };
    expect(await told([promise(log, entry, seen - minute)], [kept])).toMatchObject({ verdict: 'differs' });
    expect(await told([promise(log, entry, end, newKey())])).toMatchObject({ verdict: 'differs' });
    expect(await told([{ from: 'a.note', note: log.checkpoint(end) }])).toMatchObject({ verdict: 'unchecked' });
  });
});
