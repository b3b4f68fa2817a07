import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Installation, startInstallation } from '../../services/cli/start.js';
import { readConfig } from '../../services/runtime/index.js';
import { withServers } from '../servers/index.js';
import { faultsOf } from './accessibility.js';
import { openChromium, openPage } from './chromium.js';

const testWords = 'SANSDELAI-STANDARD-TAKEDOWN-TEST-POST';
const rowOf = (page: Page, id: string) =>
  page.locator('tbody tr', { has: page.getByRole('button', { name: `Details of post ${id} ` }) });

withServers(['chromium'], 'the live page in Chromium', () => {
  let browser: Browser;
  let directory: string;
  let here: Installation;

  const start = (port = '0') =>
    startInstallation(
      readConfig({ SANSDELAI_DATA: directory, PORT: port, LOG_LEVEL: 'silent', SANSDELAI_PROBE: 'off' }),
    );

  /** Writes on the sandbox without a browser. @returns the post's id */
  async function write(text: string): Promise<string> {
    const made = await fetch(`${here.url}/sandbox/posts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ text }),
    });
    return ((await made.json()) as { id: string }).id;
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sansdelai-browser-'));
    [browser, here] = await Promise.all([openChromium(), start()]);
  });
  afterAll(async () => {
    await browser?.close();
    await here?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('a newcomer is led to the sandbox, and sees what was written there removed, live', async () => {
    const live = await openPage(browser);
    await live.page.goto(here.url);
    await live.page.getByRole('heading', { name: 'Nothing has come in yet' }).waitFor();
    const [sandbox, status] = await Promise.all([
      live.page.context().newPage(),
      live.page.getByRole('status').first().textContent(),
    ]);
    expect(status).toContain('The page is live');
    expect(await live.page.getByRole('link', { name: 'Open the sandbox' }).getAttribute('href')).toBe(
      `${here.url}/sandbox`,
    );

    await sandbox.goto(`${here.url}/sandbox`);
    await sandbox.getByRole('button', { name: 'Insert the standard test post' }).click();
    await sandbox.getByRole('button', { name: 'Publish' }).click();
    await sandbox.getByText('410 Gone').first().waitFor();
    const link = await sandbox.getByRole('link', { name: 'its public page' }).getAttribute('href');
    const id = link?.split('/').at(-1) ?? '';

    // The other page shows it without being asked.
    const row = rowOf(live.page, id);
    await row.getByText('Gone', { exact: true }).waitFor();
    expect(await row.textContent()).toMatch(/Remove.*standard-test-post.*Gone.*\d ms/);
    await live.page.getByRole('heading', { name: 'How long each step took' }).waitFor();
    expect(await live.page.getByRole('row', { name: /Received → gone/ }).textContent()).toMatch(/\d ms/);
    expect((await fetch(`${here.url}${link}`)).status).toBe(410);
    const shown = await sandbox.goto(`${here.url}${link}`);
    expect(shown?.status()).toBe(410);
    expect(live.complaints).toEqual([]);
    await live.page.context().close();
  });

  test('one post opens by the keyboard with every step, and its text only when asked for, blurred first', async () => {
    const id = await write(`${testWords} seen in its details`);
    const { page, complaints } = await openPage(browser);
    await page.goto(here.url);
    const opener = page.getByRole('button', { name: `Details of post ${id} ` });
    await opener.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    for (const step of ['Received', 'Assessed', 'Platform called', 'Seen gone'])
      await dialog.getByText(step, { exact: true }).waitFor();
    expect(await page.content()).not.toContain('seen in its details');

    await dialog.getByRole('button', { name: 'Show the text, blurred' }).click();
    const text = dialog.getByText('seen in its details');
    await text.waitFor();
    expect(await text.evaluate(element => getComputedStyle(element).filter)).toContain('blur');
    await dialog.getByRole('button', { name: 'Show it clearly' }).click();
    expect(await text.evaluate(element => getComputedStyle(element).filter)).toBe('none');
    expect(await faultsOf(page)).toEqual([]);

    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await opener.evaluate(element => element === document.activeElement)).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('what can not be handled is shown with its reason, and one button sends it again', async () => {
    const event = {
      id: 'broken',
      type: 'post.assessed.v1',
      source: '/test',
      time: Date.now(),
      key: 'forum/x',
      data: {},
    };
    await here.runtime.commit([], [{ topic: 'assessments', event }]);
    const { page, complaints } = await openPage(browser);
    await page.goto(here.url);
    const replayed = page.waitForResponse(answer => answer.url().endsWith('/replay'));
    await page
      .getByRole('button', { name: /^Try again: / })
      .first()
      .click();
    expect((await replayed).status()).toBe(202);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [width, height] of [
      [1280, 800],
      [390, 844],
    ] as const) {
      test(`everybody can read it: ${colorScheme}, ${width} pixels wide`, async () => {
        await write('A mild post about the weather');
        const { page, complaints } = await openPage(browser, { colorScheme, viewport: { width, height } });
        await page.goto(here.url);
        await page.getByRole('heading', { name: 'What came in' }).waitFor();
        expect(await faultsOf(page)).toEqual([]);
        // What was chosen by the system is what is shown.
        const [red = 0] =
          (await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).match(/\d+/g)?.map(Number) ?? [];
        expect(red > 128).toBe(colorScheme === 'light');
        await page.keyboard.press('Tab');
        expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).toBe('solid');
        expect(complaints).toEqual([]);
        await page.context().close();
      });
    }
  }

  test('a page whose server goes away says so, and is live again by itself when it is back', async () => {
    const { page } = await openPage(browser);
    await page.goto(here.url);
    const status = page.getByRole('status').first();
    await page.getByText('The page is live.').waitFor({ state: 'attached' });
    const { port } = new URL(here.url);
    await here.stop();
    await page.getByText('The connection to the server is lost').waitFor({ state: 'attached' });
    here = await start(port);
    await page.getByText('The page is live.').waitFor({ state: 'attached' });
    expect(await status.count()).toBe(1);
    await page.context().close();
  });
});
