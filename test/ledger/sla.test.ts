import { bucketOf, exactOf } from '../../services/ledger/sla/buckets.js';
import {
  type EnteredMove,
  emptyTrack,
  figuresOf,
  figureWrites,
  follow,
  moveId,
  readFigures,
  type SlaRows,
  type Span,
  spansOf,
  unsealWrites,
} from '../../services/ledger/sla/index.js';
import { monthOf } from '../../services/ledger/sla/period.js';
import { ledgerSealsTable } from '../../services/ledger/tables.js';
import { ConflictError, type Database, sql } from '../../services/runtime/index.js';
import { fc } from '../property.js';
import { append, clear, onBoth } from './sla-database.js';
import { naive, periods, type Story, stories } from './sla-stories.js';

type Entry = Omit<EnteredMove, 'entry'>;
const dimensions = ['obligation', 'route', 'language'] as const;
const entriesOf = (list: readonly Story[]): Entry[] =>
  list.flatMap(({ moves, seal }) => moves.map(move => ({ move, ...(seal ? { seal } : {}) })));

/** Everything that was entered, in an order of its own, some of it twice, in batches. */
const arrivals = stories.chain(list => {
  const entries = entriesOf(list);
  return fc.record({
    list: fc.constant(list),
    order: fc
      .shuffledSubarray([...entries, ...entries], { minLength: entries.length, maxLength: entries.length * 2 })
      .map(some => [...some, ...entries.filter(one => !some.includes(one))]),
    cuts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
    asked: fc.array(
      fc.record({
        period: periods,
        now: fc.integer({ min: Date.UTC(2026, 9), max: Date.UTC(2027, 2) }),
        by: fc.subarray([...dimensions]),
      }),
      { minLength: 4, maxLength: 4 },
    ),
  });
});

/** The figures as the verifier makes them: from the entries alone, one by one. */
function fromEntries(entries: readonly Entry[]): Span[] {
  const clocks = new Map<string, { track: ReturnType<typeof emptyTrack>; settled: Span[] }>();
  for (const [i, { move }] of entries.entries()) {
    const known = clocks.get(move.clock) ?? { track: emptyTrack(move.obligation), settled: [] };
    const { track, settled } = follow(known.track, moveId(i, 0), move);
    clocks.set(move.clock, { track, settled: [...known.settled, ...settled] });
  }
  return [...clocks.values()].flatMap(({ track, settled }) => [...settled, ...spansOf(track)]);
}

onBoth(open => {
  let db: Database;
  beforeAll(async () => {
    db = await open();
  }, 60_000);
  afterAll(() => db.stop());
  beforeEach(() => clear(db));

  test('the figures of any period are those of the stretches, in whatever order the entries came, and how often', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ list, order, cuts, asked }) => {
        await clear(db);
        let size = 0;
        for (let at = 0, n = 0; at < order.length; n++) {
          const batch = order.slice(at, at + (cuts[n % cuts.length] ?? 1));
          size = await append(db, batch);
          at += batch.length;
        }
        const agree = async (shown: readonly Story[]) => {
          const stretches = shown.flatMap(story => story.stretches);
          const whole = { from: Date.UTC(2020), to: Date.UTC(2030) };
          for (const { period, now, by } of [{ period: whole, now: Date.UTC(2026, 11), by: dimensions }, ...asked]) {
            const query = { ...period, now, by };
            const { figures, ...said } = await readFigures(db, query);
            const full = { ...query, by: dimensions.filter(one => one === 'obligation' || by.includes(one)) };
            expect(figures).toEqual(naive(stretches, full));
            expect(said.size).toBe(size);
            const hidden = new Set(list.filter(story => !shown.includes(story)).map(({ clock }) => clock));
            const visible = order.filter(({ move }) => !hidden.has(move.clock));
            expect(figuresOf(fromEntries(visible), full)).toEqual(figures);
          }
        };
        await agree(list.filter(({ seal }) => seal === undefined));
        for (const seal of ['order-1', 'order-2']) {
          await db.commit([...(await unsealWrites(db, seal)), db.insert(ledgerSealsTable, [{ seal, lifted_at: 1 }])]);
        }
        await agree(list);
        // All told once more, also under the seals that were lifted: nothing changes.
        const before = size;
        size = await append(db, order);
        expect(size).toBe(before + order.length);
        await agree(list);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  const started = Date.UTC(2026, 10, 22, 12);
  const november = { from: Date.UTC(2026, 10), to: Date.UTC(2026, 11), now: Date.UTC(2026, 11) };
  const begin = (clock: string, at = started, seal?: string): Entry => ({
    move: { clock, obligation: 'removal', kind: 'start', at, due: at + 300_000, route: 'api', language: 'de' },
    ...(seal ? { seal } : {}),
  });
  const then = (clock: string, kind: 'stop' | 'reopen', at: number, seal?: string): Entry => ({
    move: { clock, obligation: 'removal', kind, at, ...(kind === 'reopen' ? { due: at + 300_000 } : {}) },
    ...(seal ? { seal } : {}),
  });

  test('a period may be as long as anybody likes', async () => {
    await append(db, [begin('a'), then('a', 'stop', started + 1), begin('b', Date.UTC(2031, 0)), begin('c', -1e15)]);
    const all = { from: Date.UTC(0), to: Date.UTC(9999), now: Date.UTC(2032) };
    expect((await readFigures(db, all)).figures).toMatchObject([{ count: 1, open: 1 }]);
    expect((await readFigures(db, { ...all, from: Date.UTC(2027), to: Date.UTC(2028) })).figures).toEqual([]);
    expect((await readFigures(db, { ...all, from: Date.UTC(3000) })).figures).toEqual([]);
  });

  test('percentiles are figures that there are, by nearest rank', async () => {
    const took = [70, 10, 60, 1_234_567, 30, 40, 20];
    await append(
      db,
      took.flatMap((ms, i) => [begin(`c${i}`), then(`c${i}`, 'stop', started + ms)]),
    );
    const { figures } = await readFigures(db, november);
    expect(figures).toEqual([
      {
        obligation: 'removal',
        count: 7,
        limited: 7,
        within: 6,
        share: 6 / 7,
        ms: { p50: 40, p95: 1_234_567, p99: 1_234_567, max: 1_234_567 },
        cancelled: 0,
        open: 0,
        overdue: 0,
        breaches: 1,
        causes: { unconfirmed: 1 },
      },
    ]);
  });

  test('an item that comes back a thousand times keeps every figure, and a short history', async () => {
    await append(db, [begin('flapping')]);
    for (let i = 0; i < 1_000; i += 10) {
      const ten = Array.from({ length: 10 }, (_, n) => started + (i + n) * 10_000);
      await append(
        db,
        ten.flatMap(at => [then('flapping', 'stop', at + 1_000 + (at % 777)), then('flapping', 'reopen', at + 10_000)]),
      );
    }
    const { figures } = await readFigures(db, november);
    expect(figures).toMatchObject([{ count: 1_000, within: 1_000, open: 1, overdue: 1, breaches: 1 }]);
    const { history } = await db.tables<SlaRows>().selectFrom('sla_clocks').select('history').executeTakeFirstOrThrow();
    expect(history.length).toBeLessThan(12_000);
  });

  test('what is read while entries are appended belongs to the size that it says', async () => {
    const took = Array.from({ length: 1_500 }, (_, i) => 5_000 + ((i * 7_919) % 1_000));
    let appending = true;
    const writing = (async () => {
      for (let i = 0; i < took.length; i += 10) {
        const ten = took.slice(i, i + 10).map((ms, n) => [begin(`r${i + n}`), then(`r${i + n}`, 'stop', started + ms)]);
        await append(db, ten.flat());
      }
      appending = false;
    })();
    const sizes = new Set<number>();
    while (appending) {
      const { size, figures } = await readFigures(db, november);
      sizes.add(size);
      const sorted = took.slice(0, size / 2).sort((a, b) => a - b);
      const at = (percent: number) => sorted[Math.ceil((percent * sorted.length) / 100) - 1];
      if (size > 0) {
        expect(figures).toMatchObject([
          { count: size / 2, ms: { p50: at(50), p95: at(95), p99: at(99), max: sorted.at(-1) } },
        ]);
      }
    }
    await writing;
    // It did see the log grow.
    expect(sizes.size).toBeGreaterThan(3);
  }, 60_000);

  describe('what is under non-disclosure', () => {
    const lift = async (seal: string) => [
      ...(await unsealWrites(db, seal)),
      db.insert(ledgerSealsTable, [{ seal, lifted_at: 1 }]),
    ];
    const shown = async () => {
      const { figures, sealed } = await readFigures(db, november);
      return { sealed, count: figures[0]?.count ?? 0, open: figures[0]?.open ?? 0 };
    };

    test('is a number of its month and nothing else, until that ends', async () => {
      await append(db, [begin('hidden', started, 'order'), begin('other')]);
      expect(await shown()).toEqual({ sealed: 1, count: 0, open: 1 });
      // No narrower period tells when it began.
      const narrow = { ...november, from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 2) };
      expect(await readFigures(db, narrow)).toMatchObject({ sealed: 1, figures: [] });
      await append(db, [then('hidden', 'stop', started + 1_000, 'order'), then('hidden', 'reopen', started + 9_000)]);
      expect(await shown()).toEqual({ sealed: 1, count: 0, open: 1 });
      await db.commit(await lift('order'));
      expect(await shown()).toEqual({ sealed: 0, count: 1, open: 2 });
      await append(db, [then('hidden', 'stop', started + 10_000, 'order')]);
      expect(await shown()).toEqual({ sealed: 0, count: 2, open: 1 });
    });

    test('is hidden by the first entry that says so, whatever was shown before', async () => {
      await append(db, [begin('hidden'), then('hidden', 'stop', started + 1_000)]);
      expect(await shown()).toEqual({ sealed: 0, count: 1, open: 0 });
      await append(db, [then('hidden', 'reopen', started + 2_000, 'order')]);
      expect(await shown()).toEqual({ sealed: 1, count: 0, open: 0 });
    });

    test('stays hidden for good by no race: lifting and appending at once, one of them conflicts', async () => {
      await append(db, [begin('hidden', started, 'order')]);
      const grown = sql`update ledger_state set size = size + 1`.compile(db.tables<unknown>());
      // Read before the seal is lifted, committed after.
      const moves = [
        { entry: 1, ...then('hidden', 'stop', started + 1_000, 'order') },
        { entry: 1, ...begin('second', started, 'order') },
      ];
      const late = await figureWrites(db, moves);
      await db.commit(await lift('order'));
      await expect(db.commit([{ query: grown }, ...late])).rejects.toThrow(ConflictError);
      const unsealed = await figureWrites(db, [moves[1] as EnteredMove]);
      await db.commit([{ query: grown }, ...unsealed]);
      expect(await shown()).toEqual({ sealed: 0, count: 0, open: 2 });
      // The other way round.
      await append(db, [begin('third', started, 'another')]);
      const lifting = await lift('another');
      await append(db, [then('third', 'stop', started + 500, 'another')]);
      await expect(db.commit(lifting)).rejects.toThrow(ConflictError);
      await db.commit(await lift('another'));
      expect(await shown()).toEqual({ sealed: 0, count: 1, open: 2 });
    });
  });
});

test('buckets follow each other without a gap, and are no wider than a sixteenth of what is in them', () => {
  const wrong: number[] = [];
  let [last, began] = [-1, 0];
  for (let ms = 0; ms < 300_000; ms++) {
    const bucket = bucketOf(ms);
    if (bucket !== last && bucket !== last + 1) wrong.push(ms);
    if (bucket !== last) [last, began] = [bucket, ms];
    if ((exactOf(bucket) ?? ms) !== ms || ms - began > ms / 16) wrong.push(ms);
  }
  expect(wrong).toEqual([]);
  // A watch may say anything.
  expect(bucketOf(2 ** 53 - 1)).toBeLessThan(2 ** 31);
});

test('an instant that no watch should say is in no month', async () => {
  expect([-1e17, -1, 0, Date.UTC(2100) - 1, Date.UTC(2100), 1e17].map(monthOf)).toEqual([
    '0000-00',
    '0000-00',
    '1970-01',
    '2099-12',
    '9999-99',
    '9999-99',
  ]);
});
