import { type Standing, standingSchema } from '../../services/console/api/standing.js';
import { eventually, forumPost, type Installed, install, testWords } from './installation.js';

let here: Installed;
beforeAll(async () => {
  here = await install();
});
afterAll(() => here.stop());

const read = async (path: string): Promise<Standing> => {
  const answer = await here.ask(path);
  expect(answer.status).toBe(200);
  return standingSchema.parse(await answer.json());
};
const settled = (id: string, state: Standing['state'], platform = 'sandbox') =>
  eventually(async () => {
    const found = await here.ask(`/v1/posts/${encodeURIComponent(id)}?platform=${platform}`);
    const standing = found.status === 200 ? ((await found.json()) as Standing) : undefined;
    return standing?.state === state ? standing : undefined;
  });

test('a post that was removed shows every step, in order, with the time since it was received', async () => {
  const id = await here.write(`${testWords} and more`);
  await settled(id, 'gone');
  // The clocks follow the evidence a moment later.
  const standing = await eventually(async () => {
    const now = await read(`/v1/posts/${id}?platform=sandbox`);
    return now.clocks.some(clock => clock.obligation === 'removal' && clock.state === 'stopped') ? now : undefined;
  });
  const steps = standing.steps.map(step => step.step);
  const wanted = [
    'created',
    'received',
    'assessed',
    'requested',
    'seen readable',
    'called',
    'accepted',
    'gone',
  ] as const;
  expect(steps.filter(step => (wanted as readonly string[]).includes(step))).toEqual(wanted);
  const times = standing.steps.map(step => Date.parse(step.at));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(standing.steps.find(step => step.step === 'received')?.after).toBe(0);
  expect(standing.versions[0]?.assessment).toMatchObject({ action: 'remove', rule: 'standard-test-post' });
  expect(standing.grounds).toMatchObject([{ kind: 'policy' }]);
  expect(standing.evidence.at(-1)).toMatchObject({ phase: 'after', verdict: 'gone' });
  expect(standing.evidence.at(-1)?.looks.length).toBeGreaterThan(3);
});

test('where a post stands holds none of its text; the page asks for that by itself', async () => {
  const words = `Something ${Math.random()} that nobody should meet by chance`;
  const id = await here.write(words);
  const standing = await settled(id, 'allowed');
  expect(JSON.stringify(standing)).not.toContain(words);
  const text = await fetch(`${here.url}/console/api/posts/${id}/text?platform=sandbox&version=1`);
  expect(await text.json()).toEqual({ text: words });
  expect(text.headers.get('cache-control')).toBe('no-store');
});

test('an id with slashes and spaces is found, and what an edit changed is another version', async () => {
  const id = 'at://did:web:example.org/post/a b?c';
  await here.ask('/v1/posts', { method: 'POST', body: JSON.stringify(forumPost(id)) });
  await here.ask('/v1/posts', {
    method: 'POST',
    body: JSON.stringify(forumPost(id, { version: 2, text: 'It opens at nine.' })),
  });
  const standing = await eventually(async () => {
    const now = await here.ask(`/v1/posts/${encodeURIComponent(id)}?platform=forum`);
    const found = (await now.json()) as Standing;
    return found.versions?.every(version => version.assessment) && found.versions.length === 2 ? found : undefined;
  });
  expect(standing.versions.map(version => version.version)).toEqual([1, 2]);
  expect(standing.steps.filter(step => step.step === 'assessed').map(step => step.version)).toEqual([1, 2]);
});

test('a post that is not public is shown as not assessed', async () => {
  await here.ask('/v1/posts', {
    method: 'POST',
    body: JSON.stringify(forumPost('hidden', { audience: 'restricted' })),
  });
  const standing = await read('/v1/posts/hidden?platform=forum');
  expect(standing).toMatchObject({ state: 'not assessed', versions: [{ version: 1, erased: true }] });
});

test('a removal nobody can carry out is shown as under way, and why', async () => {
  const bank = JSON.stringify({
    kind: 'text',
    text: 'A sentence that this test has put into a bank by itself.',
    source: 'test',
    confirmed: true,
  });
  expect((await here.ask('/v1/banks/tests/entries', { method: 'POST', body: bank })).status).toBe(201);
  const text = 'A sentence that this test has put into a bank by itself.';
  const standing = await eventually(async () => {
    const id = `banked-${Date.now()}`;
    await here.ask('/v1/posts', { method: 'POST', body: JSON.stringify(forumPost(id, { text })) });
    const found = await eventually(async () => {
      const answer = await here.ask(`/v1/posts/${id}?platform=forum`);
      const now = (await answer.json()) as Standing;
      return now.versions?.[0]?.assessment ? now : undefined;
    });
    if (found.versions[0]?.assessment?.action !== 'remove') return undefined;
    return eventually(async () => {
      const now = await read(`/v1/posts/${id}?platform=forum`);
      return now.removal?.detail ? now : undefined;
    });
  });
  expect(standing.state).toBe('removing');
  expect(standing.removal).toMatchObject({ state: 'pending', wanted: 'gone' });
  expect(standing.removal?.detail).toMatch(/connector/i);
  expect(standing.versions[0]?.assessment?.findings?.[0]?.entry).toMatchObject({ bank: 'tests', confirmed: true });
});

test('what is not known answers 404, a missing platform 422, no key 401', async () => {
  expect((await here.ask('/v1/posts/nothing?platform=forum')).status).toBe(404);
  expect((await here.ask('/v1/posts/nothing')).status).toBe(422);
  expect((await fetch(`${here.url}/v1/posts/nothing?platform=forum`)).status).toBe(401);
});

test('a dead letter is listed with its reason, and replayed once', async () => {
  const broken = {
    id: 'broken-1',
    type: 'post.assessed.v1',
    source: '/test',
    time: Date.now(),
    key: 'forum/x',
    data: { platform: 'forum' },
  };
  await here.runtime.commit([], [{ topic: 'assessments', event: broken }]);
  const letter = await eventually(async () => {
    const answer = (await (await here.ask('/v1/dead-letters')).json()) as {
      deadLetters: { id: string; reason: string; consumer: string }[];
    };
    // Each stage that reads assessments has one.
    return answer.deadLetters.find(({ consumer }) => consumer === 'enforce');
  });
  expect(letter.reason).not.toBe('');
  expect((await here.ask(`/v1/dead-letters/${letter.id}/replay`, { method: 'POST' })).status).toBe(202);
  // It is still broken, so it comes back: the stage met it again.
  await eventually(async () => {
    const rows = await here.runtime.db
      .tables<{ dead_letters: { consumer: string; replayed_at: number | null } }>()
      .selectFrom('dead_letters')
      .selectAll()
      .where('consumer', '=', 'enforce')
      .execute();
    return rows.length === 1 && rows[0]?.replayed_at === null ? true : undefined;
  });
  expect((await here.ask('/v1/dead-letters/nothing/replay', { method: 'POST' })).status).toBe(404);
});
