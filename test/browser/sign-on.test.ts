import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { passwordOf } from '../accounts/browser.js';
import { type OpenIdProvider, openIdProvider } from '../accounts/provider.js';
import { type Installed, install } from '../console/installation.js';
import { withServers } from '../servers/index.js';
import { openChromium, openPage } from './chromium.js';
import { peopleOf, signIn } from './people.js';

withServers(['chromium'], 'signing on', () => {
  let browser: Browser;
  let here: Installed;
  let provider: OpenIdProvider;

  beforeAll(async () => {
    provider = await openIdProvider(() => ['moderators']);
    [browser, here] = await Promise.all([
      openChromium(),
      install({ ...provider.settings, OIDC_ROLES: 'moderators=reviewer' }),
    ]);
    await provider.serve(here.url);
    await peopleOf(here, 'reviewer', 'legal');
  });
  afterAll(async () => {
    await browser?.close();
    await here?.stop();
    provider?.close();
  });

  const account = async (): Promise<Page> => {
    const { page } = await openPage(browser);
    await page.goto(`${here.url}/#/account`);
    return page;
  };
  const signedIn = (page: Page) => page.getByRole('heading', { name: 'Your account', level: 1 }).waitFor();
  const codeOf = (secret: string, later = 0): string =>
    new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({
      timestamp: Date.now() + later * 30_000,
    });

  test('one-time codes are set up and asked for; another session is seen and ended', async () => {
    const page = await account();
    await signIn(page, 'reviewer');
    await signedIn(page);
    await page.getByRole('button', { name: 'Set them up' }).press('Enter');
    const secret = (await page.locator('form code').first().textContent()) ?? '';
    expect(
      await page.getByRole('link', { name: 'or open it with the app on this device' }).getAttribute('href'),
    ).toMatch(/^otpauth:\/\/totp\//);
    const confirm = page.getByLabel('Then the six digits that it shows');
    await confirm.fill('000000');
    await confirm.press('Enter');
    await page.getByRole('alert').getByText('Something is missing or wrong.', { exact: false }).waitFor();
    const spent = codeOf(secret);
    await confirm.fill(spent);
    await confirm.press('Enter');
    await page.getByText('Set up. From now on the code is asked for.').waitFor();

    const second = await account();
    await signIn(second, 'reviewer');
    const code = second.getByLabel('One-time code');
    await code.waitFor();
    // The code that confirmed it is spent; the next one is good.
    await code.fill(spent);
    await code.press('Enter');
    await second.getByRole('alert').getByText('Name, password or code is wrong.').waitFor();
    await code.fill(codeOf(secret, 1));
    await code.press('Enter');
    await signedIn(second);

    await page.reload();
    await page.getByRole('button', { name: /^End the session of/ }).press('Enter');
    await page.getByRole('button', { name: /^End the session of/ }).waitFor({ state: 'detached' });
    await second.reload();
    await second.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
    await second.context().close();
    await page.getByRole('button', { name: 'Sign out' }).press('Enter');
    await page
      .getByRole('link', { name: 'Sign in' })
      .or(page.getByRole('heading', { name: 'Sign in' }))
      .first()
      .waitFor();
    await page.context().close();
  });

  test('whoever the organisation knows signs in there, and comes back signed in', async () => {
    const page = await account();
    await page.getByRole('link', { name: 'Sign in with your organisation' }).press('Enter');
    await page.locator('input[name="login"]').fill('mona');
    await page.locator('input[name="password"]').fill('any');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Continue' }).press('Enter');
    await page.getByText('mona@example.org').waitFor();
    expect(new URL(page.url()).origin).toBe(here.url);
    await page.getByRole('link', { name: 'Review', exact: true }).waitFor();
    await page.context().close();
  });

  test('whoever guesses is kept out for a while, also with the right password then', async () => {
    const page = await account();
    await page.getByLabel('Name').waitFor();
    const tell = async (password: string): Promise<string> => {
      await page.getByLabel('Name').fill('legal');
      await page.getByLabel('Password').fill(password);
      const answered = page.waitForResponse(
        answer => answer.url().endsWith('/v1/session') && answer.request().method() === 'POST',
      );
      await page.getByLabel('Password').press('Enter');
      await answered;
      return (await page.getByRole('alert').textContent()) ?? '';
    };
    let told = '';
    for (let i = 0; i < 11 && !told.startsWith('Too many tries'); i++) told = await tell(`wrong ${i}`);
    expect(told).toMatch(/^Too many tries/);
    expect(await tell(passwordOf('legal'))).toMatch(/^Too many tries/);
    await page.context().close();
  });
});
