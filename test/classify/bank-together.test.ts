import { addPerson, type Browser, logIn } from '../accounts/browser.js';
import { eventually, forumPost, type Installed, install } from '../console/installation.js';

let here: Installed;
let otto: Browser;
let lena: Browser;
beforeAll(async () => {
  here = await install();
  await addPerson(here, 'otto', 'operator');
  await addPerson(here, 'lena', 'lead');
  [otto, lena] = await Promise.all([logIn(here, 'otto'), logIn(here, 'lena')]);
});
afterAll(() => here?.stop());

const texts = [
  'The ferry to the outer islands leaves at noon because of the high tide in the harbour today.',
  'The market by the old bridge opens at seven, and the bread is gone before nine most mornings.',
];
const entries = async (): Promise<{ content: string; confirmedBy?: string }[]> =>
  (
    (await (await here.ask('/v1/banks/mild/entries')).json()) as {
      entries: { content: string; confirmedBy?: string }[];
    }
  ).entries;
const ask = async (body: object): Promise<{ status: number; approval: string; entries: number }> => {
  const answer = await otto.post('/v1/banks/mild/together', body);
  return { status: answer.status, ...((await answer.json()) as { approval: string; entries: number }) };
};

test('a whole list is confirmed by two people, and then acts; what somebody else lists is left alone', async () => {
  for (const text of texts) await otto.post('/v1/banks/mild/entries', { kind: 'text', text, source: 'a list' });
  const other = 'The choir sings on Friday evening in the hall of the harbour, and all are welcome to come.';
  await otto.post('/v1/banks/mild/entries', { kind: 'text', text: other, source: 'another' });
  const asked = await ask({ action: 'confirm', source: 'a list', reason: 'looked through' });
  expect(asked).toMatchObject({ status: 202, entries: 2 });
  expect((await otto.post(`/v1/approvals/${asked.approval}/decision`, { approve: true })).status).toBe(403);
  expect((await entries()).filter(({ confirmedBy }) => confirmedBy)).toEqual([]);
  expect((await lena.post(`/v1/approvals/${asked.approval}/decision`, { approve: true })).status).toBe(200);
  expect((await entries()).map(({ content, confirmedBy }) => [content, confirmedBy]).sort()).toEqual(
    [...texts.map(text => [text, 'otto and lena']), [other, undefined]].sort(),
  );
  let n = 0;
  await eventually(async () => {
    const id = `copy-${++n}`;
    await here.ask('/v1/posts', { method: 'POST', body: JSON.stringify(forumPost(id, { text: texts[0] })) });
    return eventually(async () => {
      const answer = await here.ask(`/v1/posts/${id}?platform=forum`);
      const { versions } = (await answer.json()) as { versions: { assessment?: { rule: string } }[] };
      return versions[0]?.assessment;
    }).then(({ rule }) => (rule === 'confirmed-text' ? true : undefined));
  });
});

test('a whole list is taken out by two people; of what is gone already there is nothing to agree on', async () => {
  const first = await ask({ action: 'remove', source: 'a list', reason: 'it was withdrawn' });
  const second = await ask({ action: 'remove', source: 'a list', reason: 'asked twice' });
  expect((await lena.post(`/v1/approvals/${first.approval}/decision`, { approve: true })).status).toBe(200);
  expect((await entries()).map(({ content }) => content).filter(content => texts.includes(content))).toEqual([]);
  expect((await lena.post(`/v1/approvals/${second.approval}/decision`, { approve: true })).status).toBe(409);
  expect((await ask({ action: 'remove', source: 'a list', reason: 'once more' })).status).toBe(404);
});
