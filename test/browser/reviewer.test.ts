import type { Browser, Page } from 'playwright-core';
import { passwordOf } from '../accounts/browser.js';
import { eventually, forumPost, type Installed, install } from '../console/installation.js';
import { withServers } from '../servers/index.js';
import { violationsOf } from './axe.js';
import { openChromium, openPage } from './chromium.js';
import { ferry, peopleOf, queueUp, signIn } from './people.js';

withServers(['chromium'], 'a reviewer’s day, by the keyboard', () => {
  let browser: Browser;
  let here: Installed;

  beforeAll(async () => {
    [browser, here] = await Promise.all([openChromium(), install()]);
    await peopleOf(here, 'reviewer', 'lead', 'regulator');
  });
  afterAll(async () => {
    await browser?.close();
    await here?.stop();
  });

  const heading = (page: Page) => page.getByRole('article').getByRole('heading', { level: 2 });
  const stateOf = async (id: string): Promise<string> => {
    const found = await here.ask(`/v1/posts/${id}?platform=forum`);
    const { cases } = (await found.json()) as { cases: { state: string; decision?: string; note?: string }[] };
    return cases.map(({ state, decision, note }) => [state, decision, note].filter(Boolean).join(' ')).join();
  };
  const open = async (name: string) => {
    const watched = await openPage(browser);
    await watched.page.goto(`${here.url}/#/review`);
    await signIn(watched.page, name);
    await watched.page.getByRole('heading', { name: 'Review', level: 1 }).waitFor();
    return watched;
  };

  test('cases are decided with two keys each, and what was decided can be taken back', async () => {
    await queueUp(here, [
      forumPost('day-1', { text: `${ferry} The first.` }),
      forumPost('day-2', { text: `${ferry} The second.` }),
      forumPost('day-3', { text: `${ferry} The third.` }),
    ]);
    const { page, complaints } = await open('reviewer');
    await page.getByText('The first.').waitFor();
    // The time that is left is the largest thing on a case.
    const sizes = await page.evaluate(() =>
      [...document.querySelectorAll('main *')].map(element => Number.parseFloat(getComputedStyle(element).fontSize)),
    );
    const timer = page.getByRole('timer');
    expect(await timer.textContent()).toMatch(/^23 h 59 min$|^24 h/);
    expect(await timer.evaluate(element => Number.parseFloat(getComputedStyle(element).fontSize))).toBe(
      Math.max(...sizes),
    );
    expect(await page.getByRole('heading', { name: 'Why it is here' }).count()).toBe(1);

    // Keep, as news. The next is there in the same frame or the one after.
    await page.keyboard.press('k');
    const began = await page.evaluate(() => performance.now());
    await page.keyboard.press('2');
    await page.getByText('The second.').waitFor();
    expect((await page.evaluate(() => performance.now())) - began).toBeLessThan(5_000);
    expect(await heading(page).evaluate(element => element === document.activeElement)).toBe(true);
    await page.getByText('can be taken back').waitFor();

    // Remove, as incitement, by mistake; the note is typed without deciding anything.
    await page.keyboard.press('n');
    await page.keyboard.type('seen rks before');
    await page.keyboard.press('Enter');
    await page.keyboard.press('r');
    await page.getByText('Remove: what is it?').waitFor();
    await page.keyboard.press('1');
    await page.getByText('The third.').waitFor();
    await page.keyboard.press('z');
    await page.getByText('The second.').waitFor();
    await page.getByText('Taken back.').waitFor();
    expect(await stateOf('day-2')).toBe('open');

    // Skipped cases go back to the others; here there is no other.
    await page.keyboard.press('s');
    await page.getByText('The third.').waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('1');
    await page.getByText('Nothing waits for you.').waitFor();
    // It is carried out after ten seconds, though nobody looks any more.
    await page.context().close();
    expect(complaints).toEqual([]);
    await eventually(async () => ((await stateOf('day-1')) === 'decided keep news' ? true : undefined));
    await eventually(async () => ((await stateOf('day-3')) === 'decided keep harmless' ? true : undefined));
    expect(await stateOf('day-2')).toBe('open');
  });

  test('two people never have the same case, and a session that ends loses nothing', async () => {
    await queueUp(here, [
      forumPost('pair-1', { text: `${ferry} One of two.` }),
      forumPost('pair-2', { text: `${ferry} Two of two.` }),
    ]);
    const [one, two] = await Promise.all([open('reviewer'), open('lead')]);
    await heading(one.page).or(one.page.getByText('Nothing waits for you.')).waitFor();
    await heading(two.page).or(two.page.getByText('Nothing waits for you.')).waitFor();
    const texts = await Promise.all([one, two].map(({ page }) => page.locator('main').textContent()));
    expect(texts[0] === texts[1] && texts[0]?.includes('ferry')).toBe(false);

    const [busy] = (await heading(one.page).count()) > 0 ? [one.page, 'reviewer'] : [two.page, 'lead'];
    const name = busy === one.page ? 'reviewer' : 'lead';
    const shown = await busy.getByRole('article').textContent();
    await busy.context().clearCookies();
    await busy.keyboard.press('k');
    await busy.keyboard.press('1');
    const dialog = busy.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    // The name is there already.
    await busy.keyboard.type(passwordOf(name));
    await busy.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    // The decision that was on its way arrives.
    const id = ['pair-1', 'pair-2', 'day-2'].find(post =>
      shown?.includes({ 'pair-1': 'One of two.', 'pair-2': 'Two of two.', 'day-2': 'The second.' }[post] ?? ''),
    );
    await eventually(async () => ((await stateOf(id ?? '')) === 'decided keep harmless' ? true : undefined), 20_000);
    await one.page.context().close();
    await two.page.context().close();
  });

  test('text that means harm to the page is shown harmlessly, and media only when asked for', async () => {
    const text = [
      ferry,
      '<script>document.title = "run"</script><img src=x onerror="document.title = \'run\'">',
      `\u202edesrever\u202c z${'\u0301'.repeat(40)}algo`,
      'x'.repeat(65_000),
    ].join(' ');
    await queueUp(here, [
      forumPost('bad', {
        text,
        language: 'fr',
        author: { id: '<b>bold</b>' },
        media: [{ type: 'image/png', url: 'https://media.example.org/1.png' }],
      }),
    ]);
    const { page, complaints } = await openPage(browser, { viewport: { width: 1280, height: 720 } });
    const asked: string[] = [];
    page.on('request', request => asked.push(request.url()));
    await page.goto(`${here.url}/#/review`);
    await signIn(page, 'lead');
    await page.getByText('For your comfort').click();
    await page.getByLabel('Posts with pictures and files too').check();
    await page.getByRole('main').getByLabel('Language').selectOption('fr');
    await page.keyboard.press('Escape');
    await page.getByText('<script>').waitFor();
    expect(await page.title()).toContain('Review');
    expect(await page.getByRole('img', { name: 'invisible sign U+202E' }).count()).toBe(1);
    expect(await page.getByRole('img', { name: '36 more marks' }).count()).toBe(1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
    // What is to be pressed stays in sight.
    expect((await page.getByRole('button', { name: 'Remove' }).boundingBox())?.y).toBeLessThan(720);
    // Where the platform names no host of its media, nothing of them is fetched.
    await page.getByText('image/png: It can’t be shown here.').waitFor();
    expect(asked.filter(url => !url.startsWith(here.url) || url.includes('/media/'))).toEqual([]);
    expect(await violationsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a regulator sees figures, and nothing that names a post', async () => {
    await queueUp(here, [forumPost('counted', { text: `${ferry} It counts.` })]);
    await eventually(async () => {
      const { figures } = (await (await here.ask('/v1/sla')).json()) as { figures: { obligation: string }[] };
      return figures.some(({ obligation }) => obligation === 'review') ? true : undefined;
    });
    const { page } = await openPage(browser);
    await page.goto(`${here.url}/#/figures`);
    await signIn(page, 'regulator');
    await page.getByRole('heading', { name: 'Figures' }).waitFor();
    const named = await page.getByRole('navigation').getByRole('link').allTextContents();
    expect(named).toContain('Figures');
    for (const name of ['Live', 'Review', 'Banks', 'People', 'Keys']) expect(named).not.toContain(name);
    await page.getByRole('button', { name: 'Check it yourself: Review' }).waitFor();
    for (const path of ['/console/api/live', '/console/api/posts/bad?platform=forum', '/v1/cases'])
      expect((await page.request.get(`${here.url}${path}`)).status()).toBe(403);
    await page.goto(`${here.url}/#/live`);
    await page.getByText('This screen is not for the role regulator.').waitFor();
    await page.context().close();
  });
});
