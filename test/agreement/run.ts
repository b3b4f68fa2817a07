import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { outcomes } from '../distributed/client.js';
import { type Installation, openInstallation } from '../distributed/installation.js';
import { secret } from '../platforms/acme.js';
import { type Authority, openAuthority } from './orders.js';
import { openPlatform, type Platform, platformsFile, policyFile } from './platform.js';
import { Random } from './random.js';
import { openKafka, Sender } from './sender.js';
import { byOrder, limits, mild, probed, type Story, stories, type Told, usual, visited } from './stories.js';
import { Watch } from './watch.js';
import { World } from './world.js';

/** How an agreement run is made. */
export interface Mode {
  settings: Record<string, string>;
  groups: readonly (readonly string[])[];
  /** Where nothing else is asked for by AGREEMENT_POSTS. */
  posts: number;
  /** How often processes are killed while posts come in, and how many of them at once. */
  kills: number;
  victims: number;
  /** Once more when all is sent, while the slow stories go on. */
  killsLast: boolean;
}

/** What a run was, as whoever made the load knows it. */
export interface Ran {
  on: Installation;
  told: Told[];
  /** ms since 1970. */
  from: number;
  world: World;
  /** A word about it. */
  summary: string;
  stop(): Promise<void>;
}

const seed = Number(process.env.AGREEMENT_SEED ?? 4711);
/** Of posts, those that the usual story is told of. */
const removed = 0.04;
/** Of posts, those that an authority orders gone. */
const ordered = 0.01;
/** Stories of the quick kind under way at once. */
const beside = 120;
const quickly = new Set(['usual', 'ordered']);

interface Task {
  name: string;
  story?: Story;
}

/** What is to be sent, in its order: the slow stories in the first half, so that nobody waits for them in the end. */
function plan(posts: number, random: Random): Task[] {
  const tasks: Task[] = [];
  const each = Math.max(4, Math.round(posts / 2_500));
  const kinds = Object.entries(stories).filter(([, { long }]) => !long || posts >= 20_000);
  for (const [name, { tell }] of kinds) for (let i = 0; i < each; i++) tasks.push({ name, story: tell });
  for (let i = 0; i < posts * removed; i++) tasks.push({ name: 'usual', story: usual });
  for (let i = 0; i < posts * ordered; i++) tasks.push({ name: 'ordered', story: byOrder });
  const early = new Set(kinds.slice(0, -15).map(([name]) => name));
  while (tasks.length < posts) tasks.push({ name: 'mild' });
  random.shuffle(tasks);
  const half = tasks.length / 2;
  for (let i = tasks.length - 1; i > half; i--) {
    if (!early.has(tasks[i]?.name ?? '')) continue;
    let j = random.between(0, Math.floor(half));
    while (early.has(tasks[j]?.name ?? '')) j = random.between(0, Math.floor(half));
    [tasks[i], tasks[j]] = [tasks[j] as Task, tasks[i] as Task];
  }
  return tasks;
}

/** Kills processes without warning, and starts them again. */
async function kill(w: World, victims: number): Promise<void> {
  const { random, on, deaths } = w;
  const chosen = random.shuffle([...on.processes]).slice(0, victims);
  const death = { from: Date.now(), to: Number.POSITIVE_INFINITY };
  deaths.push(death);
  await Promise.all(chosen.map(one => one.end('SIGKILL')));
  for (const one of chosen) one.spawn();
  await Promise.all(chosen.map(one => one.ready()));
  death.to = Date.now();
}

/** Runs an installation with posts, decisions and faults until nothing moves any more. It is left running. */
export async function run(mode: Mode): Promise<Ran> {
  const posts = Number(process.env.AGREEMENT_POSTS ?? mode.posts);
  const random = new Random(seed);
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-agreement-'));
  const platform = await openPlatform();
  const authority = await openAuthority(folder);
  const started = Date.now();
  const on = await openInstallation(
    {
      SANSDELAI_API_KEY: 'an-ingest-key-of-the-tests',
      SANSDELAI_ADMIN_PASSWORD: 'a-password-of-tests',
      ACME_SECRET: secret,
      SANSDELAI_PLATFORMS: platformsFile(folder, platform.origin),
      SANSDELAI_POLICY: policyFile(folder),
      SANSDELAI_ORDERS: authority.settings,
      SANSDELAI_PROBE_EVERY: '2s',
      REMOVAL_LEASE: '5s',
      CLOCK_REMOVAL: `${limits.removal}ms`,
      CLOCK_REVIEW: `${limits.review}ms`,
      LOG_LEVEL: 'warn',
      ...mode.settings,
    },
    mode.groups,
  ).catch(async error => {
    await Promise.all([platform.close(), authority.close()]);
    throw error;
  });
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.reverse()) await close().catch(() => undefined);
    await on.stop();
    await Promise.all([platform.close(), authority.close()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return await load(mode, posts, random, on, platform, authority, closing, started, stop);
  } catch (error) {
    for (const one of on.processes) process.stderr.write(`\n=== ${one.name}\n${one.log(40)}\n`);
    await stop();
    throw error;
  }
}

async function load(
  mode: Mode,
  posts: number,
  random: Random,
  on: Installation,
  platform: Platform,
  authority: Authority,
  closing: (() => Promise<void>)[],
  from: number,
  stop: () => Promise<void>,
): Promise<Ran> {
  const { url, key } = on;
  const sender = new Sender({ url, key });
  const watch = new Watch({ url, key }, { url: on.of('enforce')[0].url, key });
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix = '' } = mode.settings;
  const kafka = brokers === undefined ? undefined : await openKafka(brokers, prefix);
  closing.push(
    () => sender.stop(),
    () => watch.stop(),
    async () => kafka?.stop(),
  );
  const doors = { api: sender.post.bind(sender), ...(kafka && { kafka: kafka.post }) };
  const w = new World(on, platform, watch, random, authority, doors);

  platform.handOver = (id, text) => void w.single(probed(w, id, text)).catch(error => failures.push(`${id}: ${error}`));
  closing.push(async () => {
    w.over = true;
    delete platform.handOver;
  });

  const told: Told[] = [];
  const failures: string[] = [];
  // While nothing dies yet: the sandbox dies with its process.
  for (let n = 0; n < Math.max(20, posts / 500); n += 10)
    told.push(...(await Promise.all(Array.from({ length: 10 }, (_, i) => visited(w, n + i)))));

  const tasks = plan(posts, random);
  const kills = Math.max(mode.kills, Math.round(posts / 10_000));
  const dueKills = Array.from({ length: kills }, () => random.between(0, Math.floor(tasks.length * 0.7))).sort(
    (a, b) => a - b,
  );
  const milds: string[] = [];
  const underWay = new Set<Promise<void>>();
  const acks: Promise<unknown>[] = [];
  let quick = 0;
  let killing: Promise<void> = Promise.resolve();
  for (const [i, { name, story }] of tasks.entries()) {
    while (dueKills.length > 0 && (dueKills[0] as number) <= i) {
      dueKills.shift();
      const wait = random.between(0, 400);
      killing = killing.then(() => pause(wait)).then(() => kill(w, mode.victims));
    }
    const id = `${name.replaceAll(' ', '-')}-${i}`;
    if (!story) {
      milds.push(id);
      acks.push(w.post(random.one(w.routes), mild(w, id)));
      if (acks.length % 200 === 0) await Promise.race([acks.at(-200), pause(60_000, undefined, { ref: false })]);
      continue;
    }
    while (quick >= beside) await pause(10);
    quick += quickly.has(name) ? 1 : 0;
    const one: Promise<void> = story(w, id)
      .then(
        what => void told.push(what),
        error => void failures.push(`${id}: ${(error as Error).message}`),
      )
      .finally(() => {
        quick -= quickly.has(name) ? 1 : 0;
        underWay.delete(one);
      });
    underWay.add(one);
    if (failures.length > 0) throw new Error(failures.join('\n'));
  }
  await Promise.all(acks);
  await killing;
  const sentAfter = Date.now() - from;
  if (mode.killsLast) {
    await pause(random.between(2_000, 6_000));
    await kill(w, mode.victims);
  }
  await Promise.race([Promise.all(underWay), stuck(w, underWay)]);
  if (failures.length > 0) throw new Error(failures.join('\n'));
  await sender.check();
  const ends = await outcomes(on, 'acme', milds, 120_000);
  const odd = ends.filter(({ action }) => action !== 'allow');
  if (odd.length > 0) throw new Error(`${odd.length} posts were not left alone, ${odd[0]?.id} among them`);
  const summary =
    `${posts} posts (seed ${seed}), ${w.ordered} of them ordered gone, ${told.length} of them with ${told.reduce((n, { clocks }) => n + clocks.length, 0)} clocks; ` +
    `${w.deaths.length} times ${mode.victims} process(es) killed; ${platform.probes} probes through the platform; ${w.again} posts sent twice, ${w.refused} changed under their key; ` +
    `${sender.broken} streams broken off; all sent after ${Math.round(sentAfter / 1000)} s, all told after ${Math.round((Date.now() - from) / 1000)} s`;
  return { on, told, from, world: w, summary, stop };
}

/** Says what is still waited for, where the stories do not end. */
async function stuck(w: World, underWay: ReadonlySet<unknown>): Promise<never> {
  await pause(300_000, undefined, { ref: false });
  throw new Error(`${underWay.size} stories do not end; waiting for ${w.watch.waiting.slice(0, 5)}`);
}
