import type { Page } from 'playwright-core';
import { addPerson, passwordOf } from '../accounts/browser.js';
import { eventually, forumPost, type Installed } from '../console/installation.js';

export const ferry = 'The ferry to the island leaves at noon from the old harbour.';

/** Signs in on the page that is shown, with the keys alone. */
export async function signIn(page: Page, name: string, password = passwordOf(name)): Promise<void> {
  await page.getByLabel('Name').focus();
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

/** Makes people of these roles, named by them. */
export async function peopleOf(here: Installed, ...roles: string[]): Promise<void> {
  for (const role of roles) await addPerson(here, role, role);
}

/** Cases wait, one for each of these posts: they hold a text that a bank lists and nobody confirmed. */
export async function queueUp(here: Installed, posts: readonly object[]): Promise<void> {
  const entry = { kind: 'text', text: ferry, source: 'a test' };
  await here.ask('/v1/banks/tryout/entries', { method: 'POST', body: JSON.stringify(entry) });
  const open = async () =>
    ((await (await here.ask('/v1/cases?limit=500')).json()) as { cases: { id: string; postId: string }[] }).cases;
  // The entry acts within a second; until then a post is let pass.
  const tries: string[] = [];
  await eventually(async () => {
    const id = `try-${performance.now()}`;
    tries.push(id);
    await here.ask('/v1/posts', { method: 'POST', body: JSON.stringify(forumPost(id, { text: ferry })) });
    return eventually(async () => {
      const answer = await here.ask(`/v1/posts/${id}?platform=forum`);
      const { versions } = (await answer.json()) as { versions: { assessment?: { action: string } }[] };
      return versions[0]?.assessment && { action: versions[0].assessment.action };
    }).then(({ action }) => (action === 'review' ? true : undefined));
  });
  await eventually(async () => {
    const left = (await open()).filter(({ postId }) => postId === tries.at(-1));
    const decision = { decision: 'keep', reason: 'It only asked whether the entry acts.' };
    for (const { id } of left)
      await here.ask(`/v1/cases/${id}/decisions`, { method: 'POST', body: JSON.stringify(decision) });
    return left.length > 0 ? true : undefined;
  });
  const before = (await open()).length;
  for (const post of posts) await here.ask('/v1/posts', { method: 'POST', body: JSON.stringify(post) });
  await eventually(async () => ((await open()).length >= before + posts.length ? true : undefined));
}
