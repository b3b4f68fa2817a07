import { Secret, TOTP } from 'otpauth';
import type { AccountRows } from '../../services/accounts/tables.js';
import { type Installed, install } from '../console/installation.js';
import { addPerson, Browser, logIn, passwordOf } from './browser.js';

let here: Installed;
beforeAll(async () => {
  here = await install({ SANSDELAI_ADMIN_PASSWORD: passwordOf('admin') });
  for (const [name, role] of [
    ['Rosa', 'reviewer'],
    ['Otto', 'operator'],
    ['Lea', 'legal'],
    ['Toni', 'reviewer'],
  ] as const)
    await addPerson(here, name, role);
});
afterAll(() => here.stop());
const rows = () => here.runtime.db.tables<AccountRows>();

describe('a session', () => {
  test('is begun by a password, says who it is, and ends', async () => {
    const rosa = await logIn(here, 'Rosa');
    expect(await rosa.json('/v1/session')).toMatchObject({
      person: 'Rosa',
      role: 'reviewer',
      needed: false,
      singleSignOn: false,
    });
    expect((await rosa.ask('/v1/cases')).status).toBe(200);
    expect((await rosa.ask('/v1/people')).status).toBe(403);
    const [cookie] = [...rosa.cookies];
    expect((await rosa.ask('/v1/session', { method: 'DELETE' })).status).toBe(204);
    expect(rosa.cookies.size).toBe(0);
    rosa.cookies.set(...cookie!);
    expect((await rosa.ask('/v1/cases')).status).toBe(401);
  });

  test('its cookie is out of reach of scripts and other sites, and only its hash is kept', async () => {
    const browser = new Browser(here.url);
    const answer = await browser.post('/v1/session', { name: 'Rosa', password: passwordOf('Rosa') });
    const [line] = answer.headers.getSetCookie();
    expect(line).toMatch(/HttpOnly/);
    expect(line).toMatch(/SameSite=Lax/);
    const [value] = [...browser.cookies.values()];
    const kept = JSON.stringify(await rows().selectFrom('sessions').selectAll().execute());
    expect(kept).not.toContain(value);
  });

  test('nothing is changed for another site (CSRF)', async () => {
    const rosa = await logIn(here, 'Rosa');
    const decide = (headers: Record<string, string>) =>
      rosa.post('/v1/cases/none/decisions', { decision: 'keep', reason: 'x' }, headers);
    expect((await decide({ Origin: 'https://attacker.example' })).status).toBe(403);
    expect((await decide({ Origin: 'null' })).status).toBe(403);
    expect((await decide({})).status).toBe(404);
    const login = { name: 'Rosa', password: passwordOf('Rosa') };
    expect((await new Browser(here.url).post('/v1/session', login, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(
      403,
    );
  });

  test('can be listed and ended from another, and by nobody else but an administrator', async () => {
    const [one, two, otto] = [await logIn(here, 'Lea'), await logIn(here, 'Lea'), await logIn(here, 'Otto')];
    const { sessions } = await one.json<{ sessions: { id: string; this: boolean }[] }>('/v1/sessions');
    expect(sessions).toHaveLength(2);
    const other = sessions.find(session => !session.this)!;
    expect((await otto.ask(`/v1/sessions/${other.id}?person=Lea`, { method: 'DELETE' })).status).toBe(403);
    expect((await otto.ask('/v1/sessions?person=Lea')).status).toBe(403);
    expect((await otto.ask(`/v1/sessions/${other.id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await one.ask(`/v1/sessions/${other.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await two.ask('/v1/clocks')).status).toBe(401);
    expect((await one.ask('/v1/clocks')).status).toBe(200);
  });

  test('ends with the person: disabled, or with another role', async () => {
    const toni = await logIn(here, 'Toni');
    const change = (body: object) => here.ask('/v1/people/Toni', { method: 'PATCH', body: JSON.stringify(body) });
    expect((await change({ role: 'regulator' })).status).toBe(200);
    expect((await toni.ask('/v1/cases')).status).toBe(401);
    const again = await logIn(here, 'Toni');
    expect((await again.ask('/v1/cases')).status).toBe(403);
    expect((await change({ disabled: true })).status).toBe(200);
    expect((await again.ask('/v1/sla')).status).toBe(401);
    expect(
      (await new Browser(here.url).post('/v1/session', { name: 'Toni', password: passwordOf('Toni') })).status,
    ).toBe(401);
    await change({ disabled: false, role: 'reviewer' });
  });

  test('ends when it was not used for an hour, and after a working day', async () => {
    const set = (person: string, change: object) =>
      here.runtime.db.commit([{ query: rows().updateTable('sessions').set(change).where('person', '=', person) }]);
    const lea = await logIn(here, 'Lea');
    await set('Lea', { seen_at: here.runtime.time.now() - 3601_000 });
    expect((await lea.ask('/v1/clocks')).status).toBe(401);
    const again = await logIn(here, 'Lea');
    await set('Lea', { expires_at: here.runtime.time.now() - 1 });
    expect((await again.ask('/v1/clocks')).status).toBe(401);
  });
});

describe('logging in', () => {
  test('a wrong name and a wrong password answer the same', async () => {
    const ask = async (name: string) => {
      const answer = await new Browser(here.url).post('/v1/session', { name, password: 'wrong' });
      return { status: answer.status, text: await answer.text() };
    };
    const [unknown, known] = [await ask('Nobody'), await ask('Rosa')];
    expect(unknown).toEqual(known);
    expect(known.status).toBe(401);
  });

  test('after ten wrong tries an account waits, whatever address they come from', async () => {
    await addPerson(here, 'Vic', 'reviewer');
    const wrong = () => new Browser(here.url).post('/v1/session', { name: 'Vic', password: 'wrong' });
    const { cache } = here.runtime;
    for (let i = 0; i < 10; i++) {
      expect((await wrong()).status).toBe(401);
      // As if each came from an address of its own.
      await cache.delete('login:127.0.0.1');
    }
    const locked = await new Browser(here.url).post('/v1/session', { name: 'Vic', password: passwordOf('Vic') });
    expect(locked.status).toBe(429);
    expect(locked.headers.get('retry-after')).toBe('900');
    await cache.delete('login-name:Vic');
    await logIn(here, 'Vic');
  });

  test('with one-time codes: not without, and with none twice', async () => {
    await addPerson(here, 'Cora', 'lead');
    const cora = await logIn(here, 'Cora');
    const { secret, address } = (await (await cora.post('/v1/session/codes')).json()) as {
      secret: string;
      address: string;
    };
    expect(address).toMatch(/^otpauth:\/\/totp\//);
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const codeAt = (steps: number): string => totp.generate({ timestamp: Date.now() + steps * 30_000 });
    // Not confirmed yet: nobody is locked out by a code that no device has.
    await logIn(here, 'Cora');
    const now = codeAt(0);
    expect(
      (await cora.post('/v1/session/codes/confirm', { code: now === '000000' ? '111111' : '000000' })).status,
    ).toBe(422);
    expect((await cora.post('/v1/session/codes/confirm', { code: now })).status).toBe(204);
    expect((await cora.post('/v1/session/codes')).status).toBe(409);
    const login = (code?: string) =>
      new Browser(here.url).post('/v1/session', { name: 'Cora', password: passwordOf('Cora'), ...(code && { code }) });
    const missing = await login();
    expect(missing.status).toBe(401);
    expect(await missing.json()).toMatchObject({ needsCode: true });
    expect((await login(now)).status).toBe(401);
    expect((await login(codeAt(1))).status).toBe(201);
    expect((await login(codeAt(1))).status).toBe(401);
    // A wrong password tells nothing of codes.
    const wrong = await new Browser(here.url).post('/v1/session', { name: 'Cora', password: 'wrong' });
    expect(await wrong.json()).not.toHaveProperty('needsCode');
    // Lost: an administrator takes them away.
    await here.ask('/v1/people/Cora', { method: 'PATCH', body: JSON.stringify({ withoutCode: true }) });
    await logIn(here, 'Cora');
  });

  test('a password is changed by who knows the old one, and other sessions end', async () => {
    await addPerson(here, 'Pia', 'legal');
    const [pia, elsewhere] = [await logIn(here, 'Pia'), await logIn(here, 'Pia')];
    const fresh = 'another long password';
    expect((await pia.post('/v1/session/password', { old: 'wrong', new: fresh })).status).toBe(403);
    expect((await pia.post('/v1/session/password', { old: passwordOf('Pia'), new: 'short' })).status).toBe(422);
    expect((await pia.post('/v1/session/password', { old: passwordOf('Pia'), new: fresh })).status).toBe(204);
    expect((await pia.ask('/v1/clocks')).status).toBe(200);
    expect((await elsewhere.ask('/v1/clocks')).status).toBe(401);
    expect((await new Browser(here.url).post('/v1/session', { name: 'Pia', password: fresh })).status).toBe(201);
    const kept = JSON.stringify(await rows().selectFrom('people').selectAll().execute());
    expect(kept).not.toContain(fresh);
    expect(kept).toContain('$argon2id$');
  });
});

describe('people and keys', () => {
  test('nobody changes their own role, and a name is taken once', async () => {
    const admin = await logIn(here, 'admin');
    const own = await admin.ask('/v1/people/admin', { method: 'PATCH', body: { role: 'reviewer' } });
    expect(own.status).toBe(409);
    expect((await admin.post('/v1/people', { name: 'Rosa', role: 'lead' })).status).toBe(409);
    expect((await admin.post('/v1/people', { name: '<b>', role: 'lead' })).status).toBe(422);
    const made = (await (await admin.post('/v1/people', { name: 'Ida', role: 'lead' })).json()) as { password: string };
    expect(made.password.length).toBeGreaterThanOrEqual(12);
    expect(JSON.stringify(await admin.json('/v1/people'))).not.toMatch(/argon2|totp":"/);
  });

  test('a key is shown once, does what its scopes say, and ends', async () => {
    const made = await here.ask('/v1/keys', {
      method: 'POST',
      body: JSON.stringify({ name: 'dashboard', scopes: ['clocks:read'] }),
    });
    expect(made.status).toBe(201);
    const { id, key } = (await made.json()) as { id: string; key: string };
    const ask = (path: string) => fetch(`${here.url}${path}`, { headers: { Authorization: `Bearer ${key}` } });
    expect((await ask('/v1/clocks')).status).toBe(200);
    expect((await ask('/v1/cases')).status).toBe(403);
    const listed = await (await here.ask('/v1/keys')).text();
    expect(listed).toContain(id);
    expect(listed).not.toContain(key);
    expect((await here.ask(`/v1/keys/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask('/v1/clocks')).status).toBe(401);
    expect((await here.ask(`/v1/keys/${id}`, { method: 'DELETE' })).status).toBe(404);
  });

  test('a powerful key is made by two', async () => {
    const admin = await logIn(here, 'admin');
    const asked = await admin.post('/v1/keys', {
      name: 'auditor',
      scopes: ['ledger:details'],
      reason: 'for the yearly audit',
    });
    expect(asked.status).toBe(202);
    const { key, approval } = (await asked.json()) as { key: string; approval: string };
    const works = async () =>
      (await fetch(`${here.url}/v1/ledger/entries/0`, { headers: { Authorization: `Bearer ${key}` } })).status !== 401;
    expect(await works()).toBe(false);
    const decide = (who: Browser, approve: boolean) => who.post(`/v1/approvals/${approval}/decision`, { approve });
    // Not by who asked, not by who may not, and not by a key, behind which anybody could be.
    expect((await decide(admin, true)).status).toBe(403);
    expect((await decide(await logIn(here, 'Rosa'), true)).status).toBe(403);
    expect(
      (await here.ask(`/v1/approvals/${approval}/decision`, { method: 'POST', body: '{"approve":true}' })).status,
    ).toBe(401);
    const lea = await logIn(here, 'Lea');
    const open = await lea.json<{ approvals: { what: string; askedBy: string; reason: string }[] }>('/v1/approvals');
    expect(open.approvals).toEqual([
      expect.objectContaining({
        what: 'A key "auditor" that may do: ledger:details',
        askedBy: 'admin',
        reason: 'for the yearly audit',
      }),
    ]);
    // Two at the same moment: it is done once.
    const otto = await logIn(here, 'Otto');
    const both = await Promise.all([decide(lea, true), decide(otto, true)]);
    expect(both.map(answer => answer.status).sort()).toEqual([200, 409]);
    expect(await works()).toBe(true);
    expect((await decide(otto, false)).status).toBe(409);
  });

  test('what was asked for can be rejected, or withdrawn, and then nothing is done', async () => {
    const admin = await logIn(here, 'admin');
    const ask = async () =>
      (await (await admin.post('/v1/keys', { name: 'other', scopes: ['admin'] })).json()) as {
        key: string;
        approval: string;
      };
    const [rejected, withdrawn] = [await ask(), await ask()];
    const lea = await logIn(here, 'Lea');
    expect(
      await (await lea.post(`/v1/approvals/${rejected.approval}/decision`, { approve: false })).json(),
    ).toMatchObject({ state: 'rejected', decidedBy: 'Lea' });
    expect(
      await (await admin.post(`/v1/approvals/${withdrawn.approval}/decision`, { approve: false })).json(),
    ).toMatchObject({ state: 'withdrawn' });
    for (const { key } of [rejected, withdrawn])
      expect((await fetch(`${here.url}/v1/keys`, { headers: { Authorization: `Bearer ${key}` } })).status).toBe(401);
    const { approvals } = await lea.json<{ approvals: { state: string }[] }>('/v1/approvals?state=all');
    expect(approvals.map(({ state }) => state)).toEqual(expect.arrayContaining(['rejected', 'withdrawn', 'approved']));
  });
});

test('on another address than loopback the pages of the console ask who it is', async () => {
  const { requireLogin } = await import('../../services/accounts/index.js');
  const elsewhere = { ...here.runtime, config: { ...here.runtime.config, HOST: '0.0.0.0' } };
  const request = { app: { locals: { runtime: elsewhere } }, headers: {} };
  await expect(requireLogin(request as never, { locals: {} } as never, () => undefined)).rejects.toMatchObject({
    status: 401,
  });
});
