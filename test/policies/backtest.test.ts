import { decideCase } from '../../services/enforce/decide.js';
import { casesTable } from '../../services/enforce/tables.js';
import { newPost, type Running, start } from '../ingest/installation.js';
import { until } from '../until.js';

const policy = (more = '') => `name: ours
rules:
  - name: talk
    when: { finding: { signal: text-model, label: context-other, atLeast: 0.01 }, post: { language: en } }
    action: review
    reason: It is talk.
${more}  - name: otherwise
    action: allow
    reason: Nothing.
`;

let here: Running;
const ask = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
  const answer = await here.call(method, path, body, headers);
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const ended = (id: string, state = 'done') =>
  until(async () => {
    const now = await ask('GET', `/v1/backtests/${id}`);
    if (now.state === 'failed') throw new Error(now.error);
    return now.state === state && now;
  }, `the backtest to be ${state}`);

/** Sent by half, so that pages and batches have an end in the middle. */
const posts = Array.from({ length: 60 }, (_, n) =>
  newPost({
    language: n % 2 ? 'en' : 'de',
    text: n % 3 ? 'Are you coming to the garden party on Saturday, or not?' : 'The council met on Tuesday.',
  }),
);

beforeAll(async () => {
  here = await start({}, { services: ['ingest', 'classify', 'enforce'] });
  const lines = posts.map(post => JSON.stringify(post)).join('\n');
  await ask('POST', '/v1/posts', lines, { 'content-type': 'application/x-ndjson' });
  await until(async () => {
    const rows = await here.db.tables<{ assessments: object }>().selectFrom('assessments').selectAll().execute();
    return rows.length === posts.length;
  }, 'all to be assessed');
}, 60_000);
afterAll(() => here.stop());

/** A draft over what was assessed; it is run once, whichever test asks first. */
let talk: Promise<{ id: string }> | undefined;
const overTalk = () =>
  (talk ??= ask('POST', '/v1/backtests', { name: 'talk', policy: { text: policy() }, over: { days: 1 } }));

test('a draft is held against what was done, from what was found then', async () => {
  const made = await overTalk();
  expect(made).toMatchObject({ state: 'queued', over: 'stored', against: 'done', progress: { done: 0, total: 60 } });
  const { result, progress } = await ended(made.id);
  expect(progress.done).toBe(60);
  expect(result.left).toEqual([]);
  const english = result.moves.filter(({ language }: { language: string }) => language === 'en');
  const moved = english.find(({ after }: { after: { rule: string } }) => after.rule === 'talk');
  expect(moved).toMatchObject({ before: { action: 'allow', rule: 'otherwise' }, after: { action: 'review' } });
  expect(result.after.review).toBe(moved.posts);
  expect(result.before.allow).toBe(60);

  const { changes } = await ask('GET', `/v1/backtests/${made.id}/changes?limit=500`);
  expect(changes).toHaveLength(moved.posts);
  expect(changes[0]).toMatchObject({
    language: 'en',
    before: { action: 'allow', rule: 'otherwise' },
    after: { action: 'review', rule: 'talk' },
    met: [{ signal: 'text-model', label: 'context-other' }],
    stands: 1,
  });
  const csv: string = await ask('GET', `/v1/backtests/${made.id}/export.csv`);
  expect(csv.trim().split('\r\n')).toHaveLength(moved.posts + 1);
  const whole = await ask('GET', `/v1/backtests/${made.id}/export.json`);
  expect(whole.changes).toEqual(changes);
  expect(whole.result).toEqual(result);
});

test('changes are read in pages, each once', async () => {
  const made = await overTalk();
  await ended(made.id);
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await ask('GET', `/v1/backtests/${made.id}/changes?limit=7${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.changes.map(({ id }: { id: string }) => id));
    if (!page.next) break;
    cursor = page.next;
  }
  expect(new Set(seen).size).toBe(seen.length);
  const { changes } = await ask('GET', `/v1/backtests/${made.id}/changes?limit=500`);
  expect(seen).toEqual(changes.map(({ id }: { id: string }) => id));
});

test('where people decided, it says what each policy does with what is violating and what is not', async () => {
  const chosen = posts.filter((_, n) => n % 2 === 1).slice(0, 6);
  for (const [n, { id }] of chosen.entries()) {
    const row = {
      id: `case-${id}`,
      item: `acme/${id}`,
      platform: 'acme',
      post_id: id,
      version: 1,
      state: 'open',
      priority: 0.5,
      rule: 'sample',
      reasons: '[]',
      url: 'https://acme.example/1',
      author_id: 'alice',
      route: 'api',
      flags: '[]',
      posted_at: 1,
      opened_at: 1,
      decision: null,
      decided_at: null,
      decided_by: null,
      note: null,
      language: 'en',
      category: null,
    };
    await here.db.commit([here.db.insert(casesTable, [row])]);
    const decision = n < 2 ? 'remove' : 'keep';
    const category = n < 2 ? ('incites' as const) : ('news' as const);
    await decideCase(here.runtime, row.id, { decision, reason: 'r', by: 'rita', category });
  }
  const made = await ask('POST', '/v1/backtests', { policy: { text: policy() }, over: { days: 1 }, against: 'live' });
  const { result } = await ended(made.id);
  const group = (by: string, value: string) =>
    result.confusion.find((one: { by: string; value: string }) => one.by === by && one.value === value);
  expect(group('all', 'all').before.recall.flagged).toMatchObject({ of: 2, value: 0 });
  const { violating, harmless } = group('language', 'en').after;
  expect([violating.review + violating.allow, harmless.review + harmless.allow]).toEqual([2, 4]);
  expect(group('label', 'incites').after.violating).toEqual(violating);
  expect(group('slice', 'acme').after.harmless).toEqual(harmless);
});

test('a file of labelled posts is assessed afresh, by the draft and by the live policy', async () => {
  const made = await ask('POST', '/v1/backtests', { policy: { text: policy() }, over: { posts: true } });
  expect(made.state).toBe('awaiting-posts');
  const file = [
    { id: 'a', lang: 'en', label: 'none', src: 'books', text: 'Are you coming to the garden party on Saturday?' },
    { id: 'b', lang: 'de', label: 'threat', text: 'Kommt ihr am Samstag?', slice: '=cmd' },
    { id: 'c', lang: 'en', label: 'terror_support_weak', text: 'Hello there, my friend!' },
    { id: 'd', platform: 'NOT A PLATFORM', text: 'no post' },
  ];
  const lines = file.map(post => JSON.stringify(post)).join('\n');
  const half = await here.call('POST', `/v1/backtests/${made.id}/posts`, `${lines}\n{"cut`);
  expect(half.status).toBe(422);
  await ask('POST', `/v1/backtests/${made.id}/posts`, lines);
  const { result } = await ended(made.id);
  expect(result.posts).toBe(4);
  expect(result.left).toEqual([{ why: 'the line is no post', posts: 1 }]);
  const names = result.confusion.map(({ by, value }: { by: string; value: string }) => `${by} ${value}`);
  expect(names).toEqual(expect.arrayContaining(['label none', 'label threat', 'slice books', 'slice =cmd']));
  expect(names).not.toContain('label terror_support_weak');
  const table: string = await ask('GET', `/v1/backtests/${made.id}/export.csv?table=confusion`);
  expect(table).toContain("slice,'=cmd,after");
  // What was sent is not kept beyond its purpose.
  const left = await here.db.tables<{ backtest_posts: object }>().selectFrom('backtest_posts').selectAll().execute();
  expect(left).toEqual([]);
});

test('posts of which a signal has changed are assessed afresh', async () => {
  const rows = here.db.tables<{ version_sets: { versions: string } }>();
  await here.db.commit([{ query: rows.updateTable('version_sets').set({ versions: '{"text-model":"another"}' }) }]);
  const made = await ask('POST', '/v1/backtests', { policy: { text: policy() }, over: { days: 1, again: true } });
  const { result } = await ended(made.id);
  expect(result.posts).toBe(60);
  expect(result.left).toEqual([]);
  expect(result.after.review).toBeGreaterThan(0);
});

test('a policy that cannot be used, and one that is not kept, are refused', async () => {
  const bad = await here.call('POST', '/v1/backtests', { policy: { text: 'name: x' }, over: { days: 1 } });
  expect(bad.status).toBe(422);
  expect(bad.body.errors[0].path).toBe('policy.text');
  const none = await here.call('POST', '/v1/backtests', { policy: { version: 'x@1' }, over: { days: 1 } });
  expect(none.status).toBe(404);
});
