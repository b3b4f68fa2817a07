import type { Browser, Page } from 'playwright-core';
import { addPerson, passwordOf } from '../accounts/browser.js';
import { eventually, forumPost, type Installed, install } from '../console/installation.js';
import { withServers } from '../servers/index.js';
import { faultsOf } from './accessibility.js';
import { violationsOf } from './axe.js';
import { openChromium, openPage } from './chromium.js';
import { countedBefore } from './counted.js';
import { signIn } from './people.js';

withServers(['chromium'], 'the operator’s day with thresholds, by the keyboard', () => {
  let browser: Browser;
  let here: Installed;

  beforeAll(async () => {
    [browser, here] = await Promise.all([openChromium(), install()]);
    await addPerson(here, 'operator', 'operator');
    await addPerson(here, 'second', 'operator');
    await countedBefore(here);
    await here.ask('/v1/posts', { method: 'POST', body: JSON.stringify(forumPost('one', { language: 'en' })) });
  });
  afterAll(async () => {
    await browser?.close();
    await here?.stop();
  });

  const open = async (place: string, name: string) => {
    const watched = await openPage(browser);
    await watched.page.goto(`${here.url}/#/${place}`);
    await signIn(watched.page, name);
    await watched.page.locator('main h1').waitFor();
    return watched;
  };
  const press = (page: Page, name: string | RegExp) =>
    page.getByRole('main').getByRole('button', { name, exact: true }).press('Enter');
  const inForce = async () =>
    ((await (await here.ask('/v1/policies')).json()) as { inForce: { live: string; shadows: string[] } }).inForce;

  test('a threshold is moved, posts looked at, a draft tried in shadow, promoted by two, and rolled back', async () => {
    const before = (await inForce()).live;
    const { page, complaints } = await open('tuning', 'operator');
    const slider = page.getByRole('slider', { name: 'Threshold' });
    await slider.waitFor();
    await page.getByText('95 %:').first().waitFor();

    // Each step of the slider is answered from the curve that is there: nothing is asked, and it is told within a frame or two.
    const reviewed = page.locator('dl dd').first();
    const was = await reviewed.textContent();
    let asked = 0;
    page.on('request', request => {
      if (request.url().includes('/v1/what-if/curve')) asked++;
    });
    await slider.press('PageDown');
    expect(await reviewed.textContent()).not.toBe(was);
    await slider.press('End');
    await page.locator('output', { hasText: '1.00' }).waitFor();
    await page.getByText('Too little evidence').first().waitFor();
    await slider.press('Home');
    await page.locator('output', { hasText: '0.00' }).waitFor();
    expect(asked).toBe(0);

    // Posts that would change sides: their text is not shown before it is asked for.
    await page.getByRole('button', { name: 'Look at one' }).press('Enter');
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: /^Show the text/ }).waitFor();
    expect(await page.getByText('The library opens at ten.').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByText('Table', { exact: true }).click();
    await page.getByRole('row', { name: /^0\.50/ }).waitFor();

    // A draft of it: what is typed is checked, and each problem leads to its line.
    await page.getByRole('link', { name: 'Make a draft with this threshold' }).press('Enter');
    const text = page.getByRole('textbox', { name: 'Text (YAML)' });
    await text.waitFor();
    expect(await text.inputValue()).toContain('finding: { signal: text-model, label: ve, atLeast: 0 }');
    await page.getByText('No problem.').waitFor();
    await page.getByLabel('Threshold ve (text-model-ve)').fill('0.01');
    expect(await text.inputValue()).toContain('label: ve, atLeast: 0.01 }');
    await page.getByLabel('Threshold ve (text-model-ve)').fill('0');
    const good = await text.inputValue();
    await text.fill(good.replace('action: review\n    queue: text', 'action: applaud\n    queue: text'));
    const line = good.split('\n').findIndex(one => one.includes('name: text-model-ve')) + 4;
    await page.getByRole('button', { name: `Line ${line}` }).press('Enter');
    expect(await text.evaluate(element => element === document.activeElement)).toBe(true);
    await text.fill(good);
    await page.getByText('No problem.').waitFor();
    await page.getByLabel('What for').fill('To see what lies under the threshold');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'default@' }).waitFor();
    const draft = decodeURIComponent(new URL(page.url()).hash.split('/').at(-1)!);

    // Without a reason nothing moves.
    await press(page, 'To shadow');
    await page.getByText('Say why', { exact: false }).waitFor();
    await page.keyboard.type('to see what it would do');
    await press(page, 'To shadow');
    await page.getByText('shadow', { exact: true }).waitFor();
    expect((await inForce()).shadows).toEqual([draft]);
    await here.ask('/v1/posts', { method: 'POST', body: JSON.stringify(forumPost('beside', { language: 'en' })) });
    await page.getByRole('radio', { name: 'Difference' }).press('Space');
    await page.locator('ins', { hasText: 'name: text-model-ve' }).waitFor();
    await page.getByRole('radio', { name: 'Comparison' }).press('Space');
    await page.getByText('It differs on', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Look at beside' }).waitFor();

    // The file of what it would have done.
    await page.getByRole('link', { name: 'Backtest it' }).press('Enter');
    await page.getByLabel('Over the last days').fill('2');
    await press(page, 'Start');
    await page.getByText('done', { exact: true }).waitFor();
    await page.getByRole('row', { name: /one/ }).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Changes (CSV)' }).press('Enter'),
    ]);
    expect(file.suggestedFilename()).toMatch(/-changes\.csv$/);

    // Two people put it in force.
    await page.goto(`${here.url}/#/policies/${encodeURIComponent(draft)}`);
    await page.getByLabel('Why', { exact: true }).fill('it finds more');
    await press(page, 'Ask for promotion');
    await page.getByText('A second person has to agree', { exact: false }).waitFor();
    expect((await inForce()).live).toBe(before);
    const other = await open('approvals', 'second');
    await other.page
      .getByRole('button', { name: /default@/ })
      .first()
      .press('Enter');
    await eventually(async () => ((await inForce()).live === draft ? true : undefined));
    await other.page.context().close();

    // One takes it back: one button, asked once.
    await page.goto(`${here.url}/#/policies`);
    await press(page, `Roll back to ${before}`);
    await page.keyboard.press('Enter');
    await eventually(async () => ((await inForce()).live === before ? true : undefined));
    await page.getByRole('row', { name: before }).getByText('live', { exact: true }).waitFor();

    // A rule that acts by itself is held by one, and let act again by two.
    await page.goto(`${here.url}/#/policies/held`);
    await page.getByLabel('Why: Hold confirmed-text').fill('the bank is being looked over');
    await page.keyboard.press('Enter');
    await page.getByLabel('Why: Ask to let it act again: confirmed-text').fill('it was');
    await page.keyboard.press('Enter');
    await page.getByText('A second person has to agree', { exact: false }).waitFor();
    expect(complaints.filter(said => !/401/.test(said))).toEqual([]);
    await page.context().close();
  });

  test('everybody can use its screens: in each language, light and dark, on a telephone', async () => {
    const { policies } = (await (await here.ask('/v1/policies')).json()) as {
      policies: { id: string; state: string }[];
    };
    const id = encodeURIComponent(policies.find(({ state }) => state !== 'live')!.id);
    const { backtests } = (await (await here.ask('/v1/backtests')).json()) as { backtests: { id: string }[] };
    // Each with what is there once it has been read.
    const places = Object.entries({
      tuning: 'main dl',
      policies: 'main table',
      [`policies/${id}`]: 'main ol',
      'policies/new': 'main textarea',
      'policies/held': 'main table',
      'policies/drift': 'main h1 ~ p, main div ~ p',
      backtests: 'main table',
      [`backtests/${backtests[0]?.id}`]: 'main table',
      models: 'main h1',
    });
    const look = async (locale: string): Promise<void> => {
      const { page, complaints } = await openPage(browser, {
        locale,
        viewport: { width: 1280, height: 720 },
        reducedMotion: 'reduce',
      });
      const data = { name: 'operator', password: passwordOf('operator') };
      await page.request.post(`${here.url}/v1/session`, { data, headers: { Origin: here.url } });
      await page.goto(`${here.url}/`);
      for (const [place, ready] of places) {
        await page.goto(`${here.url}/#/${place}`);
        await page.locator(ready).first().waitFor();
        await page.locator('h1').waitFor();
        const found = [...(await violationsOf(page)), ...(await faultsOf(page))];
        await page.evaluate(() => document.documentElement.setAttribute('data-mantine-color-scheme', 'dark'));
        found.push(...(await violationsOf(page, ['color-contrast'])));
        await page.evaluate(() => document.documentElement.setAttribute('data-mantine-color-scheme', 'light'));
        expect([locale, place, ...found]).toEqual([locale, place]);
      }
      await page.setViewportSize({ width: 390, height: 844 });
      for (const [place, ready] of places) {
        await page.goto(`${here.url}/#/${place}`);
        await page.locator(ready).first().waitFor();
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect([locale, place, width]).toEqual([locale, place, 390]);
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    };
    await Promise.all(['en-GB', 'fr-FR', 'de-DE'].map(look));
  });
});
