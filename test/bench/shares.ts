import { ask } from '../../services/cli/client.js';
import type { Running } from './installation.js';

interface Standing {
  steps: { at: string; step: string }[];
}

/** The way of a removal, and what happens between two of its steps. */
const way = [
  ['created', 'written: HTTP, commit'],
  ['received', 'taken in: feed, commit'],
  ['assessed', 'assessed: bus, signals, policy'],
  ['seen readable', 'seen: two commits, bus, claim, look'],
  ['called', 'kept that it was seen'],
  ['accepted', 'called: commit, HTTP, the platform’s commit'],
  ['gone', 'looked again: all public ways, control'],
] as const;

/** Where the time of a removal went: the mean of each step, and its share, over some of those that were written at these times. */
export async function stepShares(
  running: Running,
  written: ReadonlyMap<string, number>,
  sample = 300,
): Promise<string> {
  const sums = new Map<string, number>();
  let count = 0;
  const every = Math.max(1, Math.floor(written.size / sample));
  for (const [n, [id, at]] of [...written].entries()) {
    if (n % every !== 0) continue;
    const { steps } = await ask<Standing>(running, `/v1/posts/${id}?platform=sandbox`);
    let before = at;
    for (const [step] of way) {
      const found = steps.find(taken => taken.step === step);
      if (!found) continue;
      // Commits decide when a time is read; one that seems earlier than the step before took no time.
      const then = Math.max(before, Date.parse(found.at));
      sums.set(step, (sums.get(step) ?? 0) + then - before);
      before = then;
    }
    count++;
  }
  const all = [...sums.values()].reduce((total, ms) => total + ms, 0);
  const rows = way.map(([step, what]) => {
    const sum = sums.get(step) ?? 0;
    return `| ${what} | ${((100 * sum) / all).toFixed(1)} % | ${(sum / count).toFixed(1)} ms |`;
  });
  return `| step | share | mean |\n|---|---|---|\n${rows.join('\n')}`;
}

/** What a batch of each stage took, its commit included, by the stages' own histograms over all processes. */
export async function stageTimes(running: Running): Promise<string> {
  const sums = new Map<string, { seconds: number; batches: number }>();
  for (const { url } of running.processes) {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const [, part, stage, value] of text.matchAll(
      /^pipeline_stage_seconds_(sum|count)\{stage="([^"]+)"\} (\S+)$/gm,
    )) {
      const entry = sums.get(stage ?? '') ?? { seconds: 0, batches: 0 };
      if (part === 'sum') entry.seconds += Number(value);
      else entry.batches += Number(value);
      sums.set(stage ?? '', entry);
    }
  }
  const rows = [...sums]
    .filter(([, { batches }]) => batches > 0)
    .sort(([, a], [, b]) => b.seconds - a.seconds)
    .map(
      ([name, { seconds, batches }]) =>
        `| ${name} | ${batches} | ${seconds.toFixed(1)} s | ${((1000 * seconds) / batches).toFixed(1)} ms |`,
    );
  return `| stage | batches | in all | a batch |\n|---|---|---|---|\n${rows.join('\n')}`;
}

/** What share of the posts reached the costlier signals. */
export async function tierShares(running: Running): Promise<string> {
  const counts = new Map<string, number>();
  for (const { url } of running.processes) {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const [, tier = '', value] of text.matchAll(/^classify_posts_total\{tier="([^"]+)"\} (\S+)$/gm))
      counts.set(tier, (counts.get(tier) ?? 0) + Number(value));
  }
  const all = counts.get('cheap') ?? 0;
  const rows = [...counts].map(([tier, count]) => `| ${tier} | ${count} | ${((100 * count) / all).toFixed(1)} % |`);
  return `| signals that are | posts | share |\n|---|---|---|\n${rows.join('\n')}`;
}
