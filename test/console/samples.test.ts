import { addPerson, type Browser, logIn } from '../accounts/browser.js';
import { eventually, type Installed, install } from './installation.js';

let here: Installed;
let omar: Browser;
let rosa: Browser;
beforeAll(async () => {
  here = await install();
  for (const [name, role] of [
    ['omar', 'operator'],
    ['rosa', 'reviewer'],
  ] as const)
    await addPerson(here, name, role);
  [omar, rosa] = [await logIn(here, 'omar'), await logIn(here, 'rosa')];
});
afterAll(() => here?.stop());

const path = '/console/api/samples';
const open = async (): Promise<number> =>
  (await rosa.json<{ counts: { open: number } }>('/console/api/review/claim', { method: 'POST', body: { n: 0 } }))
    .counts.open;

test('samples walk through the whole pipeline, and are taken away again', async () => {
  expect(await omar.json(path)).toEqual({ possible: true, there: 0 });
  expect(await (await omar.post(path)).json()).toEqual({ possible: true, there: 20 });
  expect((await omar.post(path)).status).toBe(409);
  await eventually(async () => ((await open()) === 11 ? true : undefined));
  const gone = async () => {
    const { removals } = (await (await here.ask('/v1/removals')).json()) as { removals: { state: string }[] };
    return removals.filter(({ state }) => state === 'gone').length === 4 ? true : undefined;
  };
  await eventually(gone);
  // They count, under the sandbox's route, as the button says.
  await eventually(async () => {
    const answer = await here.ask(`/v1/sla?from=${new Date().toISOString().slice(0, 7)}&by=route`);
    const { figures } = (await answer.json()) as { figures: { obligation: string; route: string; count: number }[] };
    return figures.some(one => one.obligation === 'removal' && one.route === 'sandbox' && one.count === 4)
      ? true
      : undefined;
  });

  expect((await omar.ask(path, { method: 'DELETE' })).status).toBe(204);
  expect(await omar.json(path)).toEqual({ possible: true, there: 0 });
  await eventually(async () => ((await open()) === 0 ? true : undefined));
  const front = await (await fetch(`${here.url}/sandbox`)).text();
  expect(front).not.toContain('swans');
  const { entries } = (await (await here.ask('/v1/banks/samples/entries')).json()) as { entries: object[] };
  expect(entries).toEqual([]);
});
