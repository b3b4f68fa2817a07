import { ferry, queueUp } from '../browser/people.js';
import { eventually, forumPost } from '../console/installation.js';
import { openDesk } from './desk.js';

interface Case {
  id: string;
  postId: string;
  openedAt: number;
  clock: { from: number; dueAt: number };
  post: { text: string; author: string; createdAt: number };
}
interface Standing {
  versions: { createdAt: string; receivedAt: string; assessment: { assessedAt: string } }[];
  steps: { step: string; at: string }[];
  clocks: object[];
}
interface Item {
  id: string;
  receivedAt: number;
  assessedAt?: number;
}

const desk = openDesk<Case>({ rosa: 'reviewer', sami: 'reviewer', lena: 'lead' });
const { who, claim, set } = desk;

const search = async (name: string, by: string, query: string): Promise<{ id: string; state: string }[]> =>
  (
    await who(name).json<{ posts: { id: string; state: string }[] }>('/console/api/search', {
      method: 'POST',
      body: { by, query },
    })
  ).posts;

/** What a thing is made of, whatever its values. */
function shape(of: unknown): unknown {
  if (Array.isArray(of)) return of.map(shape);
  if (typeof of !== 'object' || of === null) return typeof of;
  return Object.fromEntries(
    Object.entries(of)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, shape(one)]),
  );
}

/** The index follows what came in by about a second. */
const indexed = (id: string) =>
  eventually(async () => {
    const rows = desk.here.runtime.db
      .tables<{ post_index: { item: string } }>()
      .selectFrom('post_index')
      .select('item');
    return rows.where('item', '=', `forum/${id}`).executeTakeFirst();
  });

/** All that a reviewer can ask about a post by its id. */
async function askedAbout(name: string, { postId }: Case) {
  const [standing, page, text, outcomes] = await Promise.all([
    who(name).json<Standing>(`/v1/posts/${postId}?platform=forum`),
    who(name).json<Standing>(`/console/api/posts/${postId}?platform=forum`),
    who(name).json<object>(`/console/api/posts/${postId}/text?platform=forum&version=1`),
    who(name).json<object>('/v1/posts/outcomes', { method: 'POST', body: { platform: 'forum', ids: [postId] } }),
  ]);
  return { standing, page, text, outcomes, steps: standing.steps.map(({ step }) => step) };
}

/** Every instant in what was answered, but the limits'. */
const instants = ({ standing: { versions, steps } }: Awaited<ReturnType<typeof askedAbout>>): string[] => [
  ...versions.map(({ createdAt }) => createdAt),
  ...versions.map(({ receivedAt }) => receivedAt),
  ...versions.map(({ assessment }) => assessment.assessedAt),
  ...steps.map(({ at }) => at),
];

/** The live page's lists, as this person is sent them. */
async function live(name: string): Promise<{ items: Item[]; acted: Item[] }> {
  const answer = await fetch(`${desk.here.url}/console/api/live`, {
    headers: { Cookie: [...who(name).cookies].map(([key, value]) => `${key}=${value}`).join('; ') },
  });
  let text = '';
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString('utf8');
    const [, data] = /event: frame\ndata: (.*)\n\n/.exec(text) ?? [];
    if (data === undefined) continue;
    return JSON.parse(data) as { items: Item[]; acted: Item[] };
  }
  throw new Error('The stream ended.');
}

/** Tries all that a reviewer can to tell two cases from each other. */
async function cannotTell(name: string, real: Case, test: Case): Promise<void> {
  // Its clock is made a moment after a case.
  const one = await eventually(async () => {
    const asked = await askedAbout(name, real);
    return asked.standing.clocks.length > 0 && asked.page.clocks.length > 0 ? asked : undefined;
  });
  const other = await askedAbout(name, test);
  expect(shape(other)).toEqual(shape(one));
  expect(other.steps).toEqual(one.steps);
  expect(instants(other).filter(at => instants(one).includes(at))).toEqual([]);
  const own = [real.openedAt, real.clock.dueAt, real.post.createdAt];
  expect([test.openedAt, test.clock.dueAt, test.post.createdAt].filter(at => own.includes(at))).toEqual([]);
  // As many digits of a second as the platform writes.
  const digits = ({ standing }: typeof one): string => standing.versions[0]!.createdAt.replaceAll(/\d/g, '0');
  expect(digits(other)).toBe(digits(one));

  await indexed(real.postId);
  for (const one of [real, test]) {
    const found = await search(name, 'words', `"${one.post.text}"`);
    expect(found.map(({ id, state }) => [id, state])).toEqual([[one.postId, 'open']]);
    expect((await search(name, 'author', one.post.author)).map(({ id }) => id)).toContain(one.postId);
  }

  const lists = await eventually(async () => {
    const frame = await live(name);
    return frame.items.some(({ id }) => id === real.postId) ? frame : undefined;
  });
  for (const list of [lists.items, lists.acted]) {
    const [shown, made] = [real, test].map(({ postId }) => list.find(({ id }) => id === postId));
    expect(shape(made)).toEqual(shape(shown));
  }
  for (const place of ['/v1/clocks', '/v1/threats', '/console/api/quality', '/console/api/quality/golden'])
    expect([place, (await who(name).ask(place)).status]).toEqual([place, 403]);
}

const text = 'A mild sentence about harvest festivals in the hills, written for this test alone.';

test('nothing that a reviewer can reach tells a golden item from a real case', async () => {
  const golden = { language: 'en', text, decision: 'keep', category: 'harmless', why: 'It is about a festival.' };
  expect((await who('lena').post('/console/api/quality/golden', golden)).status).toBe(201);
  const createdAt = '2026-01-02T03:04:05Z';
  await queueUp(desk.here, [
    forumPost('real-01', { text: `${ferry} The first.`, language: 'en', createdAt, views: 120 }),
  ]);
  await set(1, 0);
  const cases = await claim('rosa');
  await set(0, 0);
  const real = cases.find(({ postId }) => postId === 'real-01')!;
  const made = cases.find(({ post }) => post.text === text)!;
  await cannotTell('rosa', real, made);
  // To others it is not there.
  expect(await search('sami', 'words', 'harvest festivals')).toEqual([]);

  // Decided from what the search found: it is answered as others are.
  const decision = { decision: 'remove', category: 'incites', reason: 'as the test has it' };
  const decide = async ({ postId }: Case) =>
    (
      await who('rosa').post('/console/api/search/decision', {
        posts: [{ platform: 'forum', id: postId, version: 1 }],
        decision,
      })
    ).json() as Promise<{ ids: string[] }>;
  const [one, other] = [await decide(real), await decide(made)];
  expect([one.ids, other.ids]).toEqual([[real.id], [made.id]]);
  expect(shape(other)).toEqual(shape(one));
  for (const { id } of [real, made])
    expect((await who('rosa').ask(`/console/api/review/${id}/decision`, { method: 'DELETE' })).status).toBe(204);

  // And by the call for programs.
  const answers = await Promise.all(
    [real, made].map(async ({ id }) => (await who('rosa').post(`/v1/cases/${id}/decisions`, decision)).json()),
  );
  expect(shape(answers[1])).toEqual(shape(answers[0]));
});

test('nor a second decision, and the first one is not found', async () => {
  await queueUp(desk.here, [forumPost('real-02', { text: `${ferry} The second of them.`, language: 'en' })]);
  await set(0, 1);
  const [first] = (await claim('rosa')).filter(({ postId }) => postId === 'real-02');
  const kept = { decision: 'keep', category: 'harmless', reason: 'as the test has it' };
  expect((await who('rosa').post(`/v1/cases/${first!.id}/decisions`, kept)).status).toBe(201);
  await queueUp(desk.here, [forumPost('real-03', { text: `${ferry} The third of them.`, language: 'en' })]);
  const cases = await eventually(async () => {
    const found = await claim('sami');
    return found.some(({ post }) => post.text === first!.post.text) ? found : undefined;
  });
  const again = cases.find(({ post }) => post.text === first!.post.text)!;
  expect(again.postId).not.toBe('real-02');
  await cannotTell('sami', cases.find(({ postId }) => postId === 'real-03')!, again);
  // Reported as dangerous, it bears the name that it was reported by.
  const report = { platform: 'forum', post: again.postId, states: [], why: 'He names a place and an hour.' };
  expect(await (await who('sami').post('/v1/threats', report)).json()).toMatchObject({ post: again.postId });
  await set(0, 0);
});
