import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { percentile } from '../../services/cli/figures.js';
import { backtestBench } from './backtest.js';
import { clocksBench } from './clocks/index.js';
import { startServers } from './environment.js';
import { inferenceBench } from './inference.js';
import { cpuSeconds, type Running, residentBytes, start } from './installation.js';
import { ledgerBench } from './ledger/index.js';
import { rawInserts, rawKafka, rawModel, rawParsing } from './limits.js';
import { takedowns, throughput } from './load.js';
import { matching } from './matching/index.js';
import { nearBench } from './near/index.js';
import { ordersBench } from './orders/index.js';
import { reviewBench } from './review/index.js';
import { shadowBench } from './shadow.js';
import { stageTimes, stepShares, tierShares } from './shares.js';
import { slaBench } from './sla/index.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Figure {
  what: string;
  value: string;
  goal?: string;
  ratio?: string;
}

const median = (values: number[]): number =>
  percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
const ms = (values: number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  return `p50 ${percentile(sorted, 0.5)} ms, p99 ${percentile(sorted, 0.99)} ms (n=${sorted.length})`;
};
const rate = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Seconds of CPU that each process used in a run. */
async function withCpu<T>(running: Running, run: () => Promise<T>): Promise<{ result: T; cpu: string }> {
  const before = running.processes.map(({ pid }) => cpuSeconds(pid));
  const from = performance.now();
  const result = await run();
  const seconds = (performance.now() - from) / 1000;
  const cpu = running.processes
    .map(({ name, pid }, i) => `${name} ${((cpuSeconds(pid) - (before[i] ?? 0)) / seconds).toFixed(2)}`)
    .join(', ');
  return { result, cpu };
}

async function measure(
  mode: 'embedded' | 'servers',
  options: { runs: number; posts: number; seconds: number; minutes: number; rates: number[] },
  limits: Record<string, number>,
): Promise<{ figures: Figure[]; shares: string }> {
  const figures: Figure[] = [];
  const goals =
    mode === 'embedded'
      ? ['≥ 5,000/s', 'p50 ≤ 25 ms, p99 ≤ 150 ms', '≤ 400 MB']
      : ['≥ 4,000/s', 'p50 ≤ 50 ms, p99 ≤ 300 ms', '≤ 300 MB a service'];
  const { environment, groups, stop } = await startServers(mode);
  let running: Running | undefined;
  try {
    running = await start(environment, groups, mode === 'embedded' ? 18_400 : 18_420);
    say(`${mode}: received → assessed`);
    await throughput(running, 5_000, 'warm');
    const rates: number[] = [];
    const waits: number[] = [];
    let cpu = '';
    for (let run = 0; run < options.runs; run++) {
      const measured = await withCpu(running, () => throughput(running as Running, options.posts, `run${run}`));
      rates.push(measured.result.perSecond);
      waits.push(...measured.result.waits);
      cpu = measured.cpu;
      say(`  run ${run + 1}: ${rate(measured.result.perSecond)}`);
    }
    const perSecond = median(rates);
    figures.push({
      what: 'received → assessed, NDJSON, 400-byte posts',
      value: `${rate(perSecond)} (${rates.map(value => Math.round(value)).join(', ')})`,
      goal: goals[0] as string,
      ratio: Object.entries(limits)
        .map(([name, limit]) => `${((100 * perSecond) / limit).toFixed(1)} % of ${name}`)
        .join(', '),
    });
    figures.push({ what: '… cores used by process', value: cpu });
    // A fresh process is slow until its code is compiled: nobody's hour begins with that.
    await takedowns(running, { perSecond: mode === 'embedded' ? 60 : 20, seconds: 20, share: 1 });
    let shares = '';
    for (const perSecond of options.rates) {
      say(`${mode}: sandbox → gone at ${perSecond} posts/s, all to remove`);
      const measured = await withCpu(running, () =>
        takedowns(running as Running, { perSecond, seconds: options.seconds, share: 1 }),
      );
      const { gone, sent } = measured.result;
      figures.push({
        what: `written in the sandbox → gone, ${perSecond} posts/s, all removed`,
        value: `${ms(gone)}; cores used: ${measured.cpu}`,
        goal: perSecond === 100 ? (goals[1] as string) : '',
      });
      say(`  ${ms(gone)}`);
      shares += `\nWhere the time of a removal goes at ${perSecond} a second:\n\n${await stepShares(running, sent)}\n`;
    }

    say(`${mode}: sandbox → gone at 1,000 posts/s, 1 % to remove, with queries`);
    const fast = await withCpu(running, () =>
      takedowns(running as Running, { perSecond: 1_000, seconds: options.seconds, share: 0.01, queries: true }),
    );
    figures.push({
      what: '1,000 posts/s, 1 % removed, queue and clocks asked 20 times a second',
      value: `${ms(fast.result.gone)}; cores used: ${fast.cpu}`,
      goal: 'p99 ≤ 1 s',
    });
    say(`  ${ms(fast.result.gone)}`);
    shares += `\nWhere the time of a removal goes at 1,000 posts a second, 1 % removed:\n\n${await stepShares(running, fast.result.sent)}\n`;

    if (options.minutes > 0) {
      say(`${mode}: memory over ${options.minutes} minutes at 500 posts/s`);
      const steady = await takedowns(running, { perSecond: 500, seconds: options.minutes * 60, share: 0.01 });
      const count = running.processes.length;
      const byProcess = running.processes.map(({ name }, i) => {
        const values = steady.memory.filter((_, n) => n % count === i).map(bytes => bytes / 1e6);
        const third = Math.floor(values.length / 3);
        const [first, last] = [median(values.slice(third, 2 * third)), median(values.slice(2 * third))];
        return `${name}: max ${Math.round(Math.max(...values))} MB, middle third ${Math.round(first)}, last third ${Math.round(last)}`;
      });
      figures.push({
        what: `memory over ${options.minutes} minutes at 500 posts/s`,
        value: byProcess.join('; '),
        goal: goals[2] as string,
      });
      say(`  ${byProcess.join('; ')}`);
    } else {
      const now = running.processes
        .map(({ name, pid }) => `${name} ${Math.round(residentBytes(pid) / 1e6)} MB`)
        .join(', ');
      figures.push({ what: 'memory at the end of these runs', value: now, goal: goals[2] as string });
    }
    shares += `\nWhat the stages took in all these runs, waiting included:\n\n${await stageTimes(running)}\n`;
    shares += `\nHow many posts reached which signals:\n\n${await tierShares(running)}\n`;
    return { figures, shares };
  } finally {
    await running?.stop();
    await stop();
  }
}

/**
 * `npm run bench -- [--only embedded|servers] [--runs 3] [--posts 60000] [--seconds 20] [--minutes 0] [--rates 10,30,100]`: an installation under
 * load. `--only matching [--sizes 1000000,10000000]`: look-ups of hashes beside others' programs. `--only near [--file POSTS]`: near-duplicates of
 * texts. `--only review [--sizes 1000000,100000] [--file FOLDER]`: search over so many posts; so many waiting cases in Chromium, and 50 people at once,
 * in an installation that is kept in the folder. `--only sla [--sizes 10000000]`: figures of so many clocks. `--only backtest [--posts 200000]`: a draft
 * held against so many posts, alone and beside removals. `--only orders [--mode embedded|servers] [--beside 1000]`: 1,000 orders in a minute beside so
 * many posts/s. `--only clocks`: a million open clocks. `--only shadow`: in turns without and with a shadow. Prints the tables and keeps them.
 */
export async function benchCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      runs: { type: 'string', default: '3' },
      posts: { type: 'string', default: '60000' },
      seconds: { type: 'string', default: '20' },
      minutes: { type: 'string', default: '0' },
      rates: { type: 'string', default: '10,30,100' },
      sizes: { type: 'string' },
      file: { type: 'string' },
      mode: { type: 'string' },
      beside: { type: 'string', default: '1000' },
    },
  });
  if (values.only === 'matching') {
    const sizes = (values.sizes ?? '1000000').split(',').map(Number);
    return keep('matching', await matching({ sizes, runs: Number(values.runs), say }));
  }
  if (values.only === 'inference') return keep('inference', await inferenceBench({ runs: Number(values.runs), say }));
  if (values.only === 'ledger')
    return keep('ledger', await ledgerBench({ count: Number(values.posts), runs: Number(values.runs), say }));
  if (values.only === 'sla') {
    return keep('sla', await slaBench({ clocks: Number(values.sizes ?? 10_000_000), runs: Number(values.runs), say }));
  }
  if (values.only === 'backtest') {
    const [posts, seconds, runs] = [values.posts, values.seconds, values.runs].map(Number) as [number, number, number];
    return keep('backtest', await backtestBench({ posts, seconds, runs, mode: 'embedded', say }));
  }
  if (values.only === 'review') {
    const [posts = 1_000_000, cases = posts / 10] = values.sizes?.split(',').map(Number) ?? [];
    return keep('review', await reviewBench({ posts, cases, runs: Number(values.runs), kept: values.file, say }));
  }
  if (values.only === 'orders') {
    const modes = (['embedded', 'servers'] as const).filter(mode => !values.mode || values.mode === mode);
    const load = { orders: 1_000, seconds: 60, postsPerSecond: Number(values.beside) };
    return keep(values.mode ? `orders-${values.mode}` : 'orders', await ordersBench({ modes, ...load, say }));
  }
  if (values.only === 'clocks') {
    const modes = (['embedded', 'servers'] as const).filter(mode => !values.mode || values.mode === mode);
    return keep(
      values.mode ? `clocks-${values.mode}` : 'clocks',
      await clocksBench({ clocks: Number(values.sizes ?? 1_000_000), modes, say }),
    );
  }
  if (values.only === 'shadow') {
    const [posts, runs] = [Math.min(Number(values.posts), 10_000), Number(values.runs)];
    return keep('shadow', await shadowBench({ posts, runs, say }));
  }
  if (values.only === 'near') return keep('near', await nearBench({ posts: values.file }));
  const options = {
    runs: Number(values.runs),
    posts: Number(values.posts),
    seconds: Number(values.seconds),
    minutes: Number(values.minutes),
    rates: values.rates.split(',').map(Number),
  };
  const modes = (['embedded', 'servers'] as const).filter(mode => !values.only || values.only === mode);
  say('the limits of the parts');
  const parts = { 'fsync’d inserts': rawInserts(), 'parsing with zod': rawParsing(), 'the model': await rawModel() };
  const limitLines = Object.entries(parts).map(([name, value]) => `| ${name} | ${rate(value)} |`);
  const sections: string[] = [];
  for (const mode of modes) {
    let limits: Record<string, number> = parts;
    if (mode === 'servers') {
      const servers = await startServers('servers');
      const kafka = await rawKafka((servers.environment.KAFKA_BROKERS ?? '').split(',')).finally(() => servers.stop());
      limits = {
        'kafkajs produced': kafka.produced,
        'kafkajs consumed': kafka.consumed,
        'the model': parts['the model'],
      };
      limitLines.push(
        `| kafkajs produced, acks=all | ${rate(kafka.produced)} |`,
        `| kafkajs consumed | ${rate(kafka.consumed)} |`,
      );
    }
    const { figures, shares } = await measure(mode, options, limits);
    const rows = figures.map(
      ({ what, value, goal, ratio }) => `| ${what} | ${value} | ${goal ?? ''} | ${ratio ?? ''} |`,
    );
    const title = mode === 'embedded' ? 'Embedded, one process' : 'Kafka + Redis + PostgreSQL, a process a service';
    sections.push(
      `## ${title}\n\n| figure | measured | goal | beside the limits |\n|---|---|---|---|\n${rows.join('\n')}\n${shares}`,
    );
  }
  const { commit, day, machine } = circumstances();
  const report = [
    `# Bench of ${day}, commit ${commit}`,
    '',
    `${machine}; load generator and servers on the same machine. Median of ${options.runs} runs where several are named.`,
    '',
    '## The limits of the parts, in this run',
    '',
    '| part | alone |',
    '|---|---|',
    ...limitLines,
    '',
    ...sections,
    '',
  ].join('\n');
  process.stdout.write(`${report}\n`);
  store(`${day}-${commit}.md`, report);
}

/** When, on what, and of which commit. */
function circumstances(): { commit: string; day: string; machine: string } {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const machine = `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`;
  return { commit, day: new Date().toISOString().slice(0, 10), machine };
}

/** Prints a part's tables and keeps them. */
function keep(part: string, tables: string): void {
  const { commit, day, machine } = circumstances();
  const report = `# Bench of ${day}, commit ${commit}: ${part}\n\n${machine}.\n\n${tables}\n`;
  process.stdout.write(report);
  store(`${part}-${day}-${commit}.md`, report);
}

function store(name: string, report: string): void {
  const folder = join(root, 'test', 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), report);
}
