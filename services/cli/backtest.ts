import { createReadStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Presets, SingleBar } from 'cli-progress';
import type { z } from 'zod';
import type { backtestResultSchema, backtestSchema } from '../policies/index.js';
import { realTime } from '../runtime/index.js';
import { ask, type Server, serverOf } from './client.js';

export interface BacktestOptions {
  policy?: string;
  version?: string;
  days: string;
  again?: boolean;
  against: string;
  name?: string;
  watch?: string;
  json?: boolean;
}

type Backtest = z.infer<typeof backtestSchema>;
type Found = z.infer<typeof backtestResultSchema>;

const lookEvery = 500;
/** Rows of each table that are printed. */
const most = 20;

/** `sansdelai backtest [FILE]`: asks the server for a backtest, shows how far it is, and prints what it found. Ctrl-C leaves it at work. */
export async function backtestCommand(file: string | undefined, options: BacktestOptions): Promise<void> {
  const server = serverOf(process.env);
  const asked = options.watch === undefined ? await begin(server, file, options) : await look(server, options.watch);
  process.stderr.write(`Backtest ${asked.id} of ${asked.version}. Ctrl-C leaves it at work: --watch ${asked.id}\n`);
  const found = await follow(server, asked.id);
  if (options.json) {
    const whole = await ask<object>(server, `/v1/backtests/${asked.id}/export.json`);
    process.stdout.write(`${JSON.stringify(whole, undefined, 2)}\n`);
  } else process.stdout.write(reportOf(found));
  if (found.state !== 'done') process.exitCode = 1;
}

const look = (server: Server, id: string): Promise<Found> =>
  ask<Found>(server, `/v1/backtests/${encodeURIComponent(id)}`);

async function begin(server: Server, file: string | undefined, options: BacktestOptions): Promise<Backtest> {
  const { policy, version, days, again = false, against, name } = options;
  if ((policy === undefined) === (version === undefined)) {
    throw new Error('Name the draft: --policy FILE, or --version ID of one that the server keeps.');
  }
  const body = {
    policy: policy === undefined ? { version } : { text: readFileSync(policy, 'utf8') },
    over: file === undefined ? { days: Number(days), again } : { posts: true },
    against,
    ...(name !== undefined && { name }),
  };
  const made = await ask<Backtest>(server, '/v1/backtests', { method: 'POST', body: JSON.stringify(body) });
  if (file === undefined) return made;
  const raw = createReadStream(file);
  const lines = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', error => lines.destroy(error));
  const init = { method: 'POST', body: Readable.toWeb(lines) as unknown as BodyInit, duplex: 'half' };
  return ask<Backtest>(server, `/v1/backtests/${made.id}/posts`, init as RequestInit);
}

async function follow(server: Server, id: string): Promise<Found> {
  const format = '{state} [{bar}] {percentage}% {value}/{total}, {rate} posts/s, {left}';
  const bar = new SingleBar({ format, hideCursor: true }, Presets.rect);
  bar.start(1, 0, { state: 'queued', rate: 0, left: '' });
  try {
    for (;;) {
      const found = await look(server, id);
      const { done, total, perSecond, secondsLeft } = found.progress;
      bar.setTotal(Math.max(total, 1));
      const left = secondsLeft === undefined ? '' : `${secondsLeft} s left`;
      bar.update(done, { state: found.state, rate: perSecond.toLocaleString('en'), left });
      if (found.endedAt !== undefined) return found;
      await realTime.sleep(lookEvery);
    }
  } finally {
    bar.stop();
  }
}

const percent = (share: { value: number; from: number; to: number; of: number } | null): string =>
  share
    ? `${(100 * share.value).toFixed(1)} % (${(100 * share.from).toFixed(1)} to ${(100 * share.to).toFixed(1)}, of ${share.of})`
    : '-';

function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, n) => Math.max(...rows.map(row => row[n]!.length)));
  return rows
    .map(
      row =>
        `  ${row
          .map((text, n) => text.padEnd(widths[n]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** What was found, for people. */
export function reportOf({ state, error, version, against, result }: Found): string {
  const { posts, before, after, moves, confusion, left } = result;
  const actions = ['remove', 'withhold', 'review', 'allow'] as const;
  const lines = [
    `${state}${error ? `: ${error}` : ''}. ${posts.toLocaleString('en')} posts, ${version} against ${against === 'done' ? 'what was done' : against}.\n`,
  ];
  lines.push(
    '\n',
    table([
      ['', ...actions],
      ['before', ...actions.map(action => before[action].toLocaleString('en'))],
      ['after', ...actions.map(action => after[action].toLocaleString('en'))],
    ]),
  );
  const changed = moves.filter(({ before: a, after: b }) => a.rule !== b.rule || a.action !== b.action);
  if (changed.length > 0) {
    const rows = changed
      .slice(0, most)
      .map(({ language, before: a, after: b, posts: n }) => [
        n.toLocaleString('en'),
        language,
        `${a.action} (${a.rule})`,
        `${b.action} (${b.rule})`,
      ]);
    lines.push('\nWhat changes:\n', table([['posts', 'language', 'before', 'after'], ...rows]));
    if (changed.length > most) lines.push(`  and ${changed.length - most} kinds more\n`);
  } else lines.push('\nNothing changes.\n');
  if (confusion.length > 0) {
    const rows = confusion
      .slice(0, most)
      .flatMap(group =>
        (['before', 'after'] as const).map(when => [
          `${group.by} ${group.value}`,
          when,
          percent(group[when].precision.flagged),
          percent(group[when].recall.flagged),
          percent(group[when].precision.acted),
        ]),
      );
    const head = ['of labelled or reviewed posts', '', 'not allowed: precision', 'recall', 'removed: precision'];
    lines.push('\n', table([head, ...rows]));
  }
  if (left.length > 0) {
    lines.push('\nCould not be decided:\n', table(left.map(({ why, posts: n }) => [n.toLocaleString('en'), why])));
  }
  return lines.join('');
}
