import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../until.js';
import { removal, type Told, t0 } from './facts.js';
import { secret, webhookServer } from './receivers.js';
import { type Opened, scenario, sleep, startClocks } from './running.js';

const script = fileURLToPath(new URL('./child.js', import.meta.url));

interface Child {
  heard(line: string): Promise<void>;
  kill(): Promise<void>;
}

function child(
  keep: Opened['keep'],
  directory: string,
  settings: Record<string, string>,
  facts?: readonly Told[],
): Child {
  const args = [script, directory, JSON.stringify(settings)];
  if (facts) {
    const file = join(directory, 'facts.json');
    writeFileSync(file, JSON.stringify(facts));
    args.push(file);
  }
  const process_: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(process_, 'exit');
  const lines: string[] = [];
  if (process_.stdout) createInterface({ input: process_.stdout }).on('line', line => lines.push(line));
  const kill = async () => {
    process_.kill('SIGKILL');
    await ended;
  };
  keep({ close: kill });
  return {
    heard: line => until(() => lines.includes(line), `the child to say "${line}"`, 30_000).then(() => undefined),
    kill,
  };
}

const folder = (keep: Opened['keep']): string => {
  const directory = mkdtempSync(join(tmpdir(), 'clocks-killed-'));
  keep({ close: async () => rmSync(directory, { recursive: true, force: true }) });
  return directory;
};

describe('a process that is killed', () => {
  scenario('with a clock at 90 %: the beats stop, and after the restart the page goes out once', async ({ keep }) => {
    const beats = keep(await webhookServer());
    const pager = keep(await webhookServer());
    const directory = folder(keep);
    const settings = {
      CLOCK_REMOVAL: '20s',
      PAGER_CONTACTS: pager.url,
      PAGER_WEBHOOK_SECRET: secret,
      HEARTBEAT_URL: beats.url,
      HEARTBEAT_EVERY: '500ms',
    };
    const started = Date.now();
    const first = child(keep, directory, settings, [removal('r1').requested(started - t0)]);
    await first.heard('told');
    await until(() => pager.calls[0], 'the warning at 80 %', 30_000);
    expect(pager.calls[0]?.body.data).toMatchObject({ breached: 0, clocks: 1 });
    await sleep(Math.max(0, started + 18_000 - Date.now()));
    await first.kill();
    const killed = Date.now();
    expect(beats.calls.at(-1)?.body).toMatchObject({
      open: 1,
      breached: 0,
      nextDue: new Date(started + 20_000).toISOString(),
    });

    // Whoever expects a beat every half second notices.
    await sleep(2_500);
    expect(beats.calls.filter(call => call.at > killed + 100)).toEqual([]);

    const second = child(keep, directory, settings);
    await second.heard('ready');
    const page = await until(() => pager.calls.find(call => call.body.data?.breached === 1), 'the page');
    await sleep(3_000);
    expect(pager.calls.filter(call => call.body.data?.breached === 1).map(call => call.id)).toEqual([page.id]);
    expect(pager.calls.map(call => call.id)).toHaveLength(new Set(pager.calls.map(call => call.id)).size);
    const last = beats.calls.at(-1);
    expect(last?.body).toMatchObject({ open: 1, breached: 1 });
    expect(new Set(beats.calls.map(call => call.body.instance)).size).toBe(2);
  });

  scenario('while it pages: the page is sent again under the same id', async ({ keep }) => {
    const directory = folder(keep);
    let holding = true;
    const pager = keep(await webhookServer());
    // Takes connections and says nothing: the page is under way when the process dies.
    const { createServer } = await import('node:net');
    const deaf = createServer(socket => {
      if (holding) return;
      socket.destroy();
    });
    await new Promise<void>(resolve => deaf.listen(0, '127.0.0.1', resolve));
    keep({
      close: async () => {
        deaf.close();
      },
    });
    const { port } = deaf.address() as { port: number };
    const settings = { CLOCK_REMOVAL: '200ms', PAGER_WEBHOOK_SECRET: secret };
    const connected = once(deaf, 'connection');
    const first = child(keep, directory, { ...settings, PAGER_CONTACTS: `http://127.0.0.1:${port}/` }, [
      removal('r1').requested(Date.now() - t0),
    ]);
    await connected;
    await first.kill();
    holding = false;

    const second = child(keep, directory, { ...settings, PAGER_CONTACTS: pager.url });
    await second.heard('ready');
    const call = await until(() => pager.calls[0], 'the page');
    expect(call.id).toMatch(/\.0$/);
    await sleep(2_000);
    expect(pager.calls).toHaveLength(1);
    await second.kill();

    // Sent and written down: a third process does not send it again.
    const third = child(keep, directory, { ...settings, PAGER_CONTACTS: pager.url });
    await third.heard('ready');
    await sleep(2_000);
    expect(pager.calls).toHaveLength(1);
  });

  scenario('again and again while facts come in: every clock and every figure is there once', async ({ keep }) => {
    const directory = folder(keep);
    const now = Date.now() - t0;
    const count = 400;
    const facts = Array.from({ length: count }, (_, i) => {
      const r = removal(`r${i}`);
      return [r.requested(now - 10_000), r.ended(now - 10_000 + i)];
    }).flat();
    // Every third fact comes before what it follows.
    const mixed = facts.map((fact, i) => (i % 3 === 0 && facts[i + 1] ? facts[i + 1] : fact)) as Told[];
    const story = [...mixed, ...facts];
    for (const life of [250, 400, 150, 600]) {
      const one = child(keep, directory, {}, story);
      await one.heard('ready');
      await sleep(life);
      await one.kill();
    }
    const last = child(keep, directory, {}, story);
    await last.heard('told');
    await sleep(500);
    await last.kill();

    const clocks = await startClocks({}, directory);
    try {
      const { n } = await until(async () => {
        const row = await clocks.rows
          .selectFrom('clocks')
          .select(({ fn }) => fn.countAll<number>().as('n'))
          .where('state', '=', 'stopped')
          .executeTakeFirstOrThrow();
        return row.n === 2 * count && row;
      }, 'all clocks to be stopped');
      expect(n).toBe(2 * count);
      const totals = await clocks.rows.selectFrom('clock_totals').selectAll().execute();
      const of = (measure: string) =>
        totals.find(row => row.obligation === 'removal' && row.measure === measure)?.value ?? 0;
      expect([of('count'), of('within'), of('open'), of('late')]).toEqual([count, count, 0, 0]);
      expect(of('ms')).toBe((count * (count - 1)) / 2);
    } finally {
      await clocks.stop(true);
    }
  });
});

scenario('no beat comes from a process whose escalation stands still', async ({ keep, clocks: running }) => {
  const beats = keep(await webhookServer());
  const clocks = await running({ HEARTBEAT_URL: beats.url, HEARTBEAT_EVERY: '300ms', PAGER_WEBHOOK_SECRET: secret });
  await until(() => beats.calls.length >= 3, 'three beats');
  // The escalation can't read its clocks any more.
  await clocks.runtime.db.commit([{ query: clocks.rows.schema.alterTable('clocks').renameTo('elsewhere') }]);
  await sleep(2_000);
  const sent = beats.asked();
  await sleep(1_500);
  expect(beats.asked()).toBe(sent);
});
