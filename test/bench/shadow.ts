import { ask } from '../../services/cli/client.js';
import { percentile } from '../../services/cli/figures.js';
import { policyText } from '../../services/policies/index.js';
import { startServers } from './environment.js';
import { cpuSeconds, type Running, start } from './installation.js';
import { throughput } from './load.js';

const median = (values: readonly number[]): number =>
  percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
const rate = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;

/** What people try in shadow: the shipped policy with one threshold moved. */
const draft = policyText(undefined).replace(
  /(label: \[ve, incitement, glorification, recruitment, threat\]), over: true/,
  '$1, atLeast: 0.5',
);

/** One more shadow, or that one no more. */
async function move(running: Running, id: string, to: 'shadow' | 'retire'): Promise<void> {
  const body = JSON.stringify({ why: 'the bench' });
  await ask(running, `/v1/policies/${encodeURIComponent(id)}/${to}`, { method: 'POST', body });
}

/**
 * Received → assessed in one process, in turns without and with a version in shadow, so that what the machine does meanwhile falls on both: rates and processor
 * time a post, and the medians of the quotients of neighbours.
 */
export async function shadowBench(options: { posts: number; runs: number; say(line: string): void }): Promise<string> {
  const { posts, runs, say } = options;
  const { environment, groups, stop } = await startServers('embedded');
  let running: Running | undefined;
  const measured: { rate: number; cpu: number }[][] = [[], []];
  try {
    const here = await start(environment, groups, 18_490);
    running = here;
    const once = async (name: string): Promise<{ rate: number; cpu: number }> => {
      const cpu = (): number => here.processes.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
      const before = cpu();
      const { perSecond } = await throughput(here, posts, name);
      return { rate: perSecond, cpu: ((cpu() - before) / posts) * 1e6 };
    };
    await once('warm');
    await once('warm-too');
    for (let run = 0; run < runs; run++) {
      const text = `${draft}# ${run}\n`;
      const body = JSON.stringify({ text, note: 'the bench' });
      const { id } = await ask<{ id: string }>(here, '/v1/policies', { method: 'POST', body });
      // Every other pair the other way round.
      for (const shadow of run % 2 === 0 ? [false, true] : [true, false]) {
        if (shadow) await move(here, id, 'shadow');
        // Heard of by then.
        await new Promise(resolve => setTimeout(resolve, 600));
        measured[shadow ? 1 : 0]!.push(await once(`r${run}${shadow ? 's' : ''}`));
        if (shadow) await move(here, id, 'retire');
      }
      const [without, beside] = measured.map(all => all[run]!);
      say(`${rate(without!.rate)} without, ${rate(beside!.rate)} with a shadow`);
    }
  } finally {
    await running?.stop();
    await stop();
  }
  const [without = [], beside = []] = measured;
  const of = (all: typeof without, what: 'rate' | 'cpu'): number => median(all.map(one => one[what]));
  const quotient = (what: 'rate' | 'cpu'): string => {
    const each = without.map((one, n) => (beside[n]![what] / one[what] - 1) * 100);
    return `${median(each).toFixed(1)} % (${each.map(one => one.toFixed(1)).join(', ')})`;
  };
  return [
    `| embedded, ${posts.toLocaleString('en')} posts a run, ${runs} pairs | without | with one shadow | of neighbours, median | goal |`,
    '|---|---|---|---|---|',
    `| received → assessed | ${rate(of(without, 'rate'))} | ${rate(of(beside, 'rate'))} | ${quotient('rate')} | ≥ −5 % |`,
    `| processor time a post | ${of(without, 'cpu').toFixed(0)} µs | ${of(beside, 'cpu').toFixed(0)} µs | ${quotient('cpu')} | ≤ 5 % |`,
  ].join('\n');
}
