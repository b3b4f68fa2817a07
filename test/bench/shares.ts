import type { Running } from './installation.js';

/** Sums and counts of the stage histograms, over all processes. */
async function stageSums(running: Running): Promise<Map<string, { seconds: number; batches: number }>> {
  const sums = new Map<string, { seconds: number; batches: number }>();
  for (const { url } of running.processes) {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const [, name, part, stage, value] of text.matchAll(
      /^(pipeline_stage|intake_step)_seconds_(sum|count)\{(?:stage|step)="([^"]+)"\} (\S+)$/gm,
    )) {
      const key = `${name === 'intake_step' ? 'intake: ' : 'stage '}${stage}`;
      const entry = sums.get(key) ?? { seconds: 0, batches: 0 };
      if (part === 'sum') entry.seconds += Number(value);
      else entry.batches += Number(value);
      sums.set(key, entry);
    }
  }
  return sums;
}

/** Where the time went: each stage's share of all stages' time, and its mean by batch. */
export async function stageShares(running: Running): Promise<string> {
  const sums = [...(await stageSums(running))]
    .filter(([, { batches }]) => batches > 0)
    .sort(([, a], [, b]) => b.seconds - a.seconds);
  const all = sums.reduce((total, [, { seconds }]) => total + seconds, 0);
  const rows = sums.map(
    ([name, { seconds, batches }]) =>
      `| ${name} | ${((100 * seconds) / all).toFixed(1)} % | ${seconds.toFixed(1)} s | ${((1000 * seconds) / batches).toFixed(1)} ms |`,
  );
  return `Where the time goes (waiting included, stages overlap):\n\n| step | share | in all | a batch |\n|---|---|---|---|\n${rows.join('\n')}`;
}
