import { eventId } from '../../services/contracts/index.js';
import { until } from '../until.js';
import { removal, reviewCase, t0 } from './facts.js';
import { keys, scenario } from './running.js';

const from = () => Date.now() - t0;

scenario(
  'open clocks are listed the nearest first, page by page, those without a limit last',
  async ({ clocks: running }) => {
    const clocks = await running({});
    const now = from();
    const names = Array.from({ length: 7 }, (_, i) => `n${i}`);
    await clocks.tell(
      ...names.map((name, i) => removal(name).requested(now - ((i * 3) % 7) * 1_000)),
      reviewCase('c1').opened(now),
      removal('done').requested(now - 5_000),
      removal('done').ended(now - 1_000),
    );
    await until(async () => (await clocks.clock('done'))?.state === 'stopped', 'the facts to be taken');
    const all = [];
    let next: string | undefined = '';
    for (let pages = 0; next !== undefined; pages++) {
      const { status, body } = await clocks.get(`/v1/clocks?limit=4${next && `&cursor=${next}`}`);
      expect(status).toBe(200);
      all.push(...body.clocks);
      next = body.next;
      expect(pages).toBeLessThan(6);
    }
    expect(all).toHaveLength(7 + 1 + 7);
    const due = all.map(clock => clock.dueAt).filter(Boolean);
    expect(due).toEqual([...due].sort());
    expect(all.slice(0, 7).every(clock => clock.obligation === 'removal')).toBe(true);
    expect(all[0]).toMatchObject({ state: 'running', post: 'post-n2', route: 'api', level: 0, reopened: 0 });
    expect(all[7]).toMatchObject({ obligation: 'review', subject: 'c1' });
    expect(all.slice(8).every(clock => clock.obligation === 'posted-to-gone' && !clock.dueAt)).toBe(true);

    const reviews = await clocks.get('/v1/clocks?obligation=review');
    expect(reviews.body.clocks).toHaveLength(1);
    const table = await clocks.get('/v1/obligations');
    // The operator's own come first.
    expect(table.body.obligations.slice(0, 3)).toMatchObject([
      { name: 'review', setBy: 'operator', seconds: 86_400 },
      { name: 'removal', seconds: 300 },
      { name: 'posted-to-gone' },
    ]);
  },
);

scenario('addresses of those on call are for those who answer pages', async ({ clocks: running }) => {
  const settings = {
    PAGER_CONTACTS: 'mailto:anna@example.org,https://hooks.example.org/secret',
    PAGER_SMTP_URL: 'smtp://127.0.0.1:9',
    PAGER_WEBHOOK_SECRET: `whsec_${Buffer.from('a secret of the tests, 24+').toString('base64')}`,
  };
  const clocks = await running(settings);
  const page = {
    ...{
      id: 'p1',
      state: 'acknowledged',
      level: 80,
      created_at: Date.now(),
      tokens: '[]',
      attempts: 1,
      turn: 0,
      version: 1,
    },
    ...{ acknowledged_by: 'anna@example.org', error: 'anna@example.org: refused, then hooks.example.org: 500' },
  };
  await clocks.runtime.db.commit([{ query: clocks.rows.insertInto('pages').values(page as never) }]);
  const seen = async (key?: string) => [
    (await clocks.get('/v1/obligations', key)).body.onCall,
    ...(await clocks.get('/v1/pages', key)).body.pages.map((one: Record<string, string>) => [
      one.acknowledgedBy,
      one.error,
    ]),
  ];
  expect(await seen(keys.reader)).toEqual([
    ['on call 1 (mail)', 'on call 2 (webhook)'],
    ['on call 1 (mail)', 'on call 1 (mail): refused, then on call 2 (webhook): 500'],
  ]);
  expect(await seen(keys.both)).toEqual([
    ['anna@example.org', 'hooks.example.org'],
    ['anna@example.org', page.error],
  ]);
});

scenario('clocks and pages need a key with the right scope', async ({ clocks: running }) => {
  const clocks = await running({});
  expect((await clocks.get('/v1/clocks', 'not-a-key')).status).toBe(401);
  expect((await clocks.get('/v1/pages', keys.other)).status).toBe(403);
  expect((await clocks.get('/v1/clocks?limit=0')).status).toBe(422);
  expect((await clocks.get('/v1/clocks?cursor=x')).body.errors[0].path).toBe('cursor');
  const post = (path: string, key?: string) =>
    fetch(`${clocks.url}${path}`, { method: 'POST', headers: key ? { Authorization: `Bearer ${key}` } : {} });
  expect((await post('/v1/pages/none/acknowledge')).status).toBe(401);
  expect((await post('/v1/pages/none/acknowledge', keys.reader)).status).toBe(403);
  expect((await post('/v1/pages/none/acknowledge', keys.acknowledger)).status).toBe(404);
  expect((await fetch(`${clocks.url}/v1/pages/none/acknowledge?token=${'x'.repeat(32)}`)).status).toBe(404);
});

scenario('facts of one clock in one batch, told twice, move it once', async ({ clocks: running }) => {
  const clocks = await running({});
  const now = from();
  const r = removal('batch');
  const told = [r.returned(now - 4_000), r.ended(now - 6_000), r.requested(now - 9_000), r.ended(now - 1_000)];
  await clocks.tell(...told);
  await clocks.tell(...told);
  // The same said again under other ids changes nothing either.
  await clocks.tell(...told.map(({ id, fact }) => ({ id: eventId(id, 'again'), fact })));
  await until(async () => (await clocks.clock('batch'))?.version === 2, 'both versions');
  expect(await clocks.clock('batch')).toMatchObject({ state: 'stopped', seconds: 3, reopened: 1 });
  const total = await clocks.rows
    .selectFrom('clock_totals')
    .select(['measure', 'value'])
    .where('obligation', '=', 'removal')
    .where('measure', 'in', ['count', 'ms', 'open'])
    .orderBy('measure')
    .execute();
  expect(total.filter(({ value }) => value !== 0)).toEqual([
    { measure: 'count', value: 2 },
    { measure: 'ms', value: 6_000 },
  ]);
});
