import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { passwordOf } from '../accounts/browser.js';
import { forumPost, type Installed, install } from '../console/installation.js';
import { withServers } from '../servers/index.js';
import { faultsOf } from './accessibility.js';
import { violationsOf } from './axe.js';
import { openChromium, openPage } from './chromium.js';
import { ferry, peopleOf, queueUp, signIn } from './people.js';

const secret = 'a long enough password';
const screens = [
  'live',
  'review',
  'quality',
  'search',
  'queue',
  'figures',
  'platforms',
  'letters',
  'banks',
  'approvals',
  'people',
  'keys',
  'account',
];

test('what is loaded first is small, and each screen is a file of its own', () => {
  const web = fileURLToPath(new URL('../../web/', import.meta.url));
  const page = readFileSync(`${web}index.html`, 'utf8');
  const scripts = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file!);
  const all = readdirSync(`${web}assets`);
  const app = all.filter(name => /^(App|en)-.*\.js$/.test(name)).map(name => `assets/${name}`);
  const sizes = [...new Set([...scripts, ...app])].map(file => gzipSync(readFileSync(`${web}${file}`)).length);
  expect(scripts.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250 * 1024);
  for (const name of [
    'Live',
    'Review',
    'Quality',
    'Search',
    'Queue',
    'Figures',
    'Platforms',
    'DeadLetters',
    'Banks',
    'Approvals',
    'People',
    'Keys',
    'Account',
    'Orders',
    'Order',
    'Intake',
    'Threats',
    'Clocks',
    'Authorities',
  ])
    expect(all.filter(file => new RegExp(`^${name}-.*\\.js$`).test(file))).toHaveLength(1);
});

withServers(['chromium'], 'an administrator’s day, by the keyboard', () => {
  let browser: Browser;
  let here: Installed;

  beforeAll(async () => {
    [browser, here] = await Promise.all([openChromium(), install({ SANSDELAI_ADMIN_PASSWORD: secret })]);
    await peopleOf(here, 'lead');
  });
  afterAll(async () => {
    await browser?.close();
    await here?.stop();
  });

  test('a person is added, a key is asked for and agreed to by a second person, a bank is filled', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${here.url}/#/people`);
    await signIn(page, 'admin', 'wrong');
    await page.getByRole('alert').getByText('Name, password or code is wrong.').waitFor();
    await page.getByLabel('Password').fill('');
    await signIn(page, '', secret);
    await page.getByRole('heading', { name: 'People', level: 1 }).waitFor();

    await page.getByLabel('Name').focus();
    await page.keyboard.type('!');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Name: takes 1 to 120 letters, digits and . _ @ + -').waitFor();
    await page.getByLabel('Name').fill('Renée');
    await page.keyboard.press('Enter');
    await page.getByText('The first password of Renée').waitFor();
    await page.getByRole('button', { name: 'Disable Renée' }).press('Enter');
    await page.getByRole('button', { name: 'Enable Renée' }).waitFor();

    await page.getByRole('link', { name: 'Keys' }).press('Enter');
    await page.getByLabel('What it is for').fill('a second console');
    await page.getByLabel('cases:decide').press('Space');
    await page.getByRole('button', { name: 'Make it' }).press('Enter');
    await page.getByText('It works once a second person agrees.').waitFor();
    expect(await page.getByText(/^sd_/).count()).toBe(1);

    const second = await openPage(browser);
    await second.page.goto(`${here.url}/#/approvals`);
    await signIn(second.page, 'lead', passwordOf('lead'));
    await second.page.getByRole('button', { name: /^Agree: A key "a second console"/ }).press('Enter');
    await second.page.getByText('Nothing waits for a second person.').waitFor();
    await second.page.context().close();

    await page.getByRole('link', { name: 'Live' }).press('Enter');
    await page.getByRole('heading', { name: 'Live', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Keys' }).press('Enter');
    const end = page.getByRole('button', { name: 'End the key a second console' });
    await end.press('Enter');
    // What can't be undone is asked for twice.
    await page.getByRole('button', { name: /a second console.*can’t be undone/ }).press('Enter');
    await end.waitFor({ state: 'hidden' });

    await page.getByRole('link', { name: 'Banks' }).press('Enter');
    await page.getByLabel('Name of the bank').fill('mine');
    await page.getByLabel('Text, link or hash').fill('A sentence that nobody else says.');
    await page.getByLabel('Where it comes from').fill('this test');
    await page.getByRole('button', { name: 'Add', exact: true }).press('Enter');
    await page.getByText('hidden: it may be distressing').waitFor();
    expect(await page.locator('table').textContent()).not.toContain('nobody else says');
    await page.getByRole('button', { name: /^Confirm / }).press('Enter');
    await page.getByRole('cell', { name: 'admin' }).waitFor();
    expect(complaints.filter(text => !/401|422/.test(text))).toEqual([]);
    await page.context().close();
  });

  test('what failed is shown with its reason, and can be tried again', async () => {
    const event = { id: 'b', type: 'post.assessed.v1', source: '/test', time: Date.now(), key: 'k', data: {} };
    await here.runtime.commit([], [{ topic: 'assessments', event }]);
    const { page } = await openPage(browser);
    await page.goto(`${here.url}/#/letters`);
    await signIn(page, 'admin', secret);
    await page
      .getByRole('button', { name: /^Details: / })
      .first()
      .press('Enter');
    await page.getByText('"type": "post.assessed.v1"').waitFor();
    const replayed = page.waitForResponse(answer => answer.url().endsWith('/replay'));
    await page
      .getByRole('button', { name: /^Try again: / })
      .first()
      .press('Enter');
    expect((await replayed).status()).toBe(202);
    await page.context().close();
  });

  test('everybody can use every screen: in each language, light and dark', async () => {
    await queueUp(here, [forumPost('shown', { text: `${ferry} As it is shown.`, language: 'en' })]);
    for (const locale of ['en-GB', 'fr-FR', 'de-DE']) {
      const { page, complaints } = await openPage(browser, {
        locale,
        viewport: { width: 1280, height: 720 },
        reducedMotion: 'reduce',
      });
      await page.goto(`${here.url}/#/people`);
      await page.locator('form').waitFor();
      expect([locale, 'sign in', ...(await violationsOf(page))]).toEqual([locale, 'sign in']);
      const body = { name: 'admin', password: secret };
      await page.request.post(`${here.url}/v1/session`, { data: body, headers: { Origin: here.url } });
      await page.goto(`${here.url}/`);
      await page.locator(`html[lang="${locale.slice(0, 2)}"]`).waitFor();
      for (const screen of screens) {
        await page.evaluate(name => {
          window.location.hash = `#/${name}`;
        }, screen);
        await page.locator('main h1').waitFor();
        await page
          .locator(screen === 'live' ? 'main section' : 'main table, main article, main form, main section, main p')
          .first()
          .waitFor();
        await page.waitForLoadState('networkidle', { timeout: 400 }).catch(() => undefined);
        const found = [...(await violationsOf(page)), ...(await faultsOf(page))];
        await page.evaluate(() => document.documentElement.setAttribute('data-mantine-color-scheme', 'dark'));
        found.push(...(await violationsOf(page, ['color-contrast'])));
        await page.evaluate(() => document.documentElement.setAttribute('data-mantine-color-scheme', 'light'));
        expect([locale, screen, ...found]).toEqual([locale, screen]);
        if (screen === 'review') await page.getByRole('article').waitFor();
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  }, 180_000);
});
