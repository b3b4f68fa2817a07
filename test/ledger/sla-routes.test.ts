import { addKey } from '../../services/accounts/index.js';
import { type OpenMove, toLedger } from '../../services/contracts/index.js';
import { slaSchema } from '../../services/ledger/sla/index.js';
import { probesTable } from '../../services/probe/tables.js';
import { type Running, start } from '../ingest/installation.js';
import { until } from '../until.js';

const key = 'a-key-that-reads-figures';
const at = Date.UTC(2026, 9, 5, 12);
let running: Running;

beforeAll(async () => {
  running = await start({}, { services: ['clocks', 'ledger'] });
  const { runtime, db } = running;
  const probe = { received_at: null, assessed_at: null, called_at: null, error: null };
  await db.commit([
    addKey(runtime, key, 'k-figures', 'regulator', ['figures:read']),
    addKey(runtime, 'a-key-for-something-else', 'k-other', 'other', ['clocks:read']),
    db.insert(
      probesTable,
      [80, 120, null].map((ms, i) => {
        const started_at = at + i * 60_000;
        return { ...probe, id: `p${i}`, route: 'sandbox', started_at, gone_at: ms === null ? null : started_at + ms };
      }),
    ),
  ]);
  const move = (of: Partial<OpenMove>): OpenMove => ({ clock: 'c1', obligation: 'removal', kind: 'stop', at, ...of });
  const moves = [
    move({ kind: 'start', due: at + 300_000, route: 'kafka', language: 'fr' }),
    move({ at: at + 2_345 }),
    move({ clock: 'c2', kind: 'start', due: at + 300_000, route: 'api', language: 'de' }),
    move({ clock: 'c2', kind: 'hold', cause: 'platform-refused', at: at + 1_000 }),
    move({ clock: 'probe', kind: 'start', due: at + 300_000, route: 'sandbox', uncounted: true }),
  ];
  const entry = { kind: 'removal.requested', at, detail: {} } as const;
  await runtime.commit(
    [],
    moves.map((one, i) => toLedger({ ...entry, moves: [one] }, '/test', `entry-${i}`)),
  );
  await until(async () => (await get()).body.size === moves.length, 'the entries');
}, 60_000);
afterAll(() => running.stop());

const get = (query = '', token = key) =>
  running.call('GET', `/v1/sla${query}`, undefined, { authorization: `Bearer ${token}` });

test('the figures of a month, with the limits and the probe beside them', async () => {
  const { status, body } = await get('?from=2026-10');
  expect(status).toBe(200);
  expect(slaSchema.parse(body)).toEqual(body);
  expect(body).toEqual({
    from: '2026-10-01T00:00:00.000Z',
    to: '2026-11-01T00:00:00.000Z',
    at: expect.any(String),
    limits: expect.objectContaining({ review: 86_400, removal: 300 }),
    size: 5,
    sealed: 0,
    figures: [
      {
        obligation: 'removal',
        count: 1,
        limited: 1,
        within: 1,
        share: 1,
        ms: { p50: 2_345, p95: 2_345, p99: 2_345, max: 2_345 },
        cancelled: 0,
        open: 1,
        overdue: 1,
        breaches: 1,
        causes: { 'platform-refused': 1 },
      },
    ],
    probe: [{ route: 'sandbox', count: 3, failed: 1, ms: { p50: 80, p95: 120, p99: 120, max: 120 } }],
  });
});

test.each([
  [
    'a month to a month, both whole',
    '?from=2026-09&to=2026-10',
    '2026-09-01T00:00:00.000Z',
    '2026-11-01T00:00:00.000Z',
    1,
  ],
  ['days', '?from=2026-10-05&to=2026-10-05', '2026-10-05T00:00:00.000Z', '2026-10-06T00:00:00.000Z', 1],
  [
    'instants, in any zone',
    '?from=2026-10-05T14:00:00%2B02:00&to=2026-10-05T12:00:00.001Z',
    '2026-10-05T12:00:00.000Z',
    '2026-10-05T12:00:00.001Z',
    1,
  ],
  ['the month up to its end', '?to=2026-10-05T12:00:00Z', '2026-10-01T00:00:00.000Z', '2026-10-05T12:00:00.000Z', 0],
])('a period is told by %s', async (_, query, from, to, figures) => {
  const { body } = await get(query);
  expect(body).toMatchObject({ from, to });
  expect(body.figures).toHaveLength(figures);
});

test('with no period it is this month, and an instant alone reaches to now', async () => {
  const { body } = await get();
  expect(body.from).toBe(`${body.at.slice(0, 7)}-01T00:00:00.000Z`);
  const since = (await get('?from=2026-10-01T00:00:00Z')).body;
  expect(since.to).toBe(since.at);
});

test('by route and language, the obligation always among them', async () => {
  const { body } = await get('?from=2026-10&by=language,route');
  expect(body.figures).toMatchObject([
    { obligation: 'removal', route: 'api', language: 'de', open: 1 },
    { obligation: 'removal', route: 'kafka', language: 'fr', count: 1 },
  ]);
  expect((await get('?from=2026-10&by=route')).body.figures[0]).not.toHaveProperty('language');
});

test.each([
  ['?from=yesterday', 'from', /takes an instant .* a day .* or a month/],
  ['?from=2026-02-31', 'from', /takes an instant/],
  ['?from=2026-13', 'from', /takes an instant/],
  ['?from=2200-01', 'from', /from 1970 to 2099/],
  ['?from=2026-11&to=2026-10', 'to', /takes what is after/],
  ['?by=author', 'by', /takes a list of obligation, route, language/],
  ['?since=2026-11', '', /since/],
])('%s is refused, and told what is taken', async (query, path, message) => {
  const { status, body } = await get(query);
  expect(status).toBe(422);
  expect(JSON.stringify(body.errors)).toMatch(message);
  expect(JSON.stringify(body.errors)).toContain(path);
});

test('is for whoever may read figures', async () => {
  expect((await get('', 'a-key-for-something-else')).status).toBe(403);
});
