import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSampled } from '../../services/enforce/human-check.js';
import type { LedgerRows } from '../../services/ledger/tables.js';
import { ordersTable } from '../../services/orders/tables.js';
import { addPerson, type Browser, logIn } from '../accounts/browser.js';
import { eventually, type Installed, install, testWords } from '../console/installation.js';

const folder = mkdtempSync(join(tmpdir(), 'sansdelai-exposed-'));
let here: Installed;
let [lea, lars]: Browser[] = [];
beforeAll(async () => {
  const file = join(folder, 'orders.yaml');
  writeFileSync(file, 'exposed:\n  humanCheck: 1\n');
  here = await install({ SANSDELAI_ORDERS: file });
  for (const name of ['Lea', 'Lars']) await addPerson(here, name, 'legal');
  [lea, lars] = [await logIn(here, 'Lea'), await logIn(here, 'Lars')];
});
afterAll(async () => {
  await here?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface State {
  exposed: boolean;
  finalOrders: { count: number; manyEnough: boolean };
  humanCheck: number;
  decisions: Record<string, unknown>[];
}
const state = () => (lea as Browser).json<State>('/v1/exposed-provider');
const clock = (obligation: string, subject: string) =>
  here.runtime.db
    .tables<{ clocks: { obligation: string; subject: string; state: string; due_at: number | null } }>()
    .selectFrom('clocks')
    .select(['state', 'due_at'])
    .where('obligation', '=', obligation)
    .where('subject', '=', subject)
    .executeTakeFirst();
const clockIs = (obligation: string, subject: string, wanted: string) =>
  eventually(async () => {
    const found = await clock(obligation, subject);
    return found?.state === wanted ? found : undefined;
  });
const agree = (who: Browser | undefined, approval: string) =>
  (who as Browser).post(`/v1/approvals/${approval}/decision`, { approve: true });

/** A post that a rule removes by itself. @returns the state of its case */
async function removed(): Promise<string> {
  const id = await here.write(`${testWords} of the exposed provider ${Math.random()}`);
  return eventually(async () => {
    const answer = await here.ask(`/v1/posts/${id}?platform=sandbox`);
    if (!answer.ok) return undefined;
    const { cases, removal } = (await answer.json()) as { cases: { state: string }[]; removal?: { state: string } };
    return removal?.state === 'gone' ? cases[0]?.state : undefined;
  });
}

const notified = { reference: 'AB 12', authority: 'Home authority', reason: 'the letter of 1 March' };

test('final orders of twelve months are counted, and make nobody exposed', async () => {
  const now = Date.now();
  const order = (id: string, ago: number, finality: string, instrument = 'tco') => ({
    ...{ id, key: id, instrument, phase: 'executed', authority: 'a', reference: id, route: 'api' },
    ...{ received_at: now - ago * 24 * 3600_000, due_at: now, in_force: 1, volume: 0, next_at: null },
    state: JSON.stringify({ id, finality, holds: [{ explanation: '"finality":"final"' }] }),
    ...{ content: '{}', hash: '', findings: '{}', acknowledgement: '{}', changed_at: now, version: 1 },
  });
  const { db } = here.runtime;
  await db.commit([
    db.insert(ordersTable, [
      order('one', 1, 'final'),
      order('two', 300, 'final'),
      order('old', 370, 'final'),
      order('pending', 1, 'pending'),
      order('dsa', 1, 'final', 'dsa9'),
    ]),
  ]);
  expect(await state()).toMatchObject({
    exposed: false,
    finalOrders: { count: 2, manyEnough: true },
    humanCheck: 0,
    decisions: [],
  });
  expect(await removed()).toBe('decided');
});

test('a decision that was notified counts once two people have entered it; then a person verifies what rules remove', async () => {
  const notifiedAt = new Date(Date.now() - 3600_000).toISOString();
  const key = await here.ask('/v1/exposed-provider', {
    method: 'POST',
    body: JSON.stringify({ ...notified, notifiedAt }),
  });
  // A key is no person.
  expect(key.status).toBe(401);
  const future = new Date(Date.now() + 3600_000).toISOString();
  expect((await (lea as Browser).post('/v1/exposed-provider', { ...notified, notifiedAt: future })).status).toBe(422);
  const asked = await (lea as Browser).post('/v1/exposed-provider', { ...notified, notifiedAt });
  expect(asked.status).toBe(202);
  const { approval } = (await asked.json()) as { approval: string };
  expect(await state()).toMatchObject({ exposed: false });
  expect((await agree(lea, approval)).status).toBe(403);
  expect(await state()).toMatchObject({ exposed: false, humanCheck: 0 });
  expect((await agree(lars, approval)).status).toBe(200);
  const now = await state();
  expect(now).toMatchObject({
    exposed: true,
    humanCheck: 1,
    decisions: [{ reference: 'AB 12', notifiedAt, enteredBy: 'Lea', approvedBy: 'Lars', binds: true, report: 1 }],
  });
  const { id, reportDueAt } = now.decisions[0] as { id: string; reportDueAt: string };
  const running = await clockIs('tco-exposed-report', `${id}/report/1`, 'running');
  expect(new Date(running.due_at ?? 0).toISOString()).toBe(reportDueAt);
  // Three months by the calendar.
  expect(new Date(reportDueAt).getUTCMonth()).toBe((new Date(notifiedAt).getUTCMonth() + 3) % 12);
  // Gone all the same, and a person says whether that was right.
  expect(await removed()).toBe('open');
  const entered = await eventually(async () => {
    const entries = await here.runtime.db.tables<LedgerRows>().selectFrom('ledger_entries').select('detail').execute();
    return entries.map(({ detail }) => String(detail)).find(detail => detail.includes('"exposed provider"'));
  });
  expect(entered).toContain('AB 12');
  // One binds at a time.
  const again = await (lea as Browser).post('/v1/exposed-provider', { ...notified, reference: 'AB 13', notifiedAt });
  expect((await agree(lars, ((await again.json()) as { approval: string }).approval)).status).toBe(409);
});

test('the report ends its clock and begins that of the next year; a review has a clock of its own', async () => {
  const before = (await state()).decisions[0] as { id: string; reportDueAt: string };
  const sent = await (lea as Browser).post('/v1/exposed-provider/reports', { receipt: 'received by the authority' });
  expect(sent.status).toBe(201);
  await clockIs('tco-exposed-report', `${before.id}/report/1`, 'stopped');
  const next = await clockIs('tco-exposed-report', `${before.id}/report/2`, 'running');
  const year = new Date(before.reportDueAt).getUTCFullYear() + 1;
  expect(new Date(next.due_at ?? 0).getUTCFullYear()).toBe(year);
  const review = (happened: string) =>
    (lea as Browser).post('/v1/exposed-provider/reviews', { happened, receipt: 'a letter' });
  expect((await review('answered')).status).toBe(409);
  expect((await review('asked')).status).toBe(201);
  expect((await review('asked')).status).toBe(409);
  expect((await review('answered')).status).toBe(201);
});

test('lifted by two people: its clock ends without a figure, and nothing is verified any more', async () => {
  const { id } = (await state()).decisions[0] as { id: string };
  const body = { reference: 'AB 99', liftedAt: new Date().toISOString(), reason: 'the letter of today' };
  const asked = await (lars as Browser).post('/v1/exposed-provider/lift', body);
  expect((await agree(lea, ((await asked.json()) as { approval: string }).approval)).status).toBe(200);
  expect(await state()).toMatchObject({
    exposed: false,
    humanCheck: 0,
    decisions: [{ binds: false, liftedBy: 'Lars', liftedReference: 'AB 99' }],
  });
  await clockIs('tco-exposed-report', `${id}/report/2`, 'cancelled');
  expect(await removed()).toBe('decided');
  expect((await (lea as Browser).post('/v1/exposed-provider/reports', { receipt: 'late' })).status).toBe(409);
});

test('the share that is verified is the share that was set, and a case is among them or not, however often it is asked', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `case-${i}`);
  const sampled = ids.filter(id => isSampled(0.05, id));
  expect(sampled.length / ids.length).toBeGreaterThan(0.04);
  expect(sampled.length / ids.length).toBeLessThan(0.06);
  expect(ids.filter(id => isSampled(0.05, id))).toEqual(sampled);
  expect(ids.some(id => isSampled(0, id))).toBe(false);
  expect(ids.every(id => isSampled(1, id))).toBe(true);
});
