import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { addKey } from '../../services/accounts/index.js';
import type { EntryMade, OpenMove } from '../../services/contracts/index.js';
import { exitCode, type Finding, type Report, readKeys, sourceOf, verify } from '../../services/ledger/verify/index.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { folder, minute, removeFolders } from './made-log.js';
import { keys, startLedger } from './running.js';

/** What holds on both engines. */
function suite(settings: () => Promise<Record<string, string>>): void {
  let here: Awaited<ReturnType<typeof startLedger>>;
  let size = 0;
  const reader = 'test-key-that-reads-figures';
  beforeAll(async () => {
    size = 0;
    here = await startLedger(await settings());
    await here.runtime.db.commit([addKey(here.runtime, reader, 'k4', 'regulator', ['figures:read'])]);
  });
  afterAll(async () => {
    await here?.stop();
    removeFolders();
  });

  /** Enters facts that move one clock, and waits until they are signed. */
  async function enter(clock: string, moves: readonly [OpenMove['kind'], at: number][], seal?: string): Promise<void> {
    const made = moves.map(([kind, at]) => {
      const begins = kind === 'start' || kind === 'reopen';
      const move: OpenMove = {
        clock,
        obligation: 'removal',
        kind,
        at,
        ...(begins ? { due: at + 5 * minute } : {}),
        ...(kind === 'start' ? { route: 'api', language: 'de' } : {}),
      };
      const entry: Omit<EntryMade, 'moves'> = {
        kind: 'removal.ended',
        at,
        detail: { clock },
        ...(seal ? { seal } : {}),
      };
      return { cause: `${clock}/${kind}/${at}`, made: { ...entry, moves: [move] } };
    });
    await here.enter(made);
    size += moves.length;
    await here.signed(size);
  }

  const get = async (path: string, query: Record<string, string | number>, key = reader): Promise<Response> =>
    here.get(`${path}?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]))}`, key);

  /** A report as `sansdelai report` writes it, checked against the running log. */
  async function published(from: number, to: number, more: Record<string, string | number> = {}, memory?: number) {
    const period = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const report = (await (await get('/v1/sla/report', { ...period, by: 'route,language', ...more })).json()) as Report;
    const into = folder();
    writeFileSync(join(into, 'figures.json'), JSON.stringify(report));
    const res = await get('/v1/sla/report/openings', { ...period, first: report.first, size: report.size });
    await pipeline(Readable.fromWeb(res.body as never), createWriteStream(join(into, 'openings.ndjson')));
    const { findings } = await verify({
      report: into,
      keys: readKeys(await here.text('keys'), 'keys'),
      log: sourceOf(`${here.url}/v1/ledger`),
      kept: [],
      promises: [],
      late: minute,
      ...(memory ? { memory } : {}),
    });
    const lines = readFileSync(join(into, 'openings.ndjson'), 'utf8').split('\n').slice(0, -1);
    const opened = lines.map(line => (JSON.parse(line) as { index: number }).index);
    return { report, findings, code: exitCode(findings), opened };
  }
  const notes = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict !== 'agrees');

  /** Keeps the newest checkpoint for good, as the first of an hour is. */
  async function keepCheckpoint(): Promise<number> {
    const [latest] = await here.rows
      .selectFrom('ledger_checkpoints')
      .selectAll()
      .where('slot', '=', 'latest')
      .execute();
    if (!latest) throw new Error('nothing is signed yet');
    const kept = { ...latest, slot: `kept at ${latest.at}` };
    await here.runtime.db.commit([{ query: here.rows.insertInto('ledger_checkpoints').values(kept) }]);
    return latest.at;
  }

  test('what is published of a running ledger is agreed to, with clocks from before the period, and without what is hidden', async () => {
    const begun = Date.now();
    await enter('ends', [
      ['start', begun],
      ['stop', begun + 40],
    ]);
    await enter('comes back', [
      ['start', begun + 1],
      ['stop', begun + 60],
    ]);
    const all = await published(begun, begun + 10 * minute);
    expect(notes(all.findings)).toEqual([]);
    expect(all.report.figures).toMatchObject([{ route: 'api', language: 'de', count: 2, ms: { p50: 40, max: 59 } }]);

    // A second period, which begins with a checkpoint that was kept.
    const from = (await keepCheckpoint()) + 1;
    const now = Math.max(Date.now(), from);
    await enter('comes back', [
      ['reopen', now],
      ['stop', now + 7],
    ]);
    await enter('of a later period', [['start', now + 3]]);
    const later = await published(from, now + 10 * minute);
    expect(later.report).toMatchObject({ first: 4, size: 7, sealed: 0 });
    expect(later.opened).toEqual([2, 3, 4, 5, 6]);
    expect(notes(later.findings).map(({ check }) => check)).toEqual(['clocks from before the period']);
    expect(later.code).toBe(0);
    expect(later.report.figures).toMatchObject([{ count: 1, open: 1, ms: { max: 7 } }]);
    // From the first entry on nothing is left to believe.
    const whole = await published(from, now + 10 * minute, { first: 0 });
    expect(whole.opened).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(notes(whole.findings)).toEqual([]);
    // A file larger than what is held in memory at once is read in parts.
    const parts = await published(begun, now + 10 * minute, {}, 200);
    expect(notes(parts.findings)).toEqual([]);
    expect(parts.report.figures).toEqual([expect.objectContaining({ count: 3, open: 1 })]);

    // Under non-disclosure, all entries of the clock are only counted, also those that came before that.
    await enter('of a later period', [['stop', now + 20]], 'an-order');
    const sealed = await published(from, now + 10 * minute);
    expect(sealed.report).toMatchObject({ first: 4, size: 8, sealed: 2 });
    expect(sealed.opened).toEqual([2, 3, 4, 5]);
    expect(sealed.code).toBe(0);
    expect(sealed.report.figures).toEqual([expect.objectContaining({ count: 1, open: 0 })]);
  });

  test('openings are for who may read figures, and in bounds', async () => {
    const day = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' };
    for (const [path, query] of [
      ['/v1/sla/report', day],
      ['/v1/sla/report/openings', { ...day, first: 0, size: 1 }],
      ['/v1/ledger/openings', { from: 0, to: 1 }],
    ] as const) {
      expect((await get(path, query)).status).toBe(200);
      expect((await get(path, query, keys.other)).status).toBe(403);
      expect((await here.get(path)).status).toBe(401);
      for (const wrong of [
        {},
        { ...query, from: -1 },
        { ...query, from: 'x' },
        { ...query, to: 1e300 },
        { ...query, more: 1 },
      ])
        expect((await get(path, wrong as never)).status).toBe(422);
    }
    expect((await get('/v1/ledger/openings', { from: 0, to: 6_000_000 })).status).toBe(422);
    expect((await get('/v1/sla/report', { ...day, by: 'author' })).status).toBe(422);
    const lines = (await (await get('/v1/ledger/openings', { from: 1, to: 3 })).text()).split('\n').slice(0, -1);
    expect(lines.map(line => JSON.parse(line).index)).toEqual([1, 2]);
  });
}

describe('SQLite', () => suite(async () => ({})));
withServers(['postgres'], 'what is published on PostgreSQL', () =>
  suite(async () => ({ DATABASE_URL: await freshDatabase() })),
);
