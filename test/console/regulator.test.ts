import { addPerson, type Browser, logIn } from '../accounts/browser.js';
import { ferry, queueUp } from '../browser/people.js';
import { eventually, forumPost, type Installed, install } from './installation.js';

let here: Installed;
let rita: Browser;
const author = 'author-4711';
const url = 'https://forum.example.org/';
beforeAll(async () => {
  here = await install();
  for (const [name, role] of [
    ['rosa-reviews', 'reviewer'],
    ['lena-leads', 'lead'],
    ['rita', 'regulator'],
  ] as const)
    await addPerson(here, name, role);
  rita = await logIn(here, 'rita');
});
afterAll(() => here?.stop());

test('what a regulator reads counts what happened, and names nobody and no post', async () => {
  const post = (n: number) =>
    forumPost(`known-${n}`, { text: `${ferry} ${n}.`, author: { id: author }, language: 'fr' });
  await queueUp(here, [post(1), post(2)]);
  const [rosa, lena] = [await logIn(here, 'rosa-reviews'), await logIn(here, 'lena-leads')];
  const { cases } = await rosa.json<{ cases: { id: string }[] }>('/console/api/review/claim', {
    method: 'POST',
    body: { n: 5 },
  });
  for (const { id } of cases)
    await rosa.post(`/v1/cases/${id}/decisions`, { decision: 'remove', reason: 'why-not-told', category: 'other' });
  await lena.post(`/v1/cases/${cases[0]!.id}/decisions`, { decision: 'restore', reason: 'why-not-told' });

  const month = new Date().toISOString().slice(0, 7);
  const figures = await eventually(async () => {
    const found = await rita.json<{ from: string; to: string; figures: { obligation: string; count: number }[] }>(
      `/v1/sla?from=${month}&by=route,language`,
    );
    return found.figures.some(({ obligation, count }) => obligation === 'review' && count >= 2) ? found : undefined;
  });
  const period = new URLSearchParams({ from: figures.from, to: figures.to });
  const back = await rita.json<{ routes: object[] }>(`/console/api/reinstated?${period}`);
  expect(back.routes).toEqual([{ route: 'api', asked: 1, seen: 0, pending: 1, other: 0 }]);

  const report = await rita.json<{ first: number; size: number }>(`/v1/sla/report?${period}&by=route`);
  const range = new URLSearchParams({
    ...Object.fromEntries(period),
    first: `${report.first}`,
    size: `${report.size}`,
  });
  const texts = [JSON.stringify(figures), JSON.stringify(back), JSON.stringify(report)];
  for (const path of [
    `/v1/sla/report/openings?${range}`,
    `/v1/ledger/openings?from=0&to=${report.size}`,
    '/console/api/panels',
  ]) {
    const answer = await rita.ask(path);
    expect([path, answer.status]).toEqual([path, 200]);
    texts.push(await answer.text());
  }
  for (const text of texts) {
    expect(text.length).toBeGreaterThan(20);
    for (const named of ['known-1', author, url, 'rosa', 'lena', 'why-not-told', 'ferry', ...cases.map(({ id }) => id)])
      expect([named, text.includes(named)]).toEqual([named, false]);
  }
});
