import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { Authority, makeFolder, openBox, openFolder } from '../../../services/cli/authority-simulator.js';
import { percentile } from '../../../services/cli/figures.js';
import { sendStream } from '../../../services/cli/send.js';
import { startServers } from '../environment.js';
import { cpuSeconds, type Running, residentBytes, start } from '../installation.js';
import { settle } from '../load.js';
import { postLines } from '../posts.js';
import { stageTimes } from '../shares.js';

export interface OrdersOptions {
  modes: readonly ('embedded' | 'servers')[];
  orders: number;
  seconds: number;
  postsPerSecond: number;
  say(line: string): void;
}

/** Times (ms) of one order: from sent to its acknowledgement, to seen gone, to the form at the authority. */
interface Took {
  acknowledged: number;
  gone: number;
  answered: number;
}

const ms = (values: number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(percentile(sorted, share)).toLocaleString('en');
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, longest ${at(1)} ms`;
};

/** Public posts to order the removal of, taken in. */
async function targets(running: Running, count: number, dispatcher: Agent): Promise<{ url: string }[]> {
  const made: { id: string; url: string }[] = [];
  const write = async (): Promise<void> => {
    while (made.length < count) {
      const place = made.push({ id: '', url: '' }) - 1;
      const res = await request(`${running.url}/sandbox/posts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: `Words of a post that is ordered away, number ${place}.`, author: 'bench' }),
        dispatcher,
      });
      if (res.statusCode !== 201) throw new Error(`the sandbox answered ${res.statusCode}`);
      made[place] = (await res.body.json()) as { id: string; url: string };
    }
  };
  await Promise.all(Array.from({ length: 16 }, write));
  await settle(
    running,
    'sandbox',
    made.map(({ id }) => id),
    outcome => outcome.assessedAt !== undefined,
  );
  return made;
}

/** Posts of no interest at a steady rate, as one stream, until told to end. */
function flow(running: Running, perSecond: number) {
  let going = true;
  let sent = 0;
  async function* lines(): AsyncGenerator<string | undefined> {
    const from = performance.now();
    for (const line of postLines(10_000_000, `flow-${Date.now()}`)) {
      if (!going) return;
      yield line;
      sent++;
      if (sent % Math.ceil(perSecond / 50) !== 0) continue;
      yield undefined;
      const early = from + (sent * 1000) / perSecond - performance.now();
      if (early > 0) await pause(early);
    }
  }
  const done = sendStream(running, lines(), ({ error }) => {
    if (error) throw new Error(`a post was not taken: ${error.detail}`);
  });
  done.catch(() => undefined);
  return {
    sent: () => sent,
    async stop() {
      going = false;
      await done;
    },
  };
}

async function measure(mode: 'embedded' | 'servers', options: OrdersOptions): Promise<string[]> {
  const { orders, seconds, postsPerSecond, say } = options;
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-bench-orders-'));
  const box = await openBox('127.0.0.1', 0);
  const dispatcher = new Agent({ connections: 32 });
  await makeFolder(join(folder, 'authority'), `http://127.0.0.1:${box.port}/answers`);
  const { environment, groups, stop } = await startServers(mode);
  let running: Running | undefined;
  try {
    // One key for all processes: with it, orders promises what the ledger enters.
    const own = {
      SANSDELAI_ORDERS: join(folder, 'authority', 'orders.yaml'),
      LEDGER_KEY_FILE: join(folder, 'ledger.key'),
    };
    const pool: Record<string, string> = process.env.BENCH_POOL ? { DATABASE_POOL: process.env.BENCH_POOL } : {};
    const settings = { ...environment, ...own, ...pool };
    const named = mode === 'servers' ? [...groups, ['orders']] : groups;
    running = await start(settings, named, mode === 'embedded' ? 18_440 : 18_460);
    const { processes } = running;
    const at = processes.find(({ name }) => name === 'orders')?.url ?? running.url;
    const authority = new Authority(at, openFolder(join(folder, 'authority')), box, undefined, undefined, 60_000);
    const send = async (target: { url: string }): Promise<Took> => {
      const body = await authority.sign(authority.order([target]));
      const sentAt = Date.now();
      const headers = { 'content-type': 'application/jose' };
      const res = await request(`${at}/v1/removal-orders`, { method: 'POST', headers, body, dispatcher });
      const said = (await res.body.json()) as { id: string; doubts?: string[] };
      const acknowledged = Date.now() - sentAt;
      if (res.statusCode !== 202 || said.doubts?.length !== 0)
        throw new Error(`an order was answered ${res.statusCode}: ${JSON.stringify(said).slice(0, 300)}`);
      const answer = await authority.untilAnswered(said.id);
      const measure = answer?.body.measure as { at: string } | undefined;
      if (!answer || !measure) throw new Error(`order ${said.id} was not answered`);
      return { acknowledged, gone: Date.parse(measure.at) - sentAt, answered: answer.at - sentAt };
    };
    const sendAll = async (list: readonly { url: string }[], perSecond: number): Promise<Took[]> => {
      const from = performance.now();
      const underWay: Promise<Took>[] = [];
      for (const [i, target] of list.entries()) {
        const early = from + (i * 1000) / perSecond - performance.now();
        if (early > 0) await pause(early);
        const one = send(target);
        one.catch(() => undefined);
        underWay.push(one);
      }
      return Promise.all(underWay);
    };

    say(`${mode}: posts to order away`);
    const warm = await targets(running, 150, dispatcher);
    const list = await targets(running, orders, dispatcher);
    // A fresh process is slow until its code is compiled.
    await sendAll(warm, 15);
    say(`${mode}: ${orders} orders in ${seconds} s, at ${postsPerSecond} posts/s`);
    const posts = flow(running, postsPerSecond);
    await pause(3_000);
    const before = processes.map(({ pid }) => cpuSeconds(pid));
    const [sentBefore, from] = [posts.sent(), performance.now()];
    const took = await sendAll(list, orders / seconds);
    const lasted = (performance.now() - from) / 1000;
    const perSecond = (posts.sent() - sentBefore) / lasted;
    const cpu = processes.map(
      ({ name, pid }, i) => `${name} ${((cpuSeconds(pid) - (before[i] ?? 0)) / lasted).toFixed(2)}`,
    );
    const memory = processes.map(({ name, pid }) => `${name} ${Math.round(residentBytes(pid) / 1e6)}`);
    await posts.stop();
    const rows = [
      ['sent → acknowledged', ms(took.map(one => one.acknowledged)), ''],
      ['sent → seen gone', ms(took.map(one => one.gone)), ''],
      ['sent → Annex II at the authority', ms(took.map(one => one.answered)), 'p99 ≤ 2,000 ms'],
      ['posts beside it', `${Math.round(perSecond)}/s`, `${postsPerSecond}/s`],
      ['cores used', cpu.join(', '), ''],
      ['memory', `${memory.join(', ')} MB`, ''],
    ];
    for (const [what, value] of rows) say(`  ${what}: ${value}`);
    return [
      `## ${mode === 'embedded' ? 'Embedded, one process' : 'Kafka + Redis + PostgreSQL, a process a service'}`,
      '',
      `${orders} orders in ${seconds} s, each about a post of its own in the sandbox.`,
      '',
      '| figure | measured | goal |',
      '|---|---|---|',
      ...rows.map(row => `| ${row.join(' | ')} |`),
      '',
      'What the stages took, waiting included:',
      '',
      await stageTimes(running),
      '',
    ];
  } finally {
    await running?.stop();
    await stop();
    await dispatcher.close();
    await box.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Orders received → gone → Annex II sent, without a person, beside posts at a steady rate. @returns tables in Markdown */
export async function ordersBench(options: OrdersOptions): Promise<string> {
  const lines: string[] = [];
  for (const mode of options.modes) lines.push(...(await measure(mode, options)));
  return lines.join('\n');
}
