import {
  ConflictError,
  type Database,
  migrate,
  sql,
  type Table,
  UnavailableError,
  type Write,
} from '../../services/runtime/index.js';
import { until } from '../until.js';

const things: Table = {
  name: 'things',
  columns: { id: 'text', group_id: 'text', count: 'bigint', small: 'integer?', ratio: 'double?', note: 'text?' },
  primaryKey: ['id'],
  indexes: { note: { columns: ['note'], unique: true, where: 'note is not null' }, group: { columns: ['group_id'] } },
};
const pairs: Table = { name: 'pairs', columns: { a: 'text', b: 'bigint' }, primaryKey: ['a', 'b'] };

interface Rows {
  things: {
    id: string;
    group_id: string;
    count: number;
    small: number | null;
    ratio: number | null;
    note: string | null;
  };
  pairs: { a: string; b: number };
}

export interface OpenedDatabase {
  db: Database;
  /** Takes away what it writes to. */
  away(): Promise<void>;
  back(): Promise<void>;
  /** Another client of the same database, where there can be one. */
  another?(): Promise<Database>;
}

/** What every database does. */
export function databaseSuite(name: string, open: () => Promise<OpenedDatabase>): void {
  describe(`${name} as the database`, () => {
    let opened: OpenedDatabase;
    let db: Database;
    let unique = 0;
    const fresh = (prefix = 'id'): string => `${prefix}-${++unique}`;
    const thing = (id: string, more: Partial<Rows['things']> = {}) => ({ id, group_id: 'g', count: 1, ...more });
    const rows = () => db.tables<Rows>();
    const one = (id: string) => rows().selectFrom('things').selectAll().where('id', '=', id).executeTakeFirst();

    beforeAll(async () => {
      opened = await open();
      db = opened.db;
      await migrate(db, [things, pairs]);
    }, 120_000);
    afterAll(() => db.stop());

    test('commits all or nothing', async () => {
      const [a, b] = [fresh(), fresh()];
      const failing = db.commit([
        db.insert(things, [thing(a)]),
        {
          query: rows()
            .insertInto('things')
            .values({ ...thing(b), count: null as unknown as number }),
        },
      ]);
      await expect(failing).rejects.toThrow(/null/i);
      await expect(failing).rejects.not.toBeInstanceOf(ConflictError);
      await expect(failing).rejects.not.toBeInstanceOf(UnavailableError);
      expect(await one(a)).toBeUndefined();
      await db.commit([db.insert(things, [thing(a)]), db.insert(things, [thing(b)])]);
      expect(await one(a)).toEqual({ ...thing(a), small: null, ratio: null, note: null });
      expect(await one(b)).toBeDefined();
    });

    test('shows a reader what was committed, as soon as the commit resolved', async () => {
      for (let i = 0; i < 50; i++) {
        const id = fresh();
        await db.commit([db.insert(things, [thing(id)])]);
        expect(await one(id)).toBeDefined();
      }
    });

    test('a guard that finds too few rows undoes the whole commit', async () => {
      const [a, b] = [fresh(), fresh()];
      await db.commit([db.insert(things, [thing(a)])]);
      const guarded = (count: number) =>
        db.commit([
          db.insert(things, [thing(b)]),
          {
            query: rows().updateTable('things').set({ count: 2 }).where('id', '=', a).where('count', '=', count),
            atLeast: 1,
          },
        ]);
      await expect(guarded(7)).rejects.toBeInstanceOf(ConflictError);
      expect(await one(b)).toBeUndefined();
      expect(await one(a)).toMatchObject({ count: 1 });
      await guarded(1);
      expect(await one(a)).toMatchObject({ count: 2 });
      expect(await one(b)).toBeDefined();
    });

    test('of many who change the same row from the same state, one succeeds', async () => {
      const id = fresh();
      await db.commit([db.insert(things, [thing(id, { count: 0 })])]);
      const tries = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) =>
          db.commit([
            {
              query: rows()
                .updateTable('things')
                .set({ count: i + 1 })
                .where('id', '=', id)
                .where('count', '=', 0),
              atLeast: 1,
            },
          ]),
        ),
      );
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of tries) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ConflictError);
    });

    test('concurrent commits all arrive, and each counts', async () => {
      const id = fresh();
      await db.commit([db.insert(things, [thing(id, { count: 0 })])]);
      await Promise.all(
        Array.from({ length: 100 }, () =>
          db.commit([
            {
              query: rows()
                .updateTable('things')
                .set(({ eb }) => ({ count: eb('count', '+', 1) }))
                .where('id', '=', id),
            },
          ]),
        ),
      );
      expect(await one(id)).toMatchObject({ count: 100 });
    });

    test('of many at once those that can not be committed fail for themselves, and each other gets its own answer', async () => {
      const taken = fresh();
      await db.commit([db.insert(things, [thing(taken)])]);
      const ids = Array.from({ length: 120 }, fresh);
      const missing = (id: string): Write => ({
        query: rows().updateTable('things').set({ count: 9 }).where('id', '=', fresh()).where('note', '=', id),
        atLeast: 1,
      });
      const outcomes = await Promise.allSettled(
        ids.map((id, i) => {
          const kept = {
            query: rows()
              .insertInto('things')
              .values(thing(id, { count: i }))
              .returning(['id', 'count']),
          };
          const no = {
            query: rows()
              .insertInto('things')
              .values({ ...thing(fresh()), count: null as unknown as number }),
          };
          if (i % 20 === 3) return db.commit([kept, db.insert(things, [thing(taken)])]);
          if (i % 20 === 8) return db.commit([kept, missing(id)]);
          if (i % 20 === 13) return db.commit([no, kept]);
          return db.commit([kept]);
        }),
      );
      for (const [i, outcome] of outcomes.entries()) {
        const id = ids[i]!;
        const bad = [3, 8, 13].includes(i % 20);
        expect([i, outcome.status]).toEqual([i, bad ? 'rejected' : 'fulfilled']);
        if (outcome.status === 'fulfilled') expect(outcome.value[0]?.rows).toEqual([{ id, count: i }]);
        else expect(outcome.reason instanceof ConflictError).toBe(i % 20 !== 13);
        expect((await one(id)) !== undefined).toBe(!bad);
      }
    });

    test('tells a key that exists, primary or unique, as a conflict', async () => {
      const [a, b] = [fresh(), fresh()];
      const note = fresh('note');
      await db.commit([db.insert(things, [thing(a, { note })])]);
      await expect(db.commit([db.insert(things, [thing(a)])])).rejects.toBeInstanceOf(ConflictError);
      await expect(db.commit([db.insert(things, [thing(b, { note })])])).rejects.toBeInstanceOf(ConflictError);
      await expect(
        db.commit([db.insert(things, [thing(b, { note })], { onConflict: 'nothing' })]),
      ).rejects.toBeInstanceOf(ConflictError);
    });

    test('inserts what is new, and returns only that', async () => {
      const [a, b, c] = [fresh(), fresh(), fresh()];
      await db.commit([db.insert(things, [thing(a)])]);
      const [result] = await db.commit([
        db.insert(things, [thing(a, { count: 9 }), thing(b), thing(c), thing(c, { count: 5 })], {
          onConflict: 'nothing',
          returning: ['id', 'count'],
        }),
      ]);
      expect(result?.affected).toBe(2);
      expect(result?.rows).toHaveLength(2);
      expect(result?.rows).toEqual(
        expect.arrayContaining([
          { id: b, count: 1 },
          { id: c, count: 1 },
        ]),
      );
      expect(await one(a)).toMatchObject({ count: 1 });
    });

    test('replaces rows; of one given twice the last counts', async () => {
      const a = fresh();
      await db.commit([db.insert(things, [thing(a, { note: fresh('note') })])]);
      await db.commit([
        db.insert(things, [thing(a, { count: 5 }), thing(a, { count: 6, small: 3 })], { onConflict: 'replace' }),
      ]);
      expect(await one(a)).toEqual({ ...thing(a), count: 6, small: 3, ratio: null, note: null });
    });

    test('replacing rows that are nothing but key leaves them', async () => {
      const row = { a: fresh(), b: 1 };
      await db.commit([db.insert(pairs, [row])]);
      await db.commit([db.insert(pairs, [row], { onConflict: 'replace' })]);
      expect(await rows().selectFrom('pairs').selectAll().where('a', '=', row.a).execute()).toEqual([row]);
    });

    test.each([0, 1, 9, 10, 11, 503])('inserts %i rows at once', async count => {
      const group = fresh('group');
      const list = Array.from({ length: count }, (_, i) => thing(`${group}/${i}`, { group_id: group, count: i }));
      const [result] = await db.commit([db.insert(things, list, { returning: ['count'] })]);
      expect(result?.affected).toBe(count);
      const found = await rows()
        .selectFrom('things')
        .select('count')
        .where('group_id', '=', group)
        .orderBy('count')
        .execute();
      expect(found).toEqual(list.map(({ count }) => ({ count })));
      expect(result?.rows.map(row => row.count).sort((a, b) => Number(a) - Number(b))).toEqual(
        list.map(({ count }) => count),
      );
    });

    test.each<[string, Partial<Rows['things']>]>([
      ['JSON', { note: JSON.stringify({ a: [1, null, 'x"y\\z'], b: { c: true }, nul: '\0', half: '\ud800' }) }],
      ['several scripts', { note: 'Été, ελληνικά, العربية, 日本語, 👩‍👩‍👧‍👦 𝒳' }],
      ['control characters', { note: 'a\n\r\t\u0001\u001f\u007f\u2028b' }],
      ['an empty text', { note: '' }],
      ['text that looks like a number', { note: '007' }],
      ['quotes', { note: `it's "quoted" \\ $1 ? ; --` }],
      ['null', { note: null, small: null, ratio: null }],
      ['the largest integers', { count: Number.MAX_SAFE_INTEGER }],
      ['the smallest integers', { count: Number.MIN_SAFE_INTEGER, small: -2_147_483_648 }],
      ['fractions', { ratio: 0.1 + 0.2 }],
      ['large fractions', { ratio: -1.5e300 }],
      ['whole fractions', { ratio: 5 }],
    ])('keeps %s as they are', async (_, values) => {
      const [a, b] = [fresh(), fresh()];
      await db.commit([db.insert(things, [thing(a, values)])]);
      const expected = { ...thing(a), small: null, ratio: null, note: null, ...values };
      expect(await one(a)).toEqual(expected);
      await db.commit([{ query: rows().deleteFrom('things').where('id', '=', a) }]);
      await db.commit([{ query: rows().insertInto('things').values(expected) }]);
      expect(await one(a)).toEqual(expected);
      expect(b).not.toBe(a);
    });

    test('keeps what no text can hold as U+FFFD, wherever it comes from', async () => {
      const id = fresh();
      const [nul, half] = [`${id} nul\0end`, `${id} half\ud800end`];
      const [plainNul, plainHalf] = [`${id} nul\ufffdend`, `${id} half\ufffdend`];
      const [{ rows: back } = { rows: [] }] = await db.commit([
        db.insert(things, [thing(nul), thing(half)], { returning: ['id'] }),
      ]);
      expect(back.map(row => row.id).sort()).toEqual([plainHalf, plainNul]);
      expect(await one(nul)).toMatchObject({ id: plainNul });
      expect(await one(half)).toMatchObject({ id: plainHalf });
      const found = await rows()
        .selectFrom('things')
        .select('id')
        .where('id', 'in', db.among([nul, half]))
        .orderBy('id')
        .execute();
      expect(found.map(row => row.id)).toEqual([plainHalf, plainNul]);
    });

    test('finds among any number of texts', async () => {
      const group = fresh('group');
      const list = Array.from({ length: 5_000 }, (_, i) => thing(`${group}/${i}'"\\é`, { group_id: group }));
      await db.commit([db.insert(things, list)]);
      const wanted = list.filter((_, i) => i % 2 === 0).map(({ id }) => id);
      const find = (ids: readonly string[]) =>
        rows().selectFrom('things').select('id').where('id', 'in', db.among(ids)).execute();
      expect(new Set((await find([...wanted, 'unknown'])).map(({ id }) => id))).toEqual(new Set(wanted));
      expect(await find([])).toEqual([]);
      const [deleted] = await db.commit([
        { query: rows().deleteFrom('things').where('id', 'in', db.among(wanted)), atLeast: wanted.length },
      ]);
      expect(deleted?.affected).toBe(wanted.length);
    });

    test('counts and sums as numbers', async () => {
      const group = fresh('group');
      await db.commit([db.insert(things, [thing(fresh(), { group_id: group }), thing(fresh(), { group_id: group })])]);
      const counted = await rows()
        .selectFrom('things')
        .select(({ fn }) => [fn.countAll<number>().as('n'), fn.max('count').as('most')])
        .where('group_id', '=', group)
        .executeTakeFirst();
      expect(counted).toEqual({ n: 2, most: 1 });
    });

    test('a commit of nothing is nothing', async () => {
      expect(await db.commit([])).toEqual([]);
    });

    test('tells a wrong query as what it is', async () => {
      const wrong = db.commit([{ query: sql`update nowhere set a = 1`.compile(rows()) }]);
      await expect(wrong).rejects.toThrow(/nowhere/);
      await expect(wrong).rejects.not.toBeInstanceOf(UnavailableError);
      await expect(sql`select * from nowhere`.execute(rows())).rejects.toThrow(/nowhere/);
    });

    test('migrations run again change nothing, and new tables are added', async () => {
      const id = fresh();
      await db.commit([db.insert(things, [thing(id)])]);
      // Its name sorts before those that are there.
      const added: Table = { name: 'added', columns: { id: 'text' }, primaryKey: ['id'] };
      await migrate(db, [things, pairs]);
      await migrate(db, [added, things, pairs]);
      await db.commit([db.insert(added, [{ id }])]);
      expect(await one(id)).toBeDefined();
    });

    test('a migration that fails leaves nothing behind, and works once it is mended', async () => {
      const table = (name: string, key: string): Table => ({ name, columns: { id: 'text' }, primaryKey: [key] });
      const known = [{ name: 'added', columns: { id: 'text' }, primaryKey: ['id'] } as Table, things, pairs];
      await expect(migrate(db, [...known, table('half1', 'id'), table('half2', 'nowhere')])).rejects.toThrow(/nowhere/);
      await migrate(db, [...known, table('half1', 'id'), table('half2', 'id')]);
      await db.commit([db.insert(table('half2', 'id'), [{ id: 'x' }])]);
    });

    test('while it is away, all are told so; afterwards it works again by itself', async () => {
      const [a, b] = [fresh(), fresh()];
      const note = 'x'.repeat(100_000);
      expect(await db.problem()).toBeUndefined();
      await opened.away();
      const filling = async () => {
        for (let i = 0; i < 20; i++) await db.commit([db.insert(things, [thing(fresh(), { note: `${note}${i}` })])]);
      };
      await expect(filling()).rejects.toBeInstanceOf(UnavailableError);
      const several = await Promise.allSettled(
        Array.from({ length: 20 }, () => db.commit([db.insert(things, [thing(fresh(), { note: fresh(note) })])])),
      );
      for (const result of several) {
        expect(result.status).toBe('rejected');
        expect((result as PromiseRejectedResult).reason).toBeInstanceOf(UnavailableError);
      }
      await expect(db.commit([db.insert(things, [thing(a, { note })])])).rejects.toBeInstanceOf(UnavailableError);
      await opened.back();
      await until(async () => (await db.problem()) === undefined, 'the database is back');
      expect(await one(a)).toBeUndefined();
      await db.commit([db.insert(things, [thing(b)])]);
      expect(await one(b)).toBeDefined();
    }, 60_000);
  });
}
