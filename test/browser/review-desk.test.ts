import type { Browser, Page } from 'playwright-core';
import { eventually, forumPost, type Installed } from '../console/installation.js';
import { newFolder, type Running, start } from '../ingest/installation.js';
import { withServers } from '../servers/index.js';
import { violationsOf } from './axe.js';
import { openChromium, openPage } from './chromium.js';
import { ferry, peopleOf, queueUp, signIn } from './people.js';

withServers(['chromium'], 'what reviewers do with a case, by the keyboard', () => {
  let browser: Browser;
  let running: Running;
  let here: Installed;
  const folder = newFolder();
  const settings = { REVIEW_BULK_ALONE: '3' };

  /** As `install`, in a folder that outlives it. */
  async function open(port = '0'): Promise<void> {
    running = await start({ ...settings, PORT: port }, { folder });
    const { url, adminKey } = running;
    const headers = { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' };
    here = {
      ...running,
      key: adminKey,
      ask: (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, { ...init, headers }),
      write: async () => '',
    } as unknown as Installed;
  }
  beforeAll(async () => {
    [browser] = await Promise.all([openChromium(), open()]);
    await peopleOf(here, 'reviewer', 'lead');
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  const enter = async (name: string) => {
    const watched = await openPage(browser);
    await watched.page.goto(`${here.url}/#/review`);
    await signIn(watched.page, name);
    await watched.page.getByRole('heading', { name: 'Review', level: 1 }).waitFor();
    return watched;
  };
  const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });
  const shown = (page: Page, text: string) => page.getByRole('article').getByText(text).first().waitFor();
  const stateOf = async (id: string): Promise<string | undefined> => {
    const found = await here.ask(`/v1/posts/${id}?platform=forum`);
    const { cases = [] } = (await found.json()) as { cases?: { state: string; decision?: string }[] };
    return cases.map(({ state, decision }) => `${state} ${decision ?? ''}`.trim()).join();
  };
  const becomes = (id: string, state: string) =>
    eventually(async () => ((await stateOf(id)) === state ? true : undefined), 20_000);

  test('a case is commented, reported as a threat, and passed up to a lead, who sees all of it', async () => {
    await queueUp(here, [forumPost('up', { text: `${ferry} Upwards.` })]);
    const { page, complaints } = await enter('reviewer');
    await shown(page, 'Upwards.');
    await page.keyboard.press('c');
    await dialog(page, 'Comment for colleagues').waitFor();
    // Letters are letters in a field: nothing is decided by them.
    await page.keyboard.type('rks: seen on the pier');
    await page.keyboard.press('Enter');
    await page.getByText('rks: seen on the pier').waitFor();

    await page.keyboard.press('t');
    await dialog(page, 'Threat to life').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.type('He will be there at noon.');
    const threat = dialog(page, 'Threat to life');
    for (const state of ['France', 'Germany']) await threat.getByLabel(state).press('Space');
    await threat.getByRole('button', { name: 'Report the threat' }).press('Enter');
    await page.getByRole('alert').getByText('Tell these now').waitFor();
    expect(await threat.getByRole('listitem').allTextContents()).toHaveLength(2);
    // Who told them enters the receipt here, or the desk does under Threats to life.
    await threat.getByLabel('The receipt').fill('Taken by the officer on duty');
    await threat.getByRole('button', { name: 'They are told: enter the receipt' }).press('Enter');
    await threat.getByText('Receipt: Taken by the officer on duty').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await threat.getByRole('button', { name: 'Go on with the case' }).press('Enter');
    await threat.waitFor({ state: 'hidden' });
    const { threats } = (await (await here.ask('/v1/threats')).json()) as { threats: object[] };
    expect(threats).toMatchObject([
      { post: 'up', states: ['FR', 'DE'], why: 'He will be there at noon.', receipt: 'Taken by the officer on duty' },
    ]);
    // The case stays, and is decided as any other.
    await shown(page, 'Upwards.');

    await page.keyboard.press('e');
    await dialog(page, 'Pass up to a lead').waitFor();
    await page.keyboard.press('Escape');
    await dialog(page, 'Pass up to a lead').waitFor({ state: 'hidden' });
    await page.keyboard.press('e');
    await dialog(page, 'Pass up to a lead').getByRole('textbox').focus();
    await page.keyboard.type('Is it meant?');
    await page.keyboard.press('Enter');
    await page.getByText('Passed up to the leads.').waitFor();
    await page.getByText('Nothing waits for you.').waitFor();

    const lead = await enter('lead');
    await shown(lead.page, 'Upwards.');
    for (const text of ['Passed up by reviewer', 'Is it meant?', 'rks: seen on the pier'])
      await lead.page.getByText(text).waitFor();
    await lead.page.keyboard.press('h');
    await dialog(lead.page, 'Hand over').waitFor();
    await lead.page.keyboard.press('Tab');
    await lead.page.keyboard.type('Decide it, please.');
    await lead.page.keyboard.press('Enter');
    await lead.page.getByText('Handed over.').waitFor();
    const other = await lead.page.getByLabel('To', { exact: true }).count();
    expect(other).toBe(0);
    await lead.page.goto(`${here.url}/#/queue`);
    await lead.page.getByRole('cell', { name: 'at work' }).first().waitFor();
    await lead.page.context().close();
    expect([...complaints, ...lead.complaints]).toEqual([]);
    await page.context().close();
    const open = (await (await here.ask('/v1/cases?limit=10')).json()) as { cases: { id: string; postId: string }[] };
    const body = JSON.stringify({ decision: 'keep', reason: 'It was tried out.' });
    for (const { id } of open.cases) await here.ask(`/v1/cases/${id}/decisions`, { method: 'POST', body });
  });

  test('all that wait with the same text are decided in one go, and taken back in one go', async () => {
    await queueUp(
      here,
      ['', '!', '!!'].map((end, n) => forumPost(`same-${n}`, { text: `${ferry} Tea is served on deck${end}` })),
    );
    const { page } = await enter('reviewer');
    await shown(page, 'Tea is served');
    await page.getByText('Waiting too: 2 with this text').waitFor();
    const decide = async (): Promise<void> => {
      await page.keyboard.press('b');
      await dialog(page, 'All that say the same').getByText('This case and 2 with the same text').waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.type('An advertisement.');
      await page.keyboard.press('Enter');
      await page.getByRole('status').getByText('3 cases decided, each by itself.').waitFor();
    };
    await decide();
    await page.keyboard.press('z');
    await page.getByText('Taken back.').waitFor();
    expect(await stateOf('same-0')).toBe('open');
    await shown(page, 'Tea is served');
    await page.getByText('Waiting too: 2 with this text').waitFor();
    await decide();
    for (const n of [0, 1, 2]) await becomes(`same-${n}`, 'decided remove');
    await page.context().close();
  });

  test('what was never a case is found, selected and decided', async () => {
    const posts = [1, 2]
      .map(n => JSON.stringify(forumPost(`found-${n}`, { text: `Marzipan number ${n}.` })))
      .join('\n');
    await here.ask('/v1/posts', { method: 'POST', body: posts.split('\n')[0]! });
    await here.ask('/v1/posts', { method: 'POST', body: posts.split('\n')[1]! });
    const { page, complaints } = await enter('reviewer');
    await page.goto(`${here.url}/#/search`);
    await eventually(async () => {
      await page.getByLabel('What to look for').fill('"marzipan number"');
      await page.keyboard.press('Enter');
      await page.getByText('shown, the newest first').or(page.getByText('Nothing was found.')).waitFor();
      return (await page.getByText('Marzipan number').count()) === 2 ? true : undefined;
    });
    await page.getByLabel('Select all shown').press('Space');
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel('Reason for the record').fill('Not here.');
    await page.keyboard.press('Enter');
    await page.getByText('2 cases decided, each by itself').waitFor();
    for (const n of [1, 2]) await becomes(`found-${n}`, 'decided remove');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('the service is started again while a case is decided: the page goes on, and nothing is lost', async () => {
    await queueUp(here, [
      forumPost('again-1', { text: `${ferry} Before it.` }),
      forumPost('again-2', { text: `${ferry} After it.` }),
    ]);
    const { page } = await enter('reviewer');
    await shown(page, 'Before it.');
    const { port } = new URL(running.url);
    await running.stop(true);
    await page.keyboard.press('k');
    await page.keyboard.press('1');
    await shown(page, 'After it.');
    await page.getByText('Waiting for the server').waitFor();
    await open(port);
    await page.getByText('Waiting for the server').waitFor({ state: 'hidden' });
    await becomes('again-1', 'decided keep');
    await page.keyboard.press('k');
    await page.keyboard.press('2');
    await page.getByText('Nothing waits for you.').waitFor();
    await becomes('again-2', 'decided keep');
    await page.context().close();
  });
});
