import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { listBankEntries } from '../../services/classify/index.js';
import { keepSandboxKey } from '../../services/orders/index.js';
import { readRegister } from '../../services/orders/register.js';
import { forgetSandboxOrders, openSandboxOrder } from '../../services/orders/sandbox.js';
import type { OrderRows } from '../../services/orders/tables.js';
import { ConfigError } from '../../services/runtime/index.js';
import { eventually, type Installed, install } from '../console/installation.js';
import { newFolder } from '../ingest/installation.js';

let here: Installed;

beforeAll(async () => {
  here = await install({ SANSDELAI_PROBE: 'on', SANSDELAI_PROBE_EVERY: '500ms' });
}, 30_000);
afterAll(() => here?.stop());

// biome-ignore lint/suspicious/noExplicitAny: JSON of all sorts
const read = async (path: string): Promise<any> => (await here.ask(path)).json();
const figure = async (series: string): Promise<number | undefined> => {
  const text = await (await fetch(`${here.url}/metrics`)).text();
  const line = text.split('\n').find(line => line.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};
const orders = () => here.runtime.db.tables<OrderRows>().selectFrom('orders').selectAll().execute();
const answered = () =>
  eventually(async () => {
    const found = (await orders()).find(
      ({ phase, state }) => phase === 'executed' && JSON.parse(state).forms[0]?.sentAt,
    );
    return found;
  });

test('an order of the probe is executed and answered with Annex II, and its stages are told', async () => {
  await eventually(async () => ((await figure('takedown_probe_success{route="order"}')) === 1 ? true : undefined));
  for (const stage of ['received', 'called', 'gone', 'answered'])
    expect(await figure(`takedown_probe_seconds_count{route="order",stage="${stage}"}`)).toBeGreaterThan(0);
  const { id } = await answered();
  const order = await read(`/v1/removal-orders/${id}`);
  expect(order).toMatchObject({ phase: 'executed', automatic: true, authority: 'sandbox-probe', findings: [] });
  expect(order.forms).toMatchObject([{ form: 'II', receipt: expect.stringContaining('Annex II') }]);
  const page = await fetch(order.items[0].url);
  expect(page.status).toBe(410);
});

test('it is in no list of the desk, preserves nothing, offers nothing and is in no figure', async () => {
  await answered();
  expect((await read('/v1/removal-orders')).orders).toEqual([]);
  for (const show of ['open', 'all'])
    expect(await read(`/v1/desk/orders?show=${show}`)).toMatchObject({ orders: [], counts: { open: 0, forms: 0 } });
  expect(await read('/v1/desk/cases')).toMatchObject({ cases: [], forms: [] });
  expect(await read('/v1/desk/attempts')).toMatchObject({ attempts: [] });
  expect((await read('/v1/preserved')).preserved).toEqual([]);
  expect((await read('/v1/authorities')).authorities).toEqual([]);
  const { figures, probe } = await read('/v1/sla');
  expect(figures).toEqual([]);
  expect(probe.find(({ route }: { route: string }) => route === 'order').ms.p50).toBeGreaterThan(0);
  expect(await listBankEntries(here.runtime, 'removal-orders')).toEqual([]);
});

/** Signs with a key that was entered for the sandbox. */
async function signed(
  order: object,
  { aud = 'sandbox-probe', kid = 'sandbox-probe/of-a-test' } = {},
): Promise<Response> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const key = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' };
  await here.runtime.db.commit([keepSandboxKey(here.runtime, key)]);
  const payload = { aud, iat: Math.floor(Date.now() / 1000), jti: 'a-test-of-the-sandbox', order };
  const body = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .sign(privateKey);
  return fetch(`${here.url}/v1/removal-orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/jose' },
    body,
  });
}

test('a key of the sandbox opens nothing but the hidden sandbox', async () => {
  const id = await here.write('A mild post on the public sandbox.');
  await eventually(async () => ((await here.ask(`/v1/posts/${id}?platform=sandbox`)).ok ? true : undefined));
  const order = { instrument: 'tco', reference: 'X/1', items: [{ url: `${here.url}/sandbox/posts/${id}` }] };
  expect((await signed(order)).status).toBe(403);
  expect((await signed({ ...order, items: [{ url: 'https://elsewhere.example.org/1' }] })).status).toBe(403);
  expect((await signed({ ...order, items: [] })).status).toBe(403);
  expect((await signed(order, { aud: 'acme' })).status).toBe(403);
  const { publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const key = { ...(await exportJWK(publicKey)), kid: 'fr-one', alg: 'EdDSA' };
  expect(() => keepSandboxKey(here.runtime, key)).toThrow(/no public key of the sandbox/);
  await expect(openSandboxOrder(here.runtime, 'x.y.z', Date.now())).rejects.toThrow();
});

test.each([
  ['authority', { id: 'sandbox-probe' }],
  ['key', { keys: [{ kid: 'sandbox-probe/mine', kty: 'OKP', crv: 'Ed25519', x: 'x' }] }],
])('a register that names the sandbox’s %s is refused', (_, change) => {
  const file = join(newFolder(), 'register.json');
  writeFileSync(file, JSON.stringify([{ id: 'fr-one', name: 'One', state: 'FR', instruments: ['tco'], ...change }]));
  expect(() => readRegister(file)).toThrow(ConfigError);
});

test('ended orders of the probe are forgotten after two days, and with them all that was kept of them', async () => {
  const { id } = await answered();
  const { runtime } = here;
  const later = { ...runtime, time: { ...runtime.time, now: () => Date.now() + 3 * 24 * 3600_000 } };
  await forgetSandboxOrders(later);
  const rows = runtime.db.tables<OrderRows>();
  expect(await rows.selectFrom('orders').select('id').where('id', '=', id).execute()).toEqual([]);
  for (const table of ['order_items', 'order_events', 'order_forms'] as const)
    expect(await rows.selectFrom(table).selectAll().where('order_id', '=', id).execute()).toEqual([]);
});
