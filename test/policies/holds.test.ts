import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApprovalKind, decideApproval } from '../../services/accounts/approvals.js';
import type { Caller } from '../../services/accounts/index.js';
import { standardTestPost } from '../../services/classify/index.js';
import { liftApproval } from '../../services/policies/holds/keep.js';
import { type HoldRows, ruleVolumeTable } from '../../services/policies/holds/tables.js';
import { parsePolicy, ruleDecision, type SignalInfo, withHolds } from '../../services/policies/index.js';
import { openScene, type Scene } from '../enforce/setup.js';
import { until } from '../until.js';

const policy = `name: gate
rules:
  - name: standard-test-post
    when: { finding: { signal: test-post, label: standard-test-post } }
    action: remove
    reason: The test post.
  - name: known-english
    when: { finding: { signal: known-text, label: [known-text, known-text-near], confirmed: true }, post: { language: en } }
    action: remove
    priority: 1
    reason: It is known.
  - name: known-french
    when: { finding: { signal: known-text, label: [known-text, known-text-near], confirmed: true }, post: { language: fr } }
    action: withhold
    priority: 1
    reason: It is known.
`;
const known = 'Here stands a mild sentence about a gate at the end of a long garden wall.';

describe('a policy of which rules are held', () => {
  const signals: SignalInfo[] = [
    {
      name: 'known-text',
      labels: ['known-text', 'known-text-near'],
      evidence: { 'known-text': 'confirmed', 'known-text-near': 'confirmed' },
    },
    { name: 'test-post', labels: ['standard-test-post'], evidence: { 'standard-test-post': 'always' } },
  ];
  const written = parsePolicy(policy, signals);

  test('sends to people what they would do, and leaves all others as they are', () => {
    const held = withHolds(written, [{ rule: 'known-english', why: 'of the tests' }]);
    expect(held.rules.map(({ name, action }) => `${name} ${action}`)).toEqual([
      'standard-test-post remove',
      'known-french withhold',
      'known-english review',
    ]);
    expect(held.rules[2]?.reason).toContain('of the tests');
    expect(held.version).toBe(written.version);
  });

  test('the rule of the standard test post is never held, and a hold of another policy changes nothing', () => {
    expect(
      withHolds(written, [
        { rule: 'standard-test-post', why: 'x' },
        { rule: 'gone', why: 'x' },
      ]),
    ).toBe(written);
  });
});

let scene: Scene;
let phone: Server;
const told: { subject?: string; data: { rule: string; cause: string; why: string } }[] = [];

beforeAll(async () => {
  phone = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    told.push(JSON.parse(body));
    res.end();
  }).listen(0, '127.0.0.1');
  await once(phone, 'listening');
  const file = join(mkdtempSync(join(tmpdir(), 'sansdelai-')), 'policy.yaml');
  writeFileSync(file, policy);
  scene = await openScene({
    SANSDELAI_POLICY: file,
    PAGER_CONTACTS: `http://127.0.0.1:${(phone.address() as AddressInfo).port}/`,
    PAGER_WEBHOOK_SECRET: 'whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHM=',
  });
  const entry = { kind: 'text', text: known, source: 'test', confirmed: true };
  const { status } = await scene.call('POST', '/v1/banks/ours/entries', entry);
  expect(status).toBe(201);
}, 60_000);
afterAll(async () => {
  await scene.end();
  phone.closeAllConnections();
  phone.close();
});

const rows = () => scene.db.tables<HoldRows>();
const holdOf = (rule: string, cause: string) =>
  until(async () => {
    const { body } = await scene.call('GET', '/v1/rule-holds');
    return (
      body.holds as {
        id: string;
        rule: string;
        cause: string;
        why: string;
        figures: object;
        liftedAt?: string;
        toldAt?: string;
      }[]
    ).find(one => one.rule === rule && one.cause === cause && one.liftedAt === undefined);
  }, `${rule} to be held`);
const decided = (rule: string) => rows().selectFrom('rule_decisions').selectAll().where('rule', '=', rule).execute();
const entered = async (change: string): Promise<string[]> => {
  const found = await scene.db
    .tables<{ bus_records: { topic: string; event: string } }>()
    .selectFrom('bus_records')
    .selectAll()
    .where('topic', '=', 'ledger')
    .execute();
  return found.map(row => JSON.stringify(row)).filter(text => text.includes(change));
};

test('what people decide about what rules did is kept: a restoration against the rule, a withheld post either way', async () => {
  const removed = await scene.post('en', { text: known });
  await scene.stands(removed, 'gone', 'gone');
  const { cases } = await scene.item(removed);
  expect(cases).toMatchObject([{ rule: 'known-english', decided_by: 'policy' }]);
  await scene.decide(cases[0]?.id ?? '', 'restore');
  await until(async () => (await decided('known-english')).length === 1, 'the restoration to be counted');
  expect(await decided('known-english')).toMatchObject([{ good: 0, sampled: 0 }]);

  const withheld = await scene.post('fr', { text: known });
  await scene.decide(await scene.openCase(withheld), 'remove');
  await until(async () => (await decided('known-french')).length === 1, 'the decision to be counted');
  expect(await decided('known-french')).toMatchObject([{ good: 1, sampled: 1, language: 'fr' }]);
  await until(async () => {
    const found = await rows().selectFrom('rule_volume').selectAll().execute();
    return found.filter(({ rule }) => rule.startsWith('known-')).reduce((sum, { n }) => sum + n, 0) === 2;
  }, 'both to be counted');
});

test('a rule under the floor is held on evidence, told, entered, and let act again by two people only', async () => {
  const writes = Array.from({ length: 12 }, (_, n) =>
    ruleDecision(scene.runtime, {
      caseId: `sampled-${n}`,
      rule: 'known-english',
      language: 'en',
      good: n > 5,
      at: scene.time.now(),
      sampled: true,
    }),
  );
  await scene.runtime.commit(writes);
  const hold = await holdOf('known-english', 'evidence');
  expect(hold.why).toContain('6 of 12 reviewed decisions went against it');
  expect(hold.figures).toMatchObject({ wrong: 6, decisions: 12, closes: 'worse than the floor' });
  // Promised on every replica within a second; this one has just seen it.
  await new Promise(resolve => setTimeout(resolve, 1_000));
  const id = await scene.post('en', { text: known });
  await scene.openCase(id);
  const { cases, removal } = await scene.item(id);
  expect(removal).toBeUndefined();
  expect(cases).toMatchObject([{ rule: 'known-english', state: 'open', priority: 1 }]);
  expect(cases[0]?.reasons).toContain('a person decides');
  await until(async () => (await scene.clock('review', id))?.open === 1, 'its clock to run');

  const test = await scene.post('en', { text: `${standardTestPost} while a rule is held` });
  await scene.stands(test, 'gone', 'gone');

  await until(() => told.some(({ data }) => data.rule === 'known-english'), 'somebody to be told');
  expect(await entered('rule held')).toHaveLength(1);

  const { status, body } = await scene.call('POST', `/v1/rule-holds/${hold.id}/lift`, { reason: 'mended' });
  expect(status).toBe(202);
  const kinds = new Map<string, ApprovalKind>([['rule-hold', liftApproval(scene.runtime) as ApprovalKind]]);
  const asker = { name: 'commands', scopes: new Set(['admin']) } as unknown as Caller;
  const row = await scene.db
    .tables<{ approvals: { id: string; asked_by: string } }>()
    .selectFrom('approvals')
    .selectAll()
    .where('id', '=', body.approval)
    .executeTakeFirstOrThrow();
  const alone = decideApproval(scene.runtime, kinds, body.approval, { ...asker, name: row.asked_by }, true);
  await expect(alone).rejects.toMatchObject({ status: 403 });
  await decideApproval(scene.runtime, kinds, body.approval, { ...asker, name: 'second' }, true);
  await new Promise(resolve => setTimeout(resolve, 1_000));
  const again = await scene.post('en', { text: known });
  await scene.stands(again, 'gone', 'gone');
  expect(await entered('rule released')).toHaveLength(1);
});

test('a sudden volume is paged and goes to people', async () => {
  const now = scene.time.now();
  const row = { rule: 'known-french', minute: Math.floor(now / 60_000) * 60_000 + 60_000, n: 900, changed_at: now };
  await scene.runtime.commit([scene.db.insert(ruleVolumeTable, [row])]);
  const hold = await holdOf('known-french', 'volume');
  expect(hold.why).toBe('900 posts in a minute, where at most 60 are usual at this hour');
  await until(() => told.some(({ data }) => data.cause === 'volume'), 'somebody to be told');
});

test('a person holds a rule at once; the rule of the test post cannot be held', async () => {
  const held = await scene.call('POST', '/v1/rule-holds', { rule: 'known-english', reason: 'I saw mistakes' });
  expect(held).toMatchObject({ status: 201, body: { cause: 'person', rule: 'known-english' } });
  const twice = await scene.call('POST', '/v1/rule-holds', { rule: 'known-english', reason: 'again' });
  expect(twice.status).toBe(409);
  const exempt = await scene.call('POST', '/v1/rule-holds', { rule: 'standard-test-post', reason: 'x' });
  expect(exempt.status).toBe(404);
});
