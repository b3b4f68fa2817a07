import { Presets, SingleBar } from 'cli-progress';
import { realTime } from '../runtime/index.js';
import { ask, type Server, serverOf } from './client.js';
import { percentiles } from './figures.js';
import { readJsonLines, toPost } from './files.js';
import { type Answered, sendStream } from './send.js';

interface Outcome {
  id: string;
  action?: string;
  receivedAt?: number;
  assessedAt?: number;
  wanted?: string;
  state?: string;
  endedAt?: number | null;
}

/** What became of each id that was sent. */
export interface Report {
  sent: number;
  seconds: number;
  refused: { id: string; detail: string }[];
  outcomes: Outcome[];
  /** Acknowledged, and yet not assessed within the time. */
  unaccounted: string[];
}

const settled = (outcome: Outcome): boolean =>
  outcome.assessedAt !== undefined &&
  (outcome.action !== 'remove' || (outcome.state !== undefined && outcome.state !== 'pending'));

/** Asks for the outcomes of these ids until all are settled or `wait` ms have passed. */
async function follow(
  server: Server,
  platforms: Map<string, string[]>,
  wait: number,
  tick: (n: number) => void,
): Promise<Outcome[]> {
  const until = realTime.now() + wait;
  const outcomes: Outcome[] = [];
  for (const [platform, ids] of platforms) {
    for (let i = 0; i < ids.length; i += 1_000) {
      let open = ids.slice(i, i + 1_000);
      for (;;) {
        const body = JSON.stringify({ platform, ids: open });
        const answer = await ask<{ outcomes: Outcome[] }>(server, '/v1/posts/outcomes', { method: 'POST', body });
        const done = answer.outcomes.filter(settled);
        outcomes.push(...done);
        tick(done.length);
        const left = answer.outcomes.filter(outcome => !settled(outcome));
        open = left.map(outcome => outcome.id);
        if (open.length === 0) break;
        if (realTime.now() > until) {
          outcomes.push(...left);
          break;
        }
        await realTime.sleep(200);
      }
    }
  }
  return outcomes;
}

/** Sends a file of posts and follows each to its end. `rate`: posts a second. */
export async function replay(
  server: Server,
  file: string,
  options: { rate?: number; platform: string; wait: number },
  progress: { total(n: number): void; tick(n: number): void; phase(name: string): void },
): Promise<Report> {
  let total = 0;
  for await (const _ of readJsonLines(file)) total++;
  progress.total(total);
  progress.phase('sending');
  const ids = new Map<number, { id: string; platform: string }>();
  const accepted = new Map<string, string[]>();
  const refused: Report['refused'] = [];
  let resumeFrom: number | undefined;
  const from = realTime.now();
  async function* lines(): AsyncGenerator<string | undefined> {
    let line = 0;
    for await (const entry of readJsonLines(file)) {
      const post = toPost(entry, ++line, options.platform, realTime.now());
      ids.set(line, { id: String(post.id), platform: String(post.platform) });
      yield JSON.stringify(post);
      if (!options.rate) continue;
      const early = from + (line * 1000) / options.rate - realTime.now();
      if (early > 5) {
        yield undefined;
        await realTime.sleep(early);
      }
    }
  }
  await sendStream(server, lines(), (answered: Answered) => {
    if (answered.resumeFrom !== undefined) resumeFrom = answered.resumeFrom;
    if (answered.line === undefined) return;
    const sent = ids.get(answered.line) ?? { id: `line ${answered.line}`, platform: options.platform };
    if (answered.receipt) {
      const known = accepted.get(sent.platform) ?? [];
      known.push(sent.id);
      accepted.set(sent.platform, known);
    } else {
      const { detail, errors } = answered.error ?? {};
      refused.push({
        id: sent.id,
        detail: [detail, ...(errors ?? []).map(one => `${one.path}: ${one.message}`)].join(' '),
      });
    }
    progress.tick(1);
  });
  const seconds = (realTime.now() - from) / 1000;
  if (resumeFrom !== undefined) throw new Error(`The server stopped taking posts: go on from line ${resumeFrom}.`);
  progress.phase('following');
  const unique = new Map([...accepted].map(([platform, all]) => [platform, [...new Set(all)]]));
  const outcomes = await follow(server, unique, options.wait, progress.tick);
  const unaccounted = outcomes.filter(outcome => outcome.assessedAt === undefined).map(outcome => outcome.id);
  return { sent: total, seconds, refused, outcomes, unaccounted };
}

/** `npm run replay -- FILE [--rate N]` */
export async function replayCommand(
  file: string,
  options: { rate?: string; platform: string; wait: string },
): Promise<void> {
  const bar = new SingleBar(
    {
      format: '{phase} [{bar}] {percentage}% {value}/{total} {eta_formatted}',
      etaBuffer: 500,
      noTTYOutput: false,
      hideCursor: true,
    },
    Presets.rect,
  );
  let total = 0;
  const report = await replay(
    serverOf(process.env),
    file,
    {
      platform: options.platform,
      wait: Number(options.wait) * 1000,
      ...(options.rate ? { rate: Number(options.rate) } : {}),
    },
    {
      total: n => {
        total = n;
      },
      phase: phase => {
        bar.stop();
        bar.start(total, 0, { phase });
      },
      tick: n => bar.increment(n),
    },
  ).finally(() => bar.stop());
  const { sent, seconds, refused, outcomes, unaccounted } = report;
  const actions = new Map<string, number>();
  for (const { action } of outcomes)
    actions.set(action ?? 'not assessed', (actions.get(action ?? 'not assessed') ?? 0) + 1);
  const spans = (end: (outcome: Outcome) => number | null | undefined) =>
    outcomes.flatMap(outcome => {
      const at = end(outcome);
      return at && outcome.receivedAt ? [at - outcome.receivedAt] : [];
    });
  const gone = (outcome: Outcome) => (outcome.state === 'gone' ? outcome.endedAt : undefined);
  const lines = [
    `sent                 ${sent} posts in ${seconds.toFixed(1)} s (${Math.round(sent / seconds)} posts/s)`,
    `acknowledged         ${outcomes.length}, refused ${refused.length}`,
    ...refused.slice(0, 10).map(({ id, detail }) => `  refused ${id}: ${detail}`),
    `assessed             ${outcomes.length - unaccounted.length}: ${[...actions].map(([action, n]) => `${action} ${n}`).join(', ')}`,
    `received → assessed  ${percentiles(spans(outcome => outcome.assessedAt))}`,
    `received → gone      ${percentiles(spans(gone))}`,
    `accounted for        ${sent - unaccounted.length} of ${sent} ids`,
    ...unaccounted.slice(0, 10).map(id => `  not assessed: ${id}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (unaccounted.length > 0) process.exitCode = 1;
}
