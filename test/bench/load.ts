import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { ask } from '../../services/cli/client.js';
import { sendStream } from '../../services/cli/send.js';
import { standardTestPost } from '../../services/platforms/index.js';
import { type Running, residentBytes } from './installation.js';
import { postLines, randomOf, textOf } from './posts.js';

interface Outcome {
  id: string;
  action?: string;
  receivedAt?: number;
  assessedAt?: number;
  state?: string;
  endedAt?: number | null;
}

const chunksOf = <T>(values: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));

/** Outcomes of these posts once all are settled. @throws Error after `patience` ms, saying how many are open */
export async function settle(
  running: Running,
  platform: string,
  ids: readonly string[],
  settled: (outcome: Outcome) => boolean,
  patience = 60_000,
): Promise<Outcome[]> {
  const until = Date.now() + patience;
  const outcomes: Outcome[] = [];
  for (const chunk of chunksOf(ids, 1_000)) {
    let open = chunk;
    while (open.length > 0) {
      const body = JSON.stringify({ platform, ids: open });
      const answer = await ask<{ outcomes: Outcome[] }>(running, '/v1/posts/outcomes', { method: 'POST', body });
      outcomes.push(...answer.outcomes.filter(settled));
      open = answer.outcomes.filter(outcome => !settled(outcome)).map(outcome => outcome.id);
      if (open.length === 0) break;
      if (Date.now() > until)
        throw new Error(`${open.length} of ${chunk.length} posts not settled, ${open[0]} among them`);
      await pause(100);
    }
  }
  return outcomes;
}

/** Sends `count` posts as one stream, and waits until the last is assessed. @returns posts a second, from the first sent to the last assessed */
export async function throughput(
  running: Running,
  count: number,
  prefix: string,
): Promise<{ perSecond: number; waits: number[] }> {
  const ids: string[] = [];
  async function* lines(): AsyncGenerator<string> {
    for (const line of postLines(count, prefix)) yield line;
  }
  const from = Date.now();
  await sendStream(running, lines(), answered => {
    if (!answered.receipt || !answered.id) throw new Error(`not taken: ${JSON.stringify(answered)}`);
    ids.push(answered.id);
  });
  if (ids.length !== count) throw new Error(`${ids.length} receipts for ${count} posts`);
  const last = await settle(running, 'bench', ids.slice(-1), outcome => outcome.assessedAt !== undefined, 120_000);
  const outcomes = await settle(running, 'bench', ids, outcome => outcome.assessedAt !== undefined, 120_000);
  const end = Math.max(...outcomes.map(outcome => outcome.assessedAt ?? 0), last[0]?.assessedAt ?? 0);
  return {
    perSecond: count / ((end - from) / 1000),
    waits: outcomes.map(outcome => (outcome.assessedAt ?? 0) - (outcome.receivedAt ?? 0)),
  };
}

export interface TakedownLoad {
  perSecond: number;
  seconds: number;
  /** Share of posts that are standard test posts. */
  share: number;
  /** Ask for the review queue and the open clocks all the while, 20 times a second. */
  queries?: boolean;
}

/** Writes posts in the sandbox at a steady rate. @returns milliseconds from written to gone, of those to remove */
export async function takedowns(
  running: Running,
  load: TakedownLoad,
): Promise<{ gone: number[]; sent: ReadonlyMap<string, number>; memory: number[] }> {
  const dispatcher = new Agent({ connections: 64, pipelining: 1 });
  const random = randomOf(load.perSecond);
  const sent = new Map<string, number>();
  const memory: number[] = [];
  let asking = true;
  const queries = load.queries
    ? (async () => {
        while (asking) {
          await Promise.all([
            ask({ url: running.urls.cases, key: running.key }, '/v1/cases?limit=50'),
            ask({ url: running.urls.clocks, key: running.key }, '/v1/clocks?limit=50'),
          ]);
          await pause(50);
        }
      })()
    : undefined;
  queries?.catch(() => undefined);
  const write = async (remove: boolean): Promise<void> => {
    const text = `${textOf(random, 300)} ${remove ? standardTestPost : ''}`;
    const at = Date.now();
    const res = await request(`${running.url}/sandbox/posts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, author: 'bench' }),
      dispatcher,
    });
    const body = (await res.body.json()) as { id: string };
    if (res.statusCode !== 201) throw new Error(`the sandbox answered ${res.statusCode}`);
    if (remove) sent.set(body.id, at);
  };
  const total = load.perSecond * load.seconds;
  const from = performance.now();
  const underWay = new Set<Promise<void>>();
  for (let i = 0; i < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - from) / 1000) * load.perSecond) + 1);
    for (; i < due; i++) {
      const one: Promise<void> = write(i % Math.round(1 / load.share) === 0).finally(() => underWay.delete(one));
      underWay.add(one);
    }
    if (i % load.perSecond < load.perSecond / 50)
      memory.push(...running.processes.map(({ pid }) => residentBytes(pid)));
    await pause(2);
    if (underWay.size > 5_000) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  asking = false;
  await queries;
  const outcomes = await settle(
    running,
    'sandbox',
    [...sent.keys()],
    outcome => outcome.state !== undefined && outcome.state !== 'pending',
  );
  await dispatcher.close();
  const lost = outcomes.filter(outcome => outcome.state !== 'gone');
  if (lost.length > 0) throw new Error(`${lost.length} ended otherwise than gone, ${lost[0]?.state} among them`);
  return { gone: outcomes.map(outcome => (outcome.endedAt ?? 0) - (sent.get(outcome.id) ?? 0)), sent, memory };
}
