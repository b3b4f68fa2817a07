import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Here, startHere } from '../deploy/installation.js';
import { withServers } from '../servers/index.js';
import { until } from '../until.js';
import { faultsOf } from './accessibility.js';
import { openChromium, openPage } from './chromium.js';

const password = 'a password for these tests';

withServers(['chromium'], 'the panels in Chromium', () => {
  let browser: Browser;
  let here: Here;

  beforeAll(async () => {
    [browser, here] = await Promise.all([openChromium(), startHere({ SANSDELAI_ADMIN_PASSWORD: password })]);
    await here.writeTestPost();
    await until(
      async () => /^takedown_seconds_count\{obligation="removal"/m.test((await here.scrape()).text),
      'a removal',
    );
    await until(async () => (await here.scrape()).text.includes('ledger_verification_success'), 'the self-check');
  });
  afterAll(async () => {
    await browser?.close();
    await here?.stop();
  });

  /** The page, for who is signed in. */
  async function openPanels(options: BrowserContextOptions = {}) {
    const watched = await openPage(browser, options);
    const { page } = watched;
    // The browser keeps the session's cookie.
    await page.goto(here.url);
    const answer = await page.evaluate(
      async data =>
        (
          await fetch('/v1/session', {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(data),
          })
        ).status,
      { name: 'admin', password },
    );
    expect(answer).toBeLessThan(300);
    await page.goto(`${here.url}/#/panels`);
    await page.reload();
    return watched;
  }

  const cells = async (page: Page, row: string): Promise<string[]> =>
    page
      .getByRole('row', { name: new RegExp(`^${row}`) })
      .getByRole('cell')
      .allTextContents();

  test('shows a regulator what was promised and kept', async () => {
    const { page, complaints } = await openPanels();
    await page.getByRole('heading', { name: 'What was kept' }).waitFor();
    // Limit, within it, ended, breaches, taken back, open, next due.
    expect(await cells(page, 'Removal 5 min')).toEqual(['5 min', '100%', '1', '0', '0', '0', '–']);
    await page.getByRole('heading', { name: 'How long it took: Removal' }).waitFor();
    expect(await page.getByText('as signed').count()).toBe(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('shows who is on call what is wrong, and where to read what to do', async () => {
    const event = {
      id: 'broken',
      type: 'post.assessed.v1',
      source: '/test',
      time: Date.now(),
      key: 'forum/x',
      data: {},
    };
    await here.runtime.commit([], [{ topic: 'assessments', event }]);
    await until(
      async () => (await here.scrape()).text.includes('dead_letters{topic="assessments"} 2'),
      'a letter for each stage',
    );
    const { page, complaints } = await openPanels();
    await page.getByText('On call').click();
    await page.getByRole('row', { name: 'Dead letters 2' }).waitFor();
    expect(await cells(page, 'Intake')).toEqual(['takes posts', 'IngestRefusing']);
    const books = await page
      .getByRole('link', { name: /^[A-Z]\w+[a-z][A-Z]\w+$/ })
      .evaluateAll(links => links.map(link => (link as HTMLAnchorElement).href));
    expect(books.length).toBeGreaterThan(8);
    for (const book of books) expect([book, (await fetch(book)).status]).toEqual([book, 200]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('is shown to nobody who may not read figures', async () => {
    const answer = await fetch(`${here.url}/console/api/panels`, {
      headers: { Authorization: `Bearer ${here.apiKey}` },
    });
    expect(answer.status).toBe(403);
  });

  for (const [locale, colorScheme, width, title, readers] of [
    ['en-GB', 'light', 1280, 'Monitoring', ['Regulator', 'Operator', 'On call']],
    ['de-AT', 'dark', 390, 'Überwachung', ['Aufsicht', 'Betrieb', 'Bereitschaft']],
    ['fr-BE', 'light', 390, 'Surveillance', ['Régulateur', 'Exploitation', 'Astreinte']],
  ] as const) {
    test(`everybody can read it: ${locale}, ${colorScheme}, ${width} pixels wide`, async () => {
      const { page, complaints } = await openPanels({ locale, colorScheme, viewport: { width, height: 844 } });
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(locale.slice(0, 2));
      for (const reader of readers) {
        await page.getByRole('main').getByText(reader, { exact: true }).click();
        // On a narrow screen the navigation is behind its button.
        expect((await faultsOf(page)).filter(fault => width > 600 || fault !== '0 nav')).toEqual([]);
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    });
  }
});
