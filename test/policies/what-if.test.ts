import type { Series } from '../../services/policies/evidence/histogram.js';
import { type Decided, weigh } from '../../services/policies/evidence/weigh.js';
import { doneOf, loadOf, qualityOf, volumesOf } from '../../services/policies/evidence/what-if.js';
import { realTime } from '../../services/runtime/index.js';
import { ForwardTime, newPost, type Running, start } from '../ingest/installation.js';
import { until } from '../until.js';

const series = (language: string, action: string, rule: string, counts: Record<number, number>): Series => {
  const all = new Float64Array(101);
  for (const [bucket, n] of Object.entries(counts)) all[Number(bucket)] = n;
  return { language, action, rule, counts: all };
};

test('what would be reviewed a day: what the rule did stays from the new threshold on, what was allowed comes from there', () => {
  const label = [
    series('en', 'allow', 'otherwise', { 10: 1000, 40: 50, 60: 10 }),
    series('en', 'review', 'model', { 50: 30, 70: 20 }),
    series('en', 'review', 'imported-match', { 5: 7 }),
  ];
  const posts = [series('en', 'allow', 'otherwise', { 0: 1060 }), series('en', 'review', 'model', { 3: 57 })];
  const at = volumesOf(label, doneOf(posts), { action: 'review', rule: 'model' }, 10);
  // As it is: at 0.5 the rule has what it has, and ten that something else let pass.
  expect(at[50]).toMatchObject({ reviewed: (57 + 10) / 10, added: 1, dropped: 0 });
  expect(at[40]).toMatchObject({ reviewed: (57 + 60) / 10, added: 6 });
  expect(at[65]).toMatchObject({ reviewed: (57 - 30) / 10, added: 0, dropped: 3 });
  // Without a rule nothing is undone.
  expect(volumesOf(label, doneOf(posts), { action: 'review' }, 10)[65]).toMatchObject({ reviewed: 5.7, dropped: 0 });
  expect(volumesOf(label, doneOf(posts), { action: 'remove', rule: 'model' }, 10)[40]).toMatchObject({ removed: 6 });
});

test('the queue: nothing is late below full load, above it one less the inverse of the load', () => {
  const hour = 3_600_000;
  const staff = { handling: 60_000, reviewers: 1, open: 0, limit: 24 * hour };
  expect(loadOf(720, staff)).toMatchObject({ hours: 12, utilisation: 0.5, share: 0, perDay: 0 });
  expect(loadOf(2880, staff)).toMatchObject({ hours: 48, utilisation: 2, share: 0.5, perDay: 1440 });
  // 25 hours of work wait, and half of the time is free: two hours until new cases are in time again.
  expect(loadOf(720, { ...staff, open: 1500 })).toMatchObject({ share: 2 / 24 });
  expect(loadOf(10, { ...staff, reviewers: 0 })).toMatchObject({ share: 1, perDay: 10 });
  expect(loadOf(10, { ...staff, handling: undefined })).toMatchObject({ hours: undefined, share: undefined });
});

const decided = (n: number, more: Partial<Decided> & { score?: number }): Decided[] => {
  const { score = 0.01, ...rest } = more;
  const counts = new Int32Array(102);
  counts[Math.round(score * 100)] = n;
  const usual = { class: 'allowed' as const, band: 0, language: 'en', probability: 1, violates: false };
  return [{ ...usual, ...rest, counts }];
};

test('decisions stand for the posts that they were drawn from, whatever was lost of them', () => {
  const posts = [series('en', 'review', 'model', { 4: 200 }), series('en', 'allow', 'otherwise', { 0: 100_000 })];
  const all = [
    // Half of what was reviewed was decided.
    ...decided(80, { class: 'reviewed', band: 4, violates: true, score: 0.9 }),
    ...decided(20, { class: 'reviewed', band: 4, score: 0.9 }),
    // Drawn at 1 in 100, half of them lost.
    ...decided(490, { probability: 0.01 }),
    ...decided(10, { probability: 0.01, violates: true }),
  ];
  const chosen = [
    { class: 'reviewed' as const, band: 4, posts: 200 },
    { class: 'allowed' as const, band: 0, posts: 1_000 },
  ];
  const weighed = weigh(all, chosen, posts).all;
  const told = qualityOf(weighed)(0.5);
  expect(told.precision).toMatchObject({ enough: true, value: 0.8 });
  const { value } = told.recall as { value: number };
  expect(value).toBeCloseTo(160 / (160 + (100_000 * 10) / 500), 6);
  expect(weighed.leftOut).toBe(0);
});

test('without an audit of what was allowed, nothing is said of recall', () => {
  const posts = [series('en', 'review', 'model', { 4: 200 }), series('en', 'allow', 'otherwise', { 0: 100_000 })];
  const all = [
    ...decided(160, { class: 'reviewed', band: 4, violates: true, score: 0.9 }),
    ...decided(40, { class: 'reviewed', band: 4, score: 0.9 }),
  ];
  const told = qualityOf(weigh(all, [{ class: 'reviewed', band: 4, posts: 200 }], posts).all)(0.5);
  expect(told.precision).toMatchObject({ enough: true });
  expect(told.recall).toMatchObject({ enough: false });
  expect(told.recall.high).toBe(1);
});

/** What waits for seconds until it looks again, as folding and following do, waits for parts of one: so many seconds of the suite, and of its own looking, are saved. */
class Brisk extends ForwardTime {
  override sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    realTime.sleep(ms < 5_000 ? ms : ms / 20, signal);
}

describe('an installation with an audit', () => {
  let running: Running;
  const time = new Brisk();

  beforeAll(async () => {
    running = await start(
      { AUDIT_ALLOWED: '100000', AUDIT_REMOVED: '100000' },
      { services: ['ingest', 'classify', 'enforce', 'clocks'], time },
    );
  }, 60_000);
  afterAll(() => running.stop());

  const cases = async (): Promise<{ id: string; postId: string; rule: string }[]> =>
    (await running.call('GET', '/v1/cases?limit=100')).body.cases;

  test('what was allowed comes to people without its score, their decisions come back, and what-if answers', async () => {
    const texts = ['The ferry leaves at noon.', 'We plant willows at the river.', 'Soup of pumpkins, with ginger.'];
    const posts = texts.map(text => newPost({ text, createdAt: new Date(time.now()).toISOString() }));
    for (const post of posts) expect((await running.call('POST', '/v1/posts', post)).status).toBe(202);
    const open = await until(
      async () => {
        const found = await cases();
        return found.length === 3 && found;
      },
      'three cases of the audit',
      30_000,
    );
    expect(open.every(({ rule }) => rule === 'audit')).toBe(true);
    expect(JSON.stringify(open)).not.toMatch(/(?<!\d)0\.\d{3}/);

    // One is decided to go, one to stay, and one is deleted before anybody decides.
    const caseOf = (n: number): string => open.find(({ postId }) => postId === posts[n]!.id)!.id;
    const reason = 'because of the tests';
    await running.call('POST', `/v1/cases/${caseOf(0)}/decisions`, { decision: 'remove', reason });
    await running.call('POST', `/v1/cases/${caseOf(1)}/decisions`, { decision: 'keep', reason });
    const gone = { ...posts[2], version: 2, deletedAt: new Date(time.now()).toISOString() };
    expect((await running.call('POST', '/v1/posts', gone)).status).toBe(202);
    time.forward(120_000);
    const standing = await until(
      async () => {
        const rows = await running.db
          .tables<{
            evidence_posts: { post_id: string; state: string; violates: number | null; probability: number };
          }>()
          .selectFrom('evidence_posts')
          .select(['post_id', 'state', 'violates', 'probability'])
          .execute();
        return rows.every(({ state }) => state === 'decided' || state === 'lost') && rows;
      },
      'what became of them',
      30_000,
    );
    const of = (n: number) => standing.find(row => row.post_id === posts[n]!.id);
    expect(of(0)).toMatchObject({ state: 'decided', violates: 1, probability: 1 });
    expect(of(1)).toMatchObject({ state: 'decided', violates: 0 });
    expect(of(2)).toMatchObject({ state: 'lost' });
    expect((await cases()).filter(({ rule }) => rule === 'audit')).toEqual([]);

    const { status, body } = await running.call('GET', '/v1/what-if?label=ve&threshold=0&days=7&posts=5');
    expect(status).toBe(200);
    expect(body).toMatchObject({ signal: 'text-model', label: 've', decisions: 2, lost: 1 });
    expect(body.all.addedPerDay).toBeGreaterThan(0);
    expect(body.all.precision).toMatchObject({ enough: false, decisions: 2 });
    expect(body.all.precision.words).toMatch(/^Too little evidence: about \d+ more decisions are needed/);
    expect(body.languages.map(({ language }: { language: string }) => language)).toEqual(['en']);
    const curve = await running.call('GET', '/v1/what-if/curve?label=ve&days=7');
    expect(curve.body.curve).toHaveLength(101);
    expect(curve.body.curve[0].addedPerDay).toBe(body.all.addedPerDay);
    expect((await running.call('GET', '/v1/what-if/labels')).body.labels).toContainEqual({
      signal: 'text-model',
      label: 've',
    });
    expect((await running.call('GET', '/v1/what-if?label=ve')).status).toBe(422);
  }, 90_000);

  test('what a rule removed comes to people too, and what they say counts for or against the rule', async () => {
    const text = 'The choir of the harbour sings on Friday evening, and the old songs are asked for by everybody.';
    const entry = { kind: 'text', text, source: 'by-hand', confirmed: true };
    expect((await running.call('POST', '/v1/banks/mild/entries', entry)).status).toBe(201);
    const post = newPost({ text, createdAt: new Date(time.now()).toISOString() });
    expect((await running.call('POST', '/v1/posts', post)).status).toBe(202);
    const audit = await until(
      async () => (await cases()).find(({ rule, postId }) => rule === 'audit' && postId === post.id),
      'the case of the audit',
      30_000,
    );
    const decision = { decision: 'keep', reason: 'because of the tests' };
    expect((await running.call('POST', `/v1/cases/${audit.id}/decisions`, decision)).status).toBe(201);
    time.forward(120_000);
    const said = await until(
      async () => {
        const rows = running.db.tables<{
          rule_decisions: Record<'case_id' | 'rule', string> & Record<'good' | 'sampled' | 'weight', number>;
        }>();
        return rows.selectFrom('rule_decisions').selectAll().where('case_id', '=', audit.id).executeTakeFirst();
      },
      'the evidence on the rule',
      30_000,
    );
    expect(said).toMatchObject({ rule: 'confirmed-text', good: 0, sampled: 1, weight: 1 });
  });
});
