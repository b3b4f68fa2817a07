import {
  decide,
  type Incident,
  namedBy,
  parsePolicy,
  peopleOfIncidents,
  versionIn,
  withIncidents,
} from '../../services/policies/index.js';
import { addPerson, type Browser, logIn } from '../accounts/browser.js';
import { eventually, forumPost, type Installed, install } from '../console/installation.js';

const signals = [
  { name: 'known-text', labels: ['known-text'], evidence: { 'known-text': 'confirmed' as const } },
  { name: 'text-model', labels: ['ve'], cost: 'model' as const },
];
const policy = parsePolicy(
  `name: test
rules:
  - { name: confirmed, action: remove, when: { finding: { signal: known-text, label: known-text, confirmed: true } }, reason: because }
  - { name: model, action: review, when: { finding: { signal: text-model, label: ve, atLeast: 0.8 } }, reason: because }
  - { name: otherwise, action: allow, reason: because }
`,
  signals,
);
const incident: Incident = {
  id: '0123456789',
  name: 'river',
  bank: 'incident-river',
  thresholds: { ve: 0.3 },
  people: [],
  expiresAt: 1_000,
};
const post = { platform: 'forum', language: 'fr' };
const scored = (score: number) => [{ signal: 'text-model', label: 've', score, reason: 'scored' }];
const matched = (bank: string, confirmed: boolean) => [
  { signal: 'known-text', label: 'known-text', score: 1, reason: 'matched', entry: { bank, id: '1', confirmed } },
];

describe('a policy while an incident lasts', () => {
  const during = withIncidents(policy, [incident], 999);

  test('sends to its queue from its own, lower threshold on', () => {
    expect(decide(policy, post, scored(0.4)).action).toBe('allow');
    expect(decide(during, post, scored(0.4))).toMatchObject({ action: 'review', queue: 'incident-river' });
    expect(decide(during, post, scored(0.29)).action).toBe('allow');
  });
  test('has matches of its bank come first, and of other banks as before', () => {
    expect(decide(during, post, matched('incident-river', false))).toMatchObject({
      action: 'review',
      queue: 'incident-river',
      priority: 0.95,
    });
    expect(decide(during, post, matched('other', false)).action).toBe('allow');
  });
  test('removes by itself what it removed before, and nothing else', () => {
    expect(decide(during, post, matched('incident-river', true)).rule).toBe('confirmed');
    expect(during.rules.filter(({ action }) => action === 'remove')).toEqual(
      policy.rules.filter(({ action }) => action === 'remove'),
    );
  });
  test('is the same version, is named with the incident, and is the policy itself again once the time is over', () => {
    expect(during.version).toBe(policy.version);
    expect(namedBy(during)).toBe(`${policy.version}+incident-river@01234567`);
    expect([namedBy(policy), versionIn(namedBy(during))]).toEqual([policy.version, policy.version]);
    expect(withIncidents(policy, [incident], 1_000)).toBe(policy);
    expect(withIncidents(policy, [], 0)).toBe(policy);
  });
  test('keeps to its languages', () => {
    const inGerman = withIncidents(policy, [{ ...incident, languages: ['de'] }], 0);
    expect(decide(inGerman, post, scored(0.4)).action).toBe('allow');
    expect(decide(inGerman, { ...post, language: 'de-AT' }, scored(0.4)).action).toBe('review');
  });
});

type Assessed = { rule: string; versions: { policy: string } };

describe('an incident', () => {
  let here: Installed;
  let lena: Browser;
  let otto: Browser;
  beforeAll(async () => {
    here = await install();
    await addPerson(here, 'lena', 'lead');
    await addPerson(here, 'otto', 'operator');
    [lena, otto] = await Promise.all([logIn(here, 'lena'), logIn(here, 'otto')]);
  });
  afterAll(() => here?.stop());

  const call = async (path: string, body?: object, status = 200) => {
    const answer = await here.ask(path, body ? { method: 'POST', body: JSON.stringify(body) } : {});
    expect(answer.status).toBe(status);
    return (await answer.json()) as Record<string, unknown>;
  };
  const open = async (asked: object): Promise<string> => {
    const { approval } = await call('/v1/incidents', { reason: 'an exercise', hours: 1, ...asked }, 202);
    const agreed = await lena.post(`/v1/approvals/${approval}/decision`, { approve: true });
    expect(agreed.status).toBe(200);
    return String(approval);
  };
  const ruleOf = (id: string) =>
    eventually(async () => {
      const answer = await here.ask(`/v1/posts/${id}?platform=forum`);
      const { versions } = (await answer.json()) as { versions: { assessment?: Assessed }[] };
      return versions[0]?.assessment;
    });
  let n = 0;
  const write = async (text: string) => {
    const id = `p${++n}`;
    await call('/v1/posts', forumPost(id, { text }), 202);
    return ruleOf(id);
  };

  test('is opened by two: who asks can not agree, and nothing changes before the second does', async () => {
    const asked = await otto.post('/v1/incidents', { name: 'alone', reason: 'an exercise', hours: 1 });
    const { approval } = (await asked.json()) as { approval: string };
    expect((await otto.post(`/v1/approvals/${approval}/decision`, { approve: true })).status).toBe(403);
    expect((await call('/v1/incidents?state=lasting')).incidents).toEqual([]);
  });

  test('routes what matches its bank, and at its end takes out what nobody confirmed, and reports', async () => {
    const id = await open({ name: 'river', people: ['rosa'] });
    const bank = '/v1/banks/incident-river/entries';
    const text =
      'The river festival begins on Saturday with a concert by the old bridge, and everybody is welcome to come.';
    const kept = 'The harbour market opens at seven in the morning and the fish is sold by the boats until it is gone.';
    await call(bank, { kind: 'text', text, source: 'by-hand' }, 201);
    await call(bank, { kind: 'text', text: kept, source: 'by-hand', confirmed: true }, 201);
    await eventually(async () => {
      const found = await write(text);
      return found.rule === 'incident-river-match' && found.versions.policy.includes('+incident-river@')
        ? true
        : undefined;
    });
    await call('/v1/incidents', { name: 'river', reason: 'again', hours: 1 }, 409);
    // A case is opened behind the assessment.
    const waiting = await eventually(async () => {
      const { rows } = await lena.json<{ rows: { queue: string; open: number }[] }>('/console/api/queue');
      return rows.find(({ queue }) => queue === 'incident-river');
    });
    expect(waiting.open).toBeGreaterThan(0);
    expect([...(await peopleOfIncidents(here.runtime))]).toEqual([['incident-river', ['rosa']]]);

    await call(`/v1/incidents/${id}/end`, { reason: 'it is over' }, 202);
    await call(`/v1/incidents/${id}/end`, { reason: 'it is over' }, 409);
    const ended = await eventually(async () => {
      const found = await call(`/v1/incidents/${id}`);
      return found.state === 'ended' ? found : undefined;
    });
    expect(ended).toMatchObject({
      openedBy: expect.any(String),
      approvedBy: 'lena',
      why: 'it is over',
      report: { became: { open: expect.any(Number) }, bank: { added: 2, confirmed: 1, removed: 1 } },
    });
    await eventually(async () => ((await write(text)).rule === 'otherwise' ? true : undefined));
    expect([...(await peopleOfIncidents(here.runtime))]).toEqual([]);
    const left = (await call(bank)) as unknown as { entries: { content: string }[] };
    expect(left.entries.map(({ content }) => content)).toEqual([kept]);
  });

  test('ends by itself when its time is over', async () => {
    const id = await open({ name: 'short', hours: 0.25 });
    expect((await call(`/v1/incidents/${id}`)).state).toBe('open');
    const { db, time } = here.runtime;
    // A quarter of an hour later.
    const query = db.tables<{ incidents: { id: string; expires_at: number } }>().updateTable('incidents');
    await db.commit([{ query: query.set({ expires_at: time.now() }).where('id', '=', id) }]);
    const ended = await eventually(async () => {
      const found = await call(`/v1/incidents/${id}`);
      return found.state === 'ended' ? found : undefined;
    });
    expect(ended).toMatchObject({ why: 'its time was over', report: { opened: 0, bank: { added: 0 } } });
    expect(ended.endedBy).toBeUndefined();
  });
});
