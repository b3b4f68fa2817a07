import { ask } from '../../services/cli/client.js';
import { percentile } from '../../services/cli/figures.js';
import { policyText } from '../../services/policies/index.js';
import { realTime } from '../../services/runtime/index.js';
import { startServers } from './environment.js';
import { cpuSeconds, type Running, residentBytes, start } from './installation.js';
import { takedowns, throughput } from './load.js';

export interface BacktestOptions {
  posts: number;
  seconds: number;
  runs: number;
  mode: 'embedded' | 'servers';
  say(line: string): void;
}

interface Asked {
  id: string;
  state: string;
  error?: string;
  startedAt?: string;
  endedAt?: string;
  progress: { done: number; perSecond: number };
}

const ms = (values: number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  return `p50 ${percentile(sorted, 0.5)} ms, p99 ${percentile(sorted, 0.99)} ms (n=${sorted.length})`;
};
const rate = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;

/** A draft that asks for less certainty than the shipped policy, so that some posts change sides. */
const draft = policyText(undefined).replace(
  /(label: \[ve, incitement, glorification, recruitment, threat\]), over: true/,
  '$1, atLeast: 0.02',
);

/** One backtest over all that is stored. @returns posts a second from the first to the last, as the clock on the wall has it */
async function once(running: Running, against: 'done' | 'live'): Promise<{ perSecond: number; done: number }> {
  const body = JSON.stringify({ policy: { text: draft }, over: { days: 1 }, against });
  const { id } = await ask<Asked>(running, '/v1/backtests', { method: 'POST', body });
  for (;;) {
    const now = await ask<Asked>(running, `/v1/backtests/${id}`);
    if (now.state === 'failed') throw new Error(now.error);
    if (now.state === 'done') {
      const seconds = (Date.parse(now.endedAt ?? '') - Date.parse(now.startedAt ?? '')) / 1000;
      return { perSecond: now.progress.done / seconds, done: now.progress.done };
    }
    await realTime.sleep(100);
  }
}

/** Backtests over kept assessments, alone and beside removals; and removals without them. */
export async function backtestBench({ posts, seconds, runs, mode, say }: BacktestOptions): Promise<string> {
  const { environment, groups, stop } = await startServers(mode);
  let running: Running | undefined;
  const rows: [string, string, string][] = [];
  try {
    const here = await start(environment, groups, 18_440);
    running = here;
    say(`${mode}: ${posts} posts are sent in`);
    for (let sent = 0; sent < posts; sent += 50_000)
      await throughput(here, Math.min(50_000, posts - sent), `bt${sent}`);
    await takedowns(here, { perSecond: 30, seconds: 10, share: 1 });
    for (const against of ['done', 'live'] as const) {
      const alone: number[] = [];
      for (let run = 0; run < runs; run++) alone.push((await once(here, against)).perSecond);
      say(`alone, against ${against}: ${alone.map(rate).join(', ')}`);
      const name = against === 'done' ? 'what was done' : 'the live policy, decided again too';
      rows.push([
        `over ${posts.toLocaleString('en')} kept assessments, against ${name}`,
        alone.map(rate).join(', '),
        '≥ 20,000/s',
      ]);
    }
    const load = { perSecond: 30, seconds, share: 1 };
    const before = await takedowns(here, load);
    say(`removals without: ${ms(before.gone)}`);
    let going = true;
    const beside: number[] = [];
    const working = (async () => {
      while (going) beside.push((await once(here, 'done')).perSecond);
    })();
    const cpu = here.processes.map(({ pid }) => cpuSeconds(pid));
    const during = await takedowns(here, load);
    const used = here.processes.map(
      ({ name, pid }, n) => `${name} ${((cpuSeconds(pid) - cpu[n]!) / seconds).toFixed(2)}`,
    );
    const memory = here.processes
      .map(({ name, pid }) => `${name} ${Math.round(residentBytes(pid) / 1e6)} MB`)
      .join(', ');
    going = false;
    await working;
    say(`removals beside: ${ms(during.gone)}; backtests ${beside.map(rate).join(', ')}`);
    rows.push(
      ['written in the sandbox → gone, 30 posts/s, all removed, no backtest', ms(before.gone), ''],
      ['the same, while one backtest follows the other', `${ms(during.gone)}; cores used: ${used.join(', ')}`, ''],
      ['those backtests', beside.map(rate).join(', '), '≥ 20,000/s'],
      ['memory at their end', memory, ''],
    );
  } finally {
    await running?.stop();
    await stop();
  }
  return `| ${mode} | measured | goal |\n|---|---|---|\n${rows.map(row => `| ${row.join(' | ')} |`).join('\n')}`;
}
