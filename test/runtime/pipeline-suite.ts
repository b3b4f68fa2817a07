import {
  type Bus,
  ConflictError,
  countDeadLetters,
  type Database,
  deadLetter,
  drop,
  type Incoming,
  listDeadLetters,
  migrate,
  ok,
  replayDeadLetter,
  retry,
  type Stage,
  type Table,
  UnavailableError,
} from '../../services/runtime/index.js';
import { createOutbox, type Outbox } from '../../services/runtime/outbox/index.js';
import { until } from '../until.js';
import { event, movableTime, nameOf, outgoing, ownTables, silent } from './parts.js';
import { effectsOf, effectsTable, type Parts, recording, runnerFor } from './stages.js';

const counters: Table = { name: 'counters', columns: { id: 'text', value: 'bigint' }, primaryKey: ['id'] };
interface Rows {
  counters: { id: string; value: number };
  inbox: { consumer: string; id: string };
  parked: { consumer: string; id: string; key: string; seq: number; attempts: number; error: string };
  outbox: { id: string };
}

/** What the pipeline does, on every database and bus. */
export function pipelineSuite(name: string, open: () => Promise<{ db: Database; bus: Bus }>): void {
  describe(`the pipeline on ${name}`, () => {
    let db: Database;
    let bus: Bus;
    let outbox: Outbox;
    let parts: Parts & { time: ReturnType<typeof movableTime> };
    let unique = 0;

    beforeAll(async () => {
      ({ db, bus } = await open());
      await migrate(db, [...ownTables, effectsTable, counters]);
      const time = movableTime();
      outbox = createOutbox(db, bus, time, silent);
      parts = { db, bus, outbox, time };
    }, 120_000);
    afterAll(async () => {
      await outbox.stop();
      await bus.stop();
      await db.stop();
    });

    const fresh = (prefix: string) => `${prefix}-${++unique}`;
    const incoming = (name: string, key = name, data: unknown = { name }): Incoming => ({
      ...event(name, key, data),
      topic: 'posts',
      position: `0:${unique}`,
    });
    const names = async (stage: string) => (await effectsOf(db, stage)).map(({ name }) => name);
    const parked = (stage: string) =>
      db.tables<Rows>().selectFrom('parked').selectAll().where('consumer', '=', stage).orderBy('seq').execute();

    test('an event that comes again, in the same batch or later, in whatever order, has its effect once', async () => {
      const stage = fresh('duplicates');
      const runner = runnerFor(recording(parts, stage), parts);
      const [a, b, c] = ['a', 'b', 'c'].map(name => incoming(`${stage}-${name}`)) as [Incoming, Incoming, Incoming];
      await runner.handle([a, b, a]);
      await runner.handle([b, a]);
      await runner.handle([c, b, c, a]);
      expect(await names(stage)).toEqual([a, b, c].map(nameOf));
    });

    test('each stage has its own inbox', async () => {
      const stages = [fresh('own'), fresh('own')];
      const one = incoming(fresh('event'));
      for (const stage of stages) await runnerFor(recording(parts, stage), parts).handle([one]);
      for (const stage of stages) expect(await names(stage)).toHaveLength(1);
    });

    test('two processes that are given the same batch at once have one effect between them', async () => {
      const stage = fresh('twice');
      const runners = [1, 2].map(() => runnerFor(recording(parts, stage), parts));
      const batch = Array.from({ length: 40 }, (_, i) => incoming(`${stage}-${i}`));
      await Promise.all(runners.map(runner => runner.handle(batch)));
      expect(new Set(await names(stage)).size).toBe(40);
      expect(await names(stage)).toHaveLength(40);
    });

    test('what one stage makes comes to the next, once, through both', async () => {
      const [first, second] = [fresh('first'), fresh('second')];
      const starting = [
        runnerFor(recording(parts, first, { to: 'assessments' }), parts),
        runnerFor(recording(parts, second, { topic: 'assessments' }), parts),
      ].map(runner => runner.start(() => ({ stop: async () => undefined })));
      const running = await Promise.all(starting);
      const sent = Array.from({ length: 60 }, (_, i) => event(`${first}-${i}`));
      await outbox.commit([], outgoing('posts', ...sent));
      await bus.publish('posts', sent.slice(20, 40));
      const mine = async (stage: string) => (await names(stage)).filter(name => name.startsWith(`${first}-`));
      await until(async () => (await mine(second)).length >= 60, 'all through both stages', 60_000);
      expect(new Set(await mine(second)).size).toBe(60);
      expect(await mine(first)).toHaveLength(60);
      expect(await mine(second)).toHaveLength(60);
      await Promise.all(running.map(({ stop }) => stop()));
      await until(
        async () => (await db.tables<Rows>().selectFrom('outbox').select('id').execute()).length === 0,
        'the outbox is empty',
      );
    }, 90_000);

    test('an event to be tried again holds up its key and nobody else, and the order in the key stays', async () => {
      const stage = fresh('retrying');
      let open = false;
      const judge = ({ data }: { data: { name: string } }) =>
        data.name === `${stage}-a2` && !open ? retry('not yet') : ok;
      const runner = runnerFor(recording(parts, stage, { judge }), parts);
      const [a1, a2, a3, a4, b1, b2] = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2'].map(name =>
        incoming(`${stage}-${name}`, `${stage}-${name[0]}`),
      ) as [Incoming, Incoming, Incoming, Incoming, Incoming, Incoming];
      await runner.handle([a1, a2, b1, a3]);
      expect(await names(stage)).toEqual([a1, b1].map(nameOf));
      await runner.handle([a4, b2]);
      expect(await names(stage)).toEqual([a1, b1, b2].map(nameOf));
      expect((await parked(stage)).map(({ id }) => id)).toEqual([a2.id, a3.id, a4.id]);
      parts.time.forward(600);
      await runner.retryDue();
      expect(await names(stage)).toEqual([a1, b1, b2].map(nameOf));
      // Delivered again while it is parked.
      await runner.handle([a2, a3]);
      expect(await parked(stage)).toHaveLength(3);
      open = true;
      parts.time.forward(2_000);
      await runner.retryDue();
      expect(await names(stage)).toEqual([a1, b1, b2, a2, a3, a4].map(nameOf));
      expect(await parked(stage)).toEqual([]);
      await runner.handle([a4, a2]);
      expect(await names(stage)).toHaveLength(6);
    });

    test('the order in a key stays also among a thousand that wait', async () => {
      const stage = fresh('long');
      let open = false;
      const runner = runnerFor(recording(parts, stage, { judge: () => (open ? ok : retry('closed')) }), parts);
      const all = Array.from({ length: 1_200 }, (_, i) => incoming(`${stage}-${i}`, `${stage}-${i % 3}`));
      for (let i = 0; i < all.length; i += 400) await runner.handle(all.slice(i, i + 400));
      expect(await parked(stage)).toHaveLength(1_200);
      open = true;
      parts.time.forward(2_000);
      await runner.retryDue();
      const done = await effectsOf(db, stage);
      for (const key of [0, 1, 2].map(n => `${stage}-${n}`)) {
        expect(done.filter(effect => effect.key === key).map(({ name }) => name)).toEqual(
          all.filter(sent => sent.key === key).map(nameOf),
        );
      }
    }, 60_000);

    test('an event that fails throughout goes to the dead letters, and what waited behind it goes on', async () => {
      const stage = fresh('hopeless');
      let mended = false;
      const judge = ({ data }: { data: { name: string } }) =>
        data.name.endsWith('-bad') && !mended ? retry('always') : ok;
      const runner = runnerFor(recording(parts, stage, { judge, to: 'evidence' }), parts);
      const [bad, after] = [incoming(`${stage}-bad`, stage), incoming(`${stage}-after`, stage)];
      await runner.handle([bad, after]);
      let hours = 0;
      while ((await parked(stage)).length > 0 && hours < 10) {
        parts.time.forward(600_000);
        hours += 1 / 6;
        await runner.retryDue();
      }
      expect(hours).toBeGreaterThan(0.5);
      expect(await names(stage)).toEqual([nameOf(after)]);
      const letters = (await listDeadLetters(db)).filter(({ consumer }) => consumer === stage);
      expect(letters).toEqual([
        expect.objectContaining({
          topic: 'posts',
          key: stage,
          position: bad.position,
          reason: 'always (after 14 tries)',
          replayed_at: null,
        }),
      ]);
      expect(JSON.parse(letters[0]?.event ?? '')).toEqual(bad);
      expect((await countDeadLetters(db)).find(({ topic }) => topic === 'posts')?.count).toBeGreaterThan(0);

      // It comes again from the bus: dealt with.
      await runner.handle([bad]);
      expect(await names(stage)).toHaveLength(1);

      mended = true;
      const id = letters[0]?.id ?? '';
      expect(await replayDeadLetter(db, outbox, parts.time, id)).toBe(true);
      expect(await replayDeadLetter(db, outbox, parts.time, id)).toBe(false);
      expect(await replayDeadLetter(db, outbox, parts.time, 'unknown')).toBe(false);
      await runner.retryDue();
      expect(await names(stage)).toEqual([after, bad].map(nameOf));
      expect((await listDeadLetters(db)).filter(({ consumer }) => consumer === stage)).toEqual([]);
      await runner.handle([bad]);
      expect(await names(stage)).toHaveLength(2);
    });

    test('a dead letter that fails again is a dead letter again', async () => {
      const stage = fresh('still');
      const runner = runnerFor(recording(parts, stage, { judge: () => deadLetter('no use') }), parts);
      await runner.handle([incoming(fresh('event'))]);
      const letters = async () => (await listDeadLetters(db)).filter(({ consumer }) => consumer === stage);
      const [letter] = await letters();
      expect(letter?.reason).toBe('no use');
      await replayDeadLetter(db, outbox, parts.time, letter?.id ?? '');
      expect(await letters()).toEqual([]);
      await runner.retryDue();
      expect(await letters()).toHaveLength(1);
    });

    test('what is no event of the topic, broken or of the wrong shape harms none of its batch', async () => {
      const stage = fresh('shapes');
      const runner = runnerFor(recording(parts, stage), parts);
      const good = Array.from({ length: 10 }, (_, i) => incoming(`${stage}-${i}`));
      const wrong = incoming(fresh('wrong'), 'wrong', { name: 5 });
      const other = { ...incoming(fresh('other')), type: 'other.v1' };
      const broken = { ...incoming(fresh('broken')), broken: 'not JSON: end of input' };
      await runner.handle([...good.slice(0, 5), wrong, other, broken, ...good.slice(5)]);
      expect(await names(stage)).toEqual(good.map(nameOf));
      const reasons = (await listDeadLetters(db))
        .filter(({ consumer }) => consumer === stage)
        .map(({ reason }) => reason);
      expect(reasons.sort()).toEqual([expect.stringMatching(/^name: /), 'not JSON: end of input']);
    });

    test('what is dropped is not kept', async () => {
      const stage = fresh('dropping');
      const runner = runnerFor(recording(parts, stage, { judge: () => drop('superseded') }), parts);
      await runner.handle([incoming(fresh('event'))]);
      const inbox = await db.tables<Rows>().selectFrom('inbox').selectAll().where('consumer', '=', stage).execute();
      expect(inbox).toEqual([]);
    });

    test('an event that makes the stage throw is parked by itself; the others of its batch are done', async () => {
      const stage = fresh('poison');
      let calls = 0;
      const judge = ({ data }: { data: { name: string } }) => {
        calls++;
        if (data.name.endsWith('-13')) throw new Error('poison');
        return ok;
      };
      const runner = runnerFor(recording(parts, stage, { judge }), parts);
      const all = Array.from({ length: 100 }, (_, i) => incoming(`${stage}-${i}`));
      await runner.handle(all);
      expect(new Set(await names(stage))).toEqual(new Set(all.map(nameOf).filter(name => !name.endsWith('-13'))));
      expect(await parked(stage)).toEqual([expect.objectContaining({ id: all[13]?.id, error: 'poison' })]);
      // Found by halving, not one by one.
      expect(calls).toBeLessThan(300);
    });

    test('a write that the database refuses is parked by itself, too', async () => {
      const stage = fresh('refused');
      const base = recording(parts, stage);
      const refusing: Stage = {
        ...base,
        async handle(inputs, context) {
          const output = await base.handle(inputs, context);
          const bad = inputs.some(({ data }) => (data as { name: string }).name.endsWith('-7'));
          const value = null as unknown as number;
          return bad
            ? { ...output, writes: [...(output.writes ?? []), db.insert(counters, [{ id: stage, value }])] }
            : output;
        },
      };
      const all = Array.from({ length: 20 }, (_, i) => incoming(`${stage}-${i}`));
      await runnerFor(refusing, parts).handle(all);
      expect(await names(stage)).toHaveLength(19);
      expect(await parked(stage)).toHaveLength(1);
    });

    test('where a guarded write conflicts, the batch is handled afresh from what is then there', async () => {
      const stage = fresh('guarded');
      await db.commit([db.insert(counters, [{ id: stage, value: 0 }])]);
      const rows = db.tables<Rows>();
      let interfered = false;
      let handled = 0;
      const base = recording(parts, stage);
      const counting: Stage = {
        ...base,
        async handle(inputs, context) {
          handled++;
          const output = await base.handle(inputs, context);
          const row = await rows.selectFrom('counters').selectAll().where('id', '=', stage).executeTakeFirstOrThrow();
          if (!interfered) {
            interfered = true;
            await db.commit([{ query: rows.updateTable('counters').set({ value: 100 }).where('id', '=', stage) }]);
          }
          const query = rows
            .updateTable('counters')
            .set({ value: row.value + inputs.length })
            .where('id', '=', stage)
            .where('value', '=', row.value);
          return { ...output, writes: [...(output.writes ?? []), { query, atLeast: 1 }] };
        },
      };
      await runnerFor(counting, parts).handle([1, 2, 3].map(i => incoming(`${stage}-${i}`)));
      expect(handled).toBe(2);
      expect(await names(stage)).toHaveLength(3);
      const row = await rows.selectFrom('counters').selectAll().where('id', '=', stage).executeTakeFirst();
      expect(row?.value).toBe(103);
    });

    test('an event whose guard never holds is parked, and harms no other', async () => {
      const stage = fresh('never');
      const rows = db.tables<Rows>();
      const base = recording(parts, stage);
      const impossible: Stage = {
        ...base,
        async handle(inputs, context) {
          const output = await base.handle(inputs, context);
          const bad = inputs.some(({ data }) => (data as { name: string }).name.endsWith('-3'));
          const query = rows.updateTable('counters').set({ value: 1 }).where('id', '=', 'nobody');
          return bad ? { ...output, writes: [...(output.writes ?? []), { query, atLeast: 1 }] } : output;
        },
      };
      await runnerFor(impossible, parts).handle([1, 2, 3, 4, 5].map(i => incoming(`${stage}-${i}`)));
      expect(await names(stage)).toEqual([1, 2, 4, 5].map(i => `${stage}-${i}`));
      expect(await parked(stage)).toHaveLength(1);
    });

    test('while the database is away nothing is judged: the batch is given back to the bus', async () => {
      const stage = fresh('away');
      const judge = () => {
        throw new UnavailableError('away');
      };
      const runner = runnerFor(recording(parts, stage, { judge }), parts);
      await expect(runner.handle([incoming(fresh('event'))])).rejects.toBeInstanceOf(UnavailableError);
      expect(await parked(stage)).toEqual([]);
    });

    test('a stage that answers for too few events has none of them done', async () => {
      const stage = fresh('few');
      const broken: Stage = { ...recording(parts, stage), handle: async () => ({ results: [ok] }) };
      await runnerFor(broken, parts).handle([incoming(fresh('event')), incoming(fresh('event'))]);
      // One by one it does answer.
      const inbox = await db.tables<Rows>().selectFrom('inbox').selectAll().where('consumer', '=', stage).execute();
      expect(inbox).toHaveLength(2);
    });

    test('an event that was parked by one process and meanwhile done by another is not done again', async () => {
      const stage = fresh('zombie');
      const one = incoming(fresh('event'));
      let open = false;
      const judge = () => (open ? ok : retry('not yet'));
      const slow = runnerFor(recording(parts, stage, { judge }), parts);
      await slow.handle([one]);
      // As if the other process had not seen that it is parked.
      await db.commit([
        db.insert(
          {
            name: 'inbox',
            columns: { consumer: 'text', id: 'text', expires_at: 'bigint' },
            primaryKey: ['consumer', 'id'],
          },
          [{ consumer: stage, id: one.id, expires_at: parts.time.now() + 3_600_000 }],
        ),
      ]);
      open = true;
      parts.time.forward(1_000);
      await slow.retryDue();
      expect(await names(stage)).toEqual([]);
      expect(await parked(stage)).toEqual([]);
    });

    test('two processes that try the same parked event at once have one effect', async () => {
      const stage = fresh('both');
      let open = false;
      const judge = () => (open ? ok : retry('not yet'));
      const runners = [1, 2].map(() => runnerFor(recording(parts, stage, { judge }), parts));
      await runners[0]?.handle(Array.from({ length: 20 }, (_, i) => incoming(`${stage}-${i}`)));
      open = true;
      parts.time.forward(1_000);
      await Promise.all(runners.map(runner => runner.retryDue()));
      for (const runner of runners) {
        parts.time.forward(10_000);
        await runner.retryDue();
      }
      expect(await names(stage)).toHaveLength(20);
      expect(await parked(stage)).toEqual([]);
      expect((await listDeadLetters(db)).filter(({ consumer }) => consumer === stage)).toEqual([]);
    });

    test('a guard in a commit with events undoes all of it: nothing is published', async () => {
      const heard: string[] = [];
      const topic = 'removals';
      const subscription = await bus.subscribe({
        topic,
        group: fresh('group'),
        batch: 10,
        handle: async batch => void heard.push(...batch.map(nameOf)),
      });
      const query = db.tables<Rows>().updateTable('counters').set({ value: 1 }).where('id', '=', 'nobody');
      const [no, yes] = [fresh('no'), fresh('yes')];
      await expect(outbox.commit([{ query, atLeast: 1 }], outgoing(topic, event(no)))).rejects.toBeInstanceOf(
        ConflictError,
      );
      const results = await outbox.commit([db.insert(counters, [{ id: yes, value: 1 }])], outgoing(topic, event(yes)));
      expect(results).toEqual([{ rows: [], affected: 1 }]);
      await until(() => heard.includes(yes), 'the event');
      expect(heard).not.toContain(no);
      await subscription.stop();
    });
  });
}
