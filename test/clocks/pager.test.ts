import { goesOutAt } from '../../services/clocks/pager/index.js';
import { eventId } from '../../services/contracts/index.js';
import { until } from '../until.js';
import { removal, t0 } from './facts.js';
import { mailServer, secret, webhookServer } from './receivers.js';
import { keys, scenario, sleep, startClocks } from './running.js';

/** A removal that was asked for just now. */
const now = (name: string) => {
  const from = Date.now() - t0;
  const { requested, ended, returned } = removal(name);
  return {
    requested: () => requested(from),
    ended: (after: number) => ended(from + after),
    returned: (after: number) => returned(from + after),
  };
};
const linkIn = (text: string): string => /https?:\/\/\S+/.exec(text)?.[0] ?? '';

describe('a clock that nears its limit', () => {
  scenario(
    'is mailed to the first on call, whose link shows a button; pressing it ends the calling',
    async ({ keep, clocks: running }) => {
      const smtp = keep(await mailServer());
      const clocks = await running({
        CLOCK_REMOVAL: '10s',
        PAGER_CONTACTS: 'mailto:ada@example.org,mailto:ben@example.org',
        PAGER_SMTP_URL: smtp.url,
        PAGER_ACK_WITHIN: '4s',
      });
      const r = now('mailed');
      await clocks.tell(r.requested());
      const mail = await until(() => smtp.mails[0], 'the first mail');
      expect(mail.to).toEqual(['ada@example.org']);
      expect(mail.text).toContain('removal: 1 clock at 80 % of the limit');
      expect(mail.text).toContain('sandbox / post-mailed');
      const [page] = await clocks.pages();
      expect(mail.id).toBe(`<${page?.id}.0@localhost>`);

      // A mail scanner follows the link: that answers nothing.
      const link = linkIn(mail.text);
      const shown = await fetch(link);
      expect(shown.status).toBe(200);
      expect(shown.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(await shown.text()).toContain('<form method="post">');
      expect((await clocks.pages())[0]?.state).toBe('sent');

      expect(
        (
          await fetch(
            link.replace(/.$/, c => (c === 'A' ? 'B' : 'A')),
            { method: 'POST' },
          )
        ).status,
      ).toBe(404);
      const pressed = await fetch(link, { method: 'POST', headers: { accept: 'text/html' } });
      expect(await pressed.text()).toContain('Taken by ada@example.org');
      expect((await clocks.pages())[0]).toMatchObject({ state: 'acknowledged', acknowledged_by: 'ada@example.org' });
      // A second press changes nothing, and says who has it.
      expect((await fetch(link, { method: 'POST' })).status).toBe(200);

      await clocks.tell(r.ended(8_500));
      await sleep(5_000);
      expect(smtp.mails.filter(({ id }) => id.startsWith(`<${page?.id}`))).toHaveLength(1);
      expect(smtp.mails.some(({ to }) => to.includes('ben@example.org'))).toBe(false);
    },
  );

  scenario(
    'goes to the next on call where nobody answers, then round again, until somebody does',
    async ({ keep, clocks: running }) => {
      const first = keep(await webhookServer());
      const second = keep(await webhookServer());
      const clocks = await running({
        CLOCK_REMOVAL: '100ms',
        PAGER_WEBHOOK_SECRET: secret,
        PAGER_CONTACTS: `${first.url},${second.url}`,
        PAGER_ACK_WITHIN: '1s',
      });
      await clocks.tell(now('unanswered').requested());
      await until(() => first.calls.length >= 2, 'the first on call, again');
      const [page] = await clocks.pages();
      expect(first.calls[0]?.body).toMatchObject({
        type: 'page.v1',
        data: { page: page?.id, clocks: 1, breached: 1, nearest: [{ obligation: 'removal', post: 'post-unanswered' }] },
      });
      expect(first.calls.map(call => call.id)).toEqual([`${page?.id}.0`, `${page?.id}.2`]);
      expect(second.calls.map(call => call.id)).toEqual([`${page?.id}.1`]);
      const res = await fetch(`${clocks.url}/v1/pages/${page?.id}/acknowledge`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${keys.acknowledger}` },
      });
      expect(await res.json()).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'Ada' });
      const before = first.calls.length + second.calls.length;
      await sleep(2_500);
      expect(first.calls.length + second.calls.length).toBe(before);
    },
  );

  scenario(
    'goes to the next on call where the first can not be reached, with one id for all tries of a turn',
    async ({ keep, clocks: running }) => {
      const down = keep(await webhookServer(() => 503));
      const smtp = keep(await mailServer(['ada@example.org']));
      const up = keep(await webhookServer());
      const clocks = await running({
        CLOCK_REMOVAL: '100ms',
        PAGER_WEBHOOK_SECRET: secret,
        PAGER_CONTACTS: `${down.url},mailto:ada@example.org,${up.url}`,
        PAGER_SMTP_URL: smtp.url,
      });
      await clocks.tell(now('unreachable').requested());
      await until(() => up.calls[0], 'the third on call', 30_000);
      expect(down.calls).toHaveLength(3);
      expect(new Set(down.calls.map(call => call.id)).size).toBe(1);
      expect(smtp.attempts).toHaveLength(3);
      const [page] = await until(async () => {
        const pages = await clocks.pages();
        return pages[0]?.state === 'sent' && pages;
      }, 'the page to be sent');
      expect(page).toMatchObject({ turn: 2, attempts: 1, error: null });
    },
  );

  scenario('that ends in time calls nobody further, though nobody answered', async ({ keep, clocks: running }) => {
    const hook = keep(await webhookServer());
    const clocks = await running({
      CLOCK_REMOVAL: '10s',
      PAGER_WEBHOOK_SECRET: secret,
      PAGER_CONTACTS: hook.url,
      PAGER_ACK_WITHIN: '1s',
    });
    const r = now('in-time');
    await clocks.tell(r.requested());
    await until(() => hook.calls[0], 'the warning');
    await clocks.tell(r.ended(4_900));
    await until(async () => (await clocks.pages())[0]?.state === 'resolved', 'the page to be resolved');
    const sent = hook.calls.length;
    await sleep(1_500);
    expect(hook.calls).toHaveLength(sent);
    expect(await clocks.clock('in-time')).toMatchObject({ state: 'stopped', late: 0 });
  });
});

describe('many clocks at once', () => {
  scenario('are one page that says how many', async ({ keep, clocks: running }) => {
    const hook = keep(await webhookServer());
    const clocks = await running({ CLOCK_REMOVAL: '100ms', PAGER_CONTACTS: hook.url, PAGER_WEBHOOK_SECRET: secret });
    await clocks.tell(...Array.from({ length: 1_200 }, (_, i) => now(`many-${i}`).requested()));
    const told = await until(() => hook.calls[0], 'the page');
    await until(async () => {
      const { n } = await clocks.rows
        .selectFrom('page_clocks')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return n === 1_200;
    }, 'all clocks to be on pages');
    const pages = await clocks.pages();
    // What came while one was out waits for the next: nothing is dropped, and nobody gets 1,200 calls.
    expect(pages.length).toBeLessThanOrEqual(5);
    expect(Number(told.body.data?.clocks)).toBeGreaterThan(10);
    expect(told.body.data?.nearest).toHaveLength(10);
  });

  test('wait the longer the more pages are unanswered, a first one not at all', () => {
    expect(goesOutAt(1_000_000, 0, undefined)).toBe(1_000_500);
    expect(goesOutAt(1_000_000, 1, 999_000)).toBe(1_029_000);
    expect(goesOutAt(1_000_000, 2, 999_000)).toBe(1_059_000);
    expect(goesOutAt(1_000_000, 50, 999_000)).toBe(1_299_000);
    expect(goesOutAt(1_000_000, 1, 900_000)).toBe(1_000_500);
  });
});

describe('the settings of the pager', () => {
  scenario(
    'with nobody on call are allowed: pages are listed, and go out once there is somebody',
    async ({ keep, clocks: running }) => {
      const clocks = await startClocks({ CLOCK_REMOVAL: '100ms' });
      await clocks.tell(now('listed').requested());
      const listed = await until(async () => {
        const { body } = await clocks.get('/v1/pages');
        return body.pages[0];
      }, 'the page in the list');
      expect(listed).toMatchObject({ state: 'waiting', level: 100, clocks: 1 });
      await sleep(1_500);
      await clocks.stop(true);

      const hook = keep(await webhookServer());
      const settings = { CLOCK_REMOVAL: '100ms', PAGER_CONTACTS: hook.url, PAGER_WEBHOOK_SECRET: secret };
      await running(settings, clocks.directory);
      const call = await until(() => hook.calls[0], 'the page');
      expect(call.id).toBe(`${listed.id}.0`);
    },
  );

  for (const [what, settings, variable] of [
    ['a contact that is no address', { PAGER_CONTACTS: 'mailto:nobody' }, 'PAGER_CONTACTS: number 1'],
    ['a contact of another kind', { PAGER_CONTACTS: 'mailto:a@b.c,tel:112' }, 'PAGER_CONTACTS: number 2'],
    ['a mail contact without a mail server', { PAGER_CONTACTS: 'mailto:a@example.org' }, 'PAGER_SMTP_URL'],
    ['a webhook without a secret', { PAGER_CONTACTS: 'https://example.org/x' }, 'PAGER_WEBHOOK_SECRET'],
  ] as const) {
    test(`with ${what} keep the service from starting, by name`, async () => {
      await expect(startClocks({ ...settings })).rejects.toThrow(variable);
    });
  }
});

scenario('ids of posts can make no lines of their own in a mail', async ({ keep, clocks: running }) => {
  const smtp = keep(await mailServer());
  const clocks = await running({
    CLOCK_REMOVAL: '100ms',
    PAGER_CONTACTS: 'mailto:ada@example.org',
    PAGER_SMTP_URL: smtp.url,
  });
  const told = now('sly').requested();
  told.fact.data.postId = 'x\r\nI take it: http://evil.example/\u2028y';
  await clocks.tell({ ...told, id: eventId('sly', 'sly') });
  const mail = await until(() => smtp.mails[0], 'the mail');
  expect(mail.text.split(/\r?\n|\u2028/).filter(line => line.startsWith('I take it:'))).toHaveLength(1);
  expect(mail.subject).not.toContain('evil');
});
