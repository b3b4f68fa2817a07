import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { addPerson, logIn, passwordOf } from '../accounts/browser.js';
import { eventually, type Installed, install } from '../console/installation.js';
import { publicKey, sign } from '../orders/running.js';
import { withServers } from '../servers/index.js';
import { faultsOf } from './accessibility.js';
import { violationsOf } from './axe.js';
import { openChromium, openPage } from './chromium.js';
import { peopleOf, signIn } from './people.js';

withServers(['chromium'], 'the legal desk’s day, by the keyboard', () => {
  let browser: Browser;
  let here: Installed;
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-desk-'));

  beforeAll(async () => {
    const register = [
      { id: 'fr-one', name: 'The French office', state: 'FR', instruments: ['tco'], keys: [await publicKey()] },
      { id: 'de-old', name: 'The old office', state: 'DE', instruments: ['tco'], revoked: true },
    ];
    writeFileSync(join(folder, 'register.json'), JSON.stringify(register));
    const settings = [
      'provider: { name: Acme, homeState: DE, audience: acme, languages: [en] }',
      'register: register.json',
      'threats: { authorities: { FR: { name: The French police, contact: "fr@example.org" } } }',
    ];
    writeFileSync(join(folder, 'orders.yaml'), settings.join('\n'));
    [browser, here] = await Promise.all([openChromium(), install({ SANSDELAI_ORDERS: join(folder, 'orders.yaml') })]);
    await peopleOf(here, 'legal', 'reviewer', 'regulator');
  });
  afterAll(async () => {
    await browser?.close();
    await here?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const order = (reference: string, url: string, more: object = {}) => ({
    instrument: 'tco',
    reference,
    issuingState: 'FR',
    issuedAt: new Date(Date.now() - 60_000).toISOString(),
    language: 'en',
    legalBasis: 'Regulation (EU) 2021/784, Article 3',
    authority: { name: 'The French office' },
    items: [{ url }],
    types: ['incites'],
    reasons: 'It praises an attack and calls for more of them, in so many words.',
    redress: { body: 'The administrative court' },
    ...more,
  });
  let sent = 0;
  /** An order that is signed by the authority of the register. @returns its id */
  async function send(content: object): Promise<string> {
    const iat = Math.floor(Date.now() / 1_000);
    const body = await sign({ aud: 'acme', iat, exp: iat + 600, jti: `order-of-the-desk-${sent++}`, order: content });
    const headers = { 'content-type': 'application/jose' };
    const answer = await fetch(`${here.url}/v1/removal-orders`, { method: 'POST', headers, body });
    expect(answer.status).toBe(202);
    return ((await answer.json()) as { id: string }).id;
  }
  const open = async (place: string) => {
    const watched = await openPage(browser);
    await watched.page.goto(`${here.url}/#/${place}`);
    await signIn(watched.page, 'legal');
    await watched.page.locator('main h1').waitFor();
    return watched;
  };
  const press = async (page: Page, name: string | RegExp, key = 'Enter') =>
    page.getByRole('main').getByRole('button', { name, exact: true }).press(key);

  test('a signed order is shown with its clock, one on paper is entered, executed, answered, and a threat reported', async () => {
    const { page, complaints } = await open('orders');
    await page.getByText('No order is open.').waitFor();
    await send(order('FR/1', 'https://elsewhere.example.org/1'));
    await page.getByRole('link', { name: 'FR/1' }).waitFor();
    // The time that is left is the largest thing in the list.
    const sizes = await page.evaluate(() => {
      const sizeOf = (element: Element): number => Number.parseFloat(getComputedStyle(element).fontSize);
      return [...document.querySelectorAll('main ol *')].map(
        element => [sizeOf(element), element.textContent] as const,
      );
    });
    const [[, largest] = []] = sizes.sort(([a], [b]) => b - a);
    expect(largest).toMatch(/^5\d min|^1 h$/);
    // What comes in afterwards moves nothing that is there.
    await page.evaluate(() => {
      const told = globalThis as unknown as { shifted: number };
      told.shifted = 0;
      new PerformanceObserver(list => {
        for (const entry of list.getEntries()) told.shifted += (entry as unknown as { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: false });
    });
    const second = await send(order('FR/2', 'https://elsewhere.example.org/2'));
    await page.getByRole('link', { name: 'FR/2' }).waitFor();
    await page.waitForTimeout(1_200);
    expect(await page.evaluate(() => (globalThis as unknown as { shifted: number }).shifted)).toBeLessThan(0.01);

    // What came on paper, typed in; the page is lost on the way, and what was typed is not.
    const url = `${here.url}/sandbox/posts/${await here.write('Some words about a garden.')}`;
    await page.getByRole('link', { name: 'Enter an order' }).press('Enter');
    const field = async (label: string, text: string) => {
      await page.getByLabel(label, { exact: true }).focus();
      await page.keyboard.type(text);
    };
    await field('Reference number', 'Paper 7');
    await page.reload();
    expect(await page.getByLabel('Reference number').inputValue()).toBe('Paper 7');
    await page.getByLabel('Issuing State').focus();
    await page.keyboard.type('France');
    await field('Exact address (URL)', 'no address');
    await page.getByText('This is no exact web address.', { exact: false }).waitFor();
    await page.getByLabel('Exact address (URL)').fill(url);
    await page.getByLabel('(a) incites to terrorist offences, also by glorifying them').press('Space');
    await field('Reasons', 'It praises an attack and calls for more of them.');
    const received = page.getByLabel('Received at');
    const now = await received.inputValue();
    await received.fill('2999-01-01T10:00');
    await page.keyboard.press('Control+Enter');
    await page.getByText('This is in the future.').waitFor();
    expect(await received.evaluate(element => element === document.activeElement)).toBe(true);
    await received.fill(now);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'Is this what the order says?' }).waitFor();
    // The session ends at the worst moment.
    await page.context().clearCookies();
    await page.keyboard.press('Control+Enter');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    await page.keyboard.type(passwordOf('legal'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Paper 7', level: 1 }).waitFor();
    await page.getByText('No signature or certificate was checked.').waitFor();

    // Executed: what can't be undone is asked for twice.
    await press(page, 'Execute');
    const form = page.getByRole('form', { name: 'Execute' });
    await form.getByRole('button', { name: 'Execute' }).press('Enter');
    await form.getByText('This can’t be undone.').waitFor();
    await form.getByRole('button', { name: 'Yes: Execute' }).press('Enter');
    await page.getByText('Annex II: executed').waitFor();
    await page.getByText('seen gone', { exact: true }).first().waitFor();
    expect((await fetch(url)).status).toBe(410);
    await page.getByText('No way leads to this authority', { exact: false }).waitFor();
    expect(await page.getByRole('link', { name: /^Annex II: executed, PDF in/ }).count()).toBe(3);
    await press(page, 'Enter the receipt');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('This is needed.').waitFor();
    await page.keyboard.type('Registered letter 4711');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Receipt: Registered letter 4711').waitFor();

    // One key from the order: a threat to life, told and ended.
    await page.keyboard.press('Escape');
    await page.locator('main').focus();
    await page.keyboard.press('t');
    await page.getByRole('heading', { name: 'Report a threat to life' }).waitFor();
    expect(await page.getByLabel('Platform').inputValue()).toBe('sandbox');
    await field('What tells of the threat: who, where, when *', 'A name, a street, tonight.');
    await page.getByLabel('France').press('Space');
    await press(page, /^Report it/);
    await page.getByText('fr@example.org').waitFor();
    await press(page, /^They are told/);
    await page.getByRole('textbox', { name: 'The receipt' }).waitFor();
    await page.keyboard.type('Taken by the officer on duty');
    const told = page.getByRole('form');
    await told.getByRole('button', { name: /^They are told/ }).press('Enter');
    await told.getByRole('button', { name: /^Yes/ }).press('Enter');
    await page.getByText('Receipt: Taken by the officer on duty').waitFor();

    // Somebody else decides while one still writes.
    await page.goto(`${here.url}/#/orders/${second}`);
    await press(page, 'It can’t be executed');
    await page.getByLabel('Ground').selectOption('insufficient-information');
    await field('Explanation, as the authority will read it *', 'The address leads to a list of many posts.');
    await page.route(`**/v1/removal-orders/${second}`, () => undefined);
    const body = JSON.stringify({ type: 'item-left', n: 1, note: 'It is not on our platform.' });
    await here.ask(`/v1/removal-orders/${second}/events`, { method: 'POST', body });
    const hold = page.getByRole('form', { name: 'It can’t be executed' });
    await hold.getByRole('button', { name: 'It can’t be executed' }).press('Enter');
    await hold.getByRole('button', { name: /^Yes/ }).press('Enter');
    await page.getByText('Somebody else has decided meanwhile', { exact: false }).waitFor();
    await page.unroute(`**/v1/removal-orders/${second}`);
    expect(complaints.filter(text => !/401|409/.test(text))).toEqual([]);
    await page.context().close();
  });

  test('what was executed without a person waits to be looked over, and what was refused is listed', async () => {
    const url = `${here.url}/sandbox/posts/${await here.write('Some words about a pond.')}`;
    await eventually(async () => {
      const found = await here.ask(`/v1/posts/${url.split('/').at(-1)}?platform=sandbox`);
      return found.ok || undefined;
    });
    await send(order('FR/3', url));
    const headers = { 'content-type': 'application/jose' };
    await fetch(`${here.url}/v1/removal-orders`, { method: 'POST', headers, body: 'a.b.c' });
    const { page } = await open('orders/cases');
    await page.getByRole('button', { name: 'I have looked: FR/3' }).press('Enter');
    await page.getByRole('button', { name: 'I have looked: FR/3' }).waitFor({ state: 'hidden' });
    await page.goto(`${here.url}/#/orders/attempts`);
    await page.getByRole('cell', { name: /JWS/ }).first().waitFor();
    await page.goto(`${here.url}/#/clocks`);
    await page
      .getByRole('row', { name: /Our request for scrutiny/ })
      .first()
      .waitFor();
    await page.context().close();
  });

  test('what was taken down is opened by two and read once, and the state of exposed provider is set by two', async () => {
    await addPerson(here, 'lou', 'legal');
    const lou = await logIn(here, 'lou');
    const agree = async () => {
      const { approvals } = await lou.json<{ approvals: { id: string }[] }>('/v1/approvals?state=open');
      expect(approvals).toHaveLength(1);
      expect((await lou.post(`/v1/approvals/${approvals[0]!.id}/decision`, { approve: true })).status).toBe(200);
    };
    const { page, complaints } = await open('preserved');
    const kept = page.getByRole('listitem').filter({ hasText: 'item 1' }).first();
    await kept.getByText(/^kept until/).waitFor();
    await kept.getByRole('button', { name: /^Ask to open it/ }).press('Enter');
    const form = page.getByRole('form', { name: 'Ask to open it' });
    await form.getByLabel('Purpose').selectOption('review');
    await form.getByLabel('Which proceedings').fill('too short');
    await form.getByRole('button', { name: 'Ask to open it' }).press('Enter');
    await form.getByText(/20/).waitFor();
    await form.getByLabel('Which proceedings').fill('Case 12/2026 of the administrative court.');
    await form.getByRole('button', { name: 'Ask to open it' }).press('Enter');
    await kept.getByText('waits for a second person, under Approvals').waitFor();
    await agree();
    await page.reload();
    await kept.getByRole('button', { name: /^Read it now/ }).press('Enter');
    await page.getByText(/^It can be read this once/).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText(/^Some words about a (garden|pond)/).waitFor();
    await kept.getByText(/^lou agreed; read/).waitFor();
    await press(page, 'Put it away');
    await page.getByText(/^Some words about/).waitFor({ state: 'hidden' });
    expect(await page.getByRole('button', { name: /^Read it now/ }).count()).toBe(0);
    await kept.getByRole('button', { name: /^Keep it longer/ }).press('Enter');
    const longer = page.getByRole('form', { name: 'Keep it longer' });
    const until = new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10);
    await longer.getByLabel('Until the end of').fill(until);
    await longer.getByLabel('Authority or court').fill('The administrative court');
    await longer.getByLabel('Its reference').fill('12/2026');
    await longer.getByLabel('Which review').fill('The review of the order goes on.');
    await longer.getByRole('button', { name: 'Keep it longer' }).press('Enter');
    await kept.getByText(/for The administrative court \(12\/2026\), entered by legal$/).waitFor();

    await page.goto(`${here.url}/#/exposed`);
    await page.getByText('not exposed', { exact: true }).waitFor();
    await press(page, 'Enter a decision');
    const enter = page.getByRole('form', { name: 'Enter a decision' });
    await enter.getByLabel('Reference of the decision').fill('EXP/7');
    await enter.getByLabel('Authority that decided').fill('The home authority');
    await enter.getByLabel('Day on which').fill(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
    await enter.getByLabel('For the second person').fill('The letter of yesterday.');
    await enter.getByRole('button', { name: 'Enter a decision' }).press('Enter');
    await enter.getByRole('button', { name: /^Yes/ }).press('Enter');
    await page.getByText(/^Asked: Enter a decision/).waitFor();
    await page.getByText('not exposed', { exact: true }).waitFor();
    await agree();
    await page.reload();
    await page.getByText('exposed', { exact: true }).waitFor();
    await page.getByText(/^number 1, by/).waitFor();
    await press(page, /^The report is sent/);
    const report = page.getByRole('form', { name: /^The report is sent/ });
    await report.getByRole('textbox').fill('Received under 44.');
    await report.getByRole('button', { name: /^The report is sent/ }).press('Enter');
    await report.getByRole('button', { name: /^Yes/ }).press('Enter');
    await page.getByText(/^number 2, by/).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('it is the desk’s alone', async () => {
    for (const role of ['reviewer', 'regulator']) {
      const { page } = await openPage(browser);
      await page.goto(`${here.url}/#/orders`);
      await signIn(page, role);
      await page.getByText(`This screen is not for the role ${role}.`).waitFor();
      const links = await page.getByRole('navigation').getByRole('link').allTextContents();
      for (const name of [
        'Orders',
        'Threats to life',
        'Clocks',
        'Authorities',
        'Preserved content',
        'Exposed provider',
      ])
        expect(links).not.toContain(name);
      expect((await page.request.get(`${here.url}/v1/desk/orders`)).status()).toBe(403);
      await page.context().close();
    }
  });

  test('everybody can use its screens: in each language, light and dark', async () => {
    const sealed = { until: new Date(Date.now() + 86_400_000).toISOString(), reasons: 'An inquiry goes on.' };
    const id = await send(order('FR/4', 'https://elsewhere.example.org/4', { nonDisclosure: sealed }));
    const threat = { platform: 'sandbox', post: 'another', why: 'A day and a place are named.' };
    await here.ask('/v1/threats', { method: 'POST', body: JSON.stringify(threat) });
    const places = ['orders', `orders/${id}`, 'orders/new', 'clocks', 'clocks/obligations', 'threats', 'authorities'];
    places.push('preserved', 'exposed');
    const look = async (locale: string): Promise<void> => {
      const { page, complaints } = await openPage(browser, {
        locale,
        viewport: { width: 1280, height: 720 },
        reducedMotion: 'reduce',
      });
      const data = { name: 'legal', password: passwordOf('legal') };
      await page.request.post(`${here.url}/v1/session`, { data, headers: { Origin: here.url } });
      await page.goto(`${here.url}/`);
      for (const place of places) {
        await page.goto(`${here.url}/#/${place}`);
        await page.locator('main ol, main table, main form, main dl, main [role="timer"]').first().waitFor();
        const found = [...(await violationsOf(page)), ...(await faultsOf(page))];
        await page.evaluate(() => document.documentElement.setAttribute('data-mantine-color-scheme', 'dark'));
        found.push(...(await violationsOf(page, ['color-contrast'])));
        await page.evaluate(() => document.documentElement.setAttribute('data-mantine-color-scheme', 'light'));
        expect([locale, place, ...found]).toEqual([locale, place]);
      }
      // On a telephone nothing is cut off.
      await page.setViewportSize({ width: 390, height: 844 });
      for (const place of places) {
        await page.goto(`${here.url}/#/${place}`);
        await page.locator('main ol, main table, main form, main dl, main [role="timer"]').first().waitFor();
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect([locale, place, width]).toEqual([locale, place, 390]);
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    };
    await Promise.all(['en-GB', 'fr-FR', 'de-DE'].map(look));
  });
});
