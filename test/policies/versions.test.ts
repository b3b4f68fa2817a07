import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addPerson, Browser, logIn, passwordOf } from '../accounts/browser.js';
import { eventually, forumPost, type Installed, install, testWords } from '../console/installation.js';
import { newFolder, start } from '../ingest/installation.js';

const policyText = (name: string, action = 'review', more = ''): string => `name: ${name}
rules:
  - name: standard-test-post
    when: { finding: { signal: test-post, label: standard-test-post } }
    action: remove
    reason: The standard test post.
  - name: sailing
    when: { post: { language: [en] } }
    action: ${action}
    reason: It is in English.
${more}`;

interface InForce {
  revision: number;
  live: string;
  shadows: string[];
  canary?: { id: string; share: number };
}

describe('in one installation', () => {
  let here: Installed;
  let otto: Browser;
  let olga: Browser;
  let first: string;

  const call = async (who: Browser, path: string, body?: object) => {
    const answer = await (body ? who.post(path, body) : who.ask(path));
    const text = await answer.text();
    // biome-ignore lint/suspicious/noExplicitAny: JSON of all sorts
    return { status: answer.status, body: (text ? JSON.parse(text) : undefined) as any };
  };
  const inForce = async (): Promise<InForce> => (await call(otto, '/v1/policies')).body.inForce;
  const draft = async (name: string, action?: string): Promise<string> => {
    const made = await call(otto, '/v1/policies', { text: policyText(name, action), note: `to try ${name}` });
    expect(made.status).toBe(201);
    return made.body.id;
  };
  const agree = async (id: string) => call(olga, `/v1/approvals/${id}/decision`, { approve: true });
  const promote = async (id: string): Promise<void> => {
    const asked = await call(otto, `/v1/policies/${id}/promote`, { why: 'it is better' });
    expect(asked.status).toBe(202);
    expect((await agree(asked.body.approval)).status).toBe(200);
  };
  let made = 0;
  /** What is made of an English post of this account, once it is assessed. */
  const assess = async (text = 'The library opens at ten.', author = 'somebody') => {
    const id = `of-policies-${made++}`;
    const sent = await here.ask('/v1/posts', {
      method: 'POST',
      body: JSON.stringify(forumPost(id, { text, language: 'en', author: { id: author } })),
    });
    expect(sent.status).toBe(202);
    return eventually(async () => {
      const told = await (await here.ask(`/v1/posts/${id}?platform=forum`)).json();
      return (told as { versions?: { assessment?: { action: string; rule: string; versions: { policy: string } } }[] })
        .versions?.[0]?.assessment;
    });
  };

  beforeAll(async () => {
    here = await install({ SANSDELAI_ADMIN_PASSWORD: passwordOf('admin') });
    for (const name of ['Otto', 'Olga']) await addPerson(here, name, 'operator');
    [otto, olga] = [await logIn(here, 'Otto'), await logIn(here, 'Olga')];
    first = (await inForce()).live;
  });
  afterAll(() => here.stop());

  test('the file is live from the first start, and what decides is named in what it decided', async () => {
    expect(first).toMatch(/^default@[0-9a-f]{12}$/);
    const { body } = await call(otto, `/v1/policies/${first}`);
    expect(body).toMatchObject({ state: 'live', origin: 'file', problems: [], history: [{ to: 'live' }] });
    expect(body.text).toContain('name: default');
    expect((await assess()).versions.policy).toBe(first);
  });

  test('what is wrong is said with its path and line, and nothing wrong is kept', async () => {
    const wrong = policyText('wrong', 'remove').replace('test-post,', 'crystal-ball,');
    const { body } = await call(otto, '/v1/policies/check', { text: wrong });
    expect(body.usable).toBe(false);
    expect(body.problems).toEqual([
      {
        path: 'rules[0].when.finding.signal',
        line: 4,
        column: 32,
        message: expect.stringContaining('there is no signal crystal-ball'),
      },
      { path: 'rules[1]', line: 7, column: 5, message: expect.stringContaining('remove needs evidence') },
    ]);
    const refused = await call(otto, '/v1/policies', { text: wrong, note: 'x' });
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toEqual(body.problems);
    const broken = await call(otto, '/v1/policies/check', { text: 'name: x\nrules:\n  - {name: [' });
    expect(broken.body.problems[0]).toMatchObject({ line: 3 });
    expect((await call(otto, '/v1/policies/check', { policy: { name: 'x', rules: [] } })).body.problems).toEqual([
      { path: 'rules', line: 2, column: 8, message: expect.any(String) },
    ]);
  });

  test('the schema is published, and says what a rule may have', async () => {
    const schema = await (await fetch(`${here.url}/v1/policies/schema.json`)).json();
    expect(schema).toMatchObject({ type: 'object', required: ['name', 'rules'] });
    expect(JSON.stringify(schema)).toContain('"sample"');
  });

  test('a reviewer reads no policies, a lead changes none', async () => {
    await addPerson(here, 'Rosa', 'reviewer');
    await addPerson(here, 'Lea', 'lead');
    const [rosa, lea] = [await logIn(here, 'Rosa'), await logIn(here, 'Lea')];
    expect((await call(rosa, '/v1/policies')).status).toBe(403);
    expect((await call(lea, '/v1/policies')).status).toBe(200);
    expect((await call(lea, '/v1/policies/roll-back', { why: 'x' })).status).toBe(403);
  });

  test('a draft goes live with a second person, within a second, and one call brings back what was before', async () => {
    const id = await draft('second');
    expect((await call(otto, '/v1/policies', { text: policyText('second'), note: 'again' })).status).toBe(200);
    const { body: differs } = await call(otto, `/v1/policies/${id}/difference`);
    expect(differs).toMatchObject({ from: first, to: id });
    expect(differs.text).toContain('+  - name: sailing');
    expect(differs.rules).toEqual(
      expect.arrayContaining([
        { rule: 'sailing', change: 'added', fields: [], words: 'sailing is new: review, because: It is in English.' },
        expect.objectContaining({ rule: 'confirmed-text', change: 'removed' }),
      ]),
    );
    const asked = await call(otto, `/v1/policies/${id}/promote`, { why: 'it is better' });
    expect(asked.status).toBe(202);
    expect(asked.body.inForce.live).toBe(first);
    const own = await call(otto, `/v1/approvals/${asked.body.approval}/decision`, { approve: true });
    expect(own.status).toBe(403);
    const { body: waiting } = await call(olga, '/v1/approvals');
    expect(waiting.approvals[0].what).toBe(`Policy ${id} (draft) takes the place of ${first}`);
    expect((await agree(asked.body.approval)).status).toBe(200);
    await eventually(async () => ((await assess()).versions.policy === id ? true : undefined), 1_500);
    expect(await assess()).toMatchObject({ action: 'review', rule: 'sailing' });

    const back = await call(olga, '/v1/policies/roll-back', { why: 'too much review' });
    expect(back.body.inForce.live).toBe(first);
    await eventually(async () => ((await assess()).versions.policy === first ? true : undefined), 1_500);
    const { body: after } = await call(otto, `/v1/policies/${id}`);
    expect(after.state).toBe('retired');
    expect(after.history).toMatchObject([
      { to: 'draft', by: 'Otto' },
      { from: 'draft', to: 'live', by: 'Otto', secondedBy: 'Olga', why: 'it is better' },
      { from: 'live', to: 'retired', by: 'Olga', why: expect.stringContaining('too much review') },
    ]);
    expect((await call(olga, '/v1/policies/roll-back', { why: 'further' })).status).toBe(409);
  });

  test('the ledger has every move', async () => {
    const entered = await eventually(async () => {
      const rows = await here.runtime.db
        .tables<{ ledger_entries: { kind: string; detail: string; idx: number } }>()
        .selectFrom('ledger_entries')
        .select('detail')
        .where('kind', '=', 'policy.changed')
        .orderBy('idx')
        .execute();
      return rows.length >= 4 ? rows.map(({ detail }) => JSON.parse(detail)) : undefined;
    });
    expect(entered).toMatchObject([
      { version: first, from: 'none', to: 'live' },
      { to: 'draft', by: 'Otto' },
      { from: 'draft', to: 'live', by: 'Otto', second: 'Olga' },
      { version: first, from: 'retired', to: 'live', rolledBack: true, by: 'Olga' },
    ]);
  });

  test('of two promotions at the same moment one wins, and the other is told', async () => {
    const ids = [await draft('left'), await draft('right')];
    const asked = await Promise.all(ids.map(id => call(otto, `/v1/policies/${id}/promote`, { why: 'race' })));
    const agreed = await Promise.all(asked.map(({ body }) => agree(body.approval)));
    expect(agreed.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { live } = await inForce();
    expect(ids).toContain(live);
    const states = await Promise.all(ids.map(async id => (await call(otto, `/v1/policies/${id}`)).body.state));
    expect(states.sort()).toEqual(['draft', 'live']);
    await call(otto, '/v1/policies/roll-back', { why: 'the race is over' });
  });

  test('who looked at an older state is told, and moves that make no sense are refused', async () => {
    const id = await draft('stale');
    const { revision } = await inForce();
    const shadow = (given: object) => call(otto, `/v1/policies/${id}/shadow`, { why: 'to see', ...given });
    expect((await shadow({ revision: revision - 1 })).status).toBe(409);
    expect((await shadow({ revision })).status).toBe(200);
    expect((await shadow({})).status).toBe(409);
    expect((await call(otto, `/v1/policies/${first}/retire`, { why: 'x' })).status).toBe(409);
    expect((await call(otto, '/v1/policies/none@000000000000/shadow', { why: 'x' })).status).toBe(404);
    expect((await call(otto, `/v1/policies/${id}/canary`, { why: 'x', share: 0.5 })).status).toBe(422);
    expect((await call(otto, `/v1/policies/${id}/retire`, { why: 'x' })).status).toBe(200);
    expect((await inForce()).shadows).toEqual([]);
  });

  test('a shadow is counted beside the live version and acts on nothing; posts on which they differ can be looked at', async () => {
    const id = await draft('shade');
    const many = await Promise.all(['a', 'b', 'c'].map(name => draft(`shade-${name}`)));
    for (const one of [id, ...many.slice(0, 2)]) await call(otto, `/v1/policies/${one}/shadow`, { why: 'to see' });
    expect((await call(otto, `/v1/policies/${many[2]}/shadow`, { why: 'one too many' })).status).toBe(409);
    const compared = await eventually(async () => {
      const { action, versions } = await assess();
      expect([action, versions.policy]).toEqual(['allow', first]);
      const { body } = await call(otto, `/v1/policies/${id}/comparison`);
      return body.differing >= 2 ? body : undefined;
    });
    await assess(testWords);
    expect(compared).toMatchObject({ state: 'shadow', against: first });
    expect(compared.counts).toContainEqual({
      language: 'en',
      live: { action: 'allow', rule: 'otherwise' },
      shadow: { action: 'review', rule: 'sailing' },
      posts: compared.differing,
    });
    expect(compared.hours.at(-1).differing).toBeGreaterThan(0);
    const { body } = await call(otto, `/v1/policies/${id}/examples`);
    expect(body.examples[0]).toMatchObject({
      platform: 'forum',
      live: { policy: first, action: 'allow', reasons: ['Nothing was found that speaks against the post.'] },
      shadow: { action: 'review', rule: 'sailing', reasons: ['It is in English.'] },
    });
    for (const one of [id, ...many]) await call(otto, `/v1/policies/${one}/retire`, { why: 'done' });
  });

  test('a canary decides on its share of the accounts, the same ones always; rolling back ends it', async () => {
    const id = await draft('bird');
    const put = await call(otto, `/v1/policies/${id}/canary`, { why: 'to see', share: 0.25 });
    expect(put.body.inForce.canary).toMatchObject({ id, share: 0.25, bound: 0.05 });
    const authors = Array.from({ length: 24 }, (_, n) => `author-${n}`);
    const round = async () =>
      Promise.all(authors.map(async author => (await assess('We plant willows.', author)).versions.policy));
    await eventually(async () => ((await round()).includes(id) ? true : undefined), 5_000);
    const [one, two] = [await round(), await round()];
    expect(one).toEqual(two);
    expect(new Set(one)).toEqual(new Set([id, first]));
    expect(one.filter(policy => policy === id).length).toBeLessThan(14);
    const { body } = await call(otto, `/v1/policies/${id}/comparison`);
    expect(body).toMatchObject({ state: 'canary', against: first, share: 0.25, confidence: 0.95 });
    expect(body.canary.byAction.review).toBe(body.canary.posts);
    expect(body.live.byAction.review).toBeUndefined();
    expect(body.differences.reviewed).toMatchObject({ low: -1, high: 1, exceeded: false });
    const other = await draft('cuckoo');
    expect((await call(otto, `/v1/policies/${other}/promote`, { why: 'x' })).status).toBe(409);
    await promote(id);
    const back = await call(otto, '/v1/policies/roll-back', { why: 'no' });
    expect(back.body.inForce).toMatchObject({ live: first, shadows: [] });
    expect(back.body.inForce.canary).toBeUndefined();
  });
});

/** What a failed test leaves running would keep the run from ending. */
const ended: ((keep?: boolean) => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of ended) await stop().catch(() => undefined);
});

test('a file that changed is a draft at the next start, and one that is broken changes nothing', async () => {
  const folder = newFolder();
  const file = join(folder, 'policy.yaml');
  const at = async (text: string) => {
    writeFileSync(file, text);
    const running = await start({ SANSDELAI_POLICY: file }, { folder });
    ended.push(running.stop);
    const { body } = await running.call('GET', '/v1/policies');
    return { ...body, ...running };
  };
  const one = await at(policyText('one'));
  expect(one.inForce.live).toMatch(/^one@/);
  await one.stop(true);
  const two = await at(policyText('two'));
  expect(two.inForce.live).toBe(one.inForce.live);
  const [changed] = two.policies.filter(({ name }: { name: string }) => name === 'two');
  expect(changed).toMatchObject({ state: 'draft', origin: 'file' });
  // Nobody else is there who could agree.
  const admin = new Browser(two.url);
  expect((await admin.post('/v1/session', { name: 'admin', password: 'a-password-of-tests' })).status).toBe(201);
  const alone = await admin.post(`/v1/policies/${changed.id}/promote`, { why: 'I am alone' });
  expect([alone.status, ((await alone.json()) as { inForce: InForce }).inForce.live]).toEqual([200, changed.id]);
  await two.stop(true);
  const three = await at('name: [');
  expect(three.inForce.live).toBe(changed.id);
  await three.stop();
});
