import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { standardTestPost } from '../../services/classify/index.js';
import type { EnforceRows } from '../../services/enforce/tables.js';
import type { Database } from '../../services/runtime/index.js';
import { type Platform, platformsFile, policyFile, secret, startPlatform } from '../enforce/platform.js';
import { apiKey, newFolder } from '../ingest/installation.js';
import { until } from '../until.js';

export type When = 'before' | 'during' | 'after';
export interface Crash {
  post: string;
  at: number;
  when: When;
}

/** A process of `life.ts`. */
export interface Life {
  url: string;
  /** What it did about the post that it was to die at, as `<n> <what>`. */
  steps: string[];
  /** Resolves when the process has ended, by whatever. */
  over: Promise<void>;
  ended(): boolean;
  /** At once, as `kill -9` does. */
  kill(): void;
  stop(): Promise<void>;
}

/** An installation through all its lives, and the platform that it protects, which lives on. */
export interface Fate {
  platform: Platform;
  folder: string;
  begin(crash?: Crash): Promise<Life>;
  /** Publishes a post on the platform, if it is not there, and sends it in. @returns whether it was acknowledged. */
  send(life: Life, id: string): Promise<boolean>;
  end(): Promise<void>;
}

const entry = fileURLToPath(new URL('./life.js', import.meta.url));
/** Every life's clock is this much ahead of the one before, ms: leases and pauses of the dead have run out. */
const ahead = 20_000;

export async function openFate(settings: Record<string, string> = {}): Promise<Fate> {
  const platform = await startPlatform();
  const folder = newFolder();
  writeFileSync(join(folder, 'platforms.yaml'), platformsFile(platform.origin));
  writeFileSync(join(folder, 'policy.yaml'), policyFile);
  const living = new Set<ChildProcess>();
  let lives = 0;
  return {
    platform,
    folder,
    async begin(crash) {
      const child = spawn(process.execPath, [entry], {
        env: {
          PATH: process.env.PATH,
          PORT: '0',
          SANSDELAI_DATA: join(folder, 'data'),
          SANSDELAI_API_KEY: apiKey,
          SANSDELAI_ADMIN_PASSWORD: 'a-password-of-tests',
          SANSDELAI_SANDBOX: 'off',
          SANSDELAI_PROBE: 'off',
          SANSDELAI_PLATFORMS: join(folder, 'platforms.yaml'),
          SANSDELAI_POLICY: join(folder, 'policy.yaml'),
          ACME_SECRET: secret,
          LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
          AHEAD: String(ahead * lives++),
          ...(crash ? { CRASH_POST: crash.post, CRASH_AT: String(crash.at), CRASH_WHEN: crash.when } : {}),
          ...settings,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      living.add(child);
      const steps: string[] = [];
      createInterface(child.stderr).on('line', line => {
        if (/^\d+ /.test(line)) steps.push(line);
        else if (process.env.TEST_LOG || !line.startsWith('{')) process.stderr.write(`${line}\n`);
      });
      let dead = false;
      const over = once(child, 'exit').then(() => {
        dead = true;
        living.delete(child);
      });
      const address = new Promise<string>(resolve => createInterface(child.stdout).once('line', resolve));
      const url = await Promise.race([address, over]);
      if (!url) throw new Error('it died before it was ready');
      return {
        url,
        steps,
        over,
        ended: () => dead,
        kill: () => void child.kill('SIGKILL'),
        async stop() {
          child.kill('SIGTERM');
          await over;
        },
      };
    },
    async send(life, id) {
      if (!platform.pages.has(id)) platform.publish(id, textOf(id));
      const post = {
        id,
        platform: 'acme',
        url: `${platform.origin}/posts/${id}`,
        audience: 'public',
        author: { id: 'tester' },
        text: textOf(id),
        language: 'en',
        createdAt: '2026-05-01T10:00:00Z',
      };
      try {
        const res = await fetch(`${life.url}/v1/posts`, {
          method: 'POST',
          headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
          body: JSON.stringify(post),
        });
        return res.status === 202;
      } catch (error) {
        // It died meanwhile.
        if ((error as Error).message === 'fetch failed') return false;
        throw error;
      }
    },
    async end() {
      for (const child of living) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await platform.close();
    },
  };
}

/** For whoever wants to see what happens: TEST_LOG=silent. */
export const told = (text: string): void => {
  if (process.env.TEST_LOG) process.stderr.write(`${text}\n`);
};

const textOf = (id: string): string => `${standardTestPost} number ${id}, which nobody else has written.`;

interface Clock {
  obligation: string;
  state: string;
  open: number;
  counted: number;
  started_at: number;
  ended_at: number;
  seconds: number;
  route: string;
}

interface Tables extends EnforceRows {
  clocks: Clock & { post_id: string };
  clock_totals: { obligation: string; route: string; measure: string; value: number };
  dead_letters: { id: string; reason: string };
  posts: { item: string };
  deliveries: { id: string; item_id: string; state: string };
}

const clocksOf = (db: Database, id: string): Promise<Clock[]> =>
  db.tables<Tables>().selectFrom('clocks').selectAll().where('post_id', '=', id).orderBy('obligation').execute();
const removalOf = (db: Database, id: string) =>
  db.tables<Tables>().selectFrom('removals').selectAll().where('post_id', '=', id).executeTakeFirst();

/** Whether a life got to the end with a post, and did not die of it. A moment is left for what nobody waits for. */
export async function survives(db: Database, life: Life, id: string, patience: number): Promise<boolean> {
  const done = recovered(db, id, patience).then(
    () =>
      until(() => life.ended(), 'its death', 500).then(
        () => false,
        () => true,
      ),
    error => {
      if (life.ended()) return false;
      throw error;
    },
  );
  return Promise.race([life.over.then(() => false), done]);
}

/** Until a post is gone and its clocks have stopped. */
export async function recovered(db: Database, id: string, patience: number): Promise<void> {
  await until(
    async () => {
      const removal = await removalOf(db, id);
      const clocks = await clocksOf(db, id);
      return removal?.state === 'gone' && clocks.length === 2 && clocks.every(clock => clock.open === 0);
    },
    `${id} to be gone`,
    patience,
  ).catch(async error => {
    const { state, detail, owner, next_at } = (await removalOf(db, id)) ?? {};
    const clocks = (await clocksOf(db, id)).map(({ obligation, state }) => ({ obligation, state }));
    throw new Error(`${error.message}: ${JSON.stringify({ state, detail, owner, next_at, clocks })}`);
  });
}

/** That nothing was lost, repeated or left running for a post that was acknowledged. */
export async function checkPost(db: Database, platform: Platform, id: string): Promise<void> {
  expect(platform.pages.get(id)?.removed).toBe(true);
  const calls = platform.callsFor(id);
  // However often it was called: one key, one effect.
  expect(new Set(calls.map(call => call.webhookId)).size).toBe(1);
  expect(calls.filter(call => call.did === 'acted')).toHaveLength(1);
  const removal = await removalOf(db, id);
  expect(removal).toMatchObject({ wanted: 'gone', state: 'gone', cycle: 1, round: 0 });
  const clocks = await clocksOf(db, id);
  expect(clocks.map(({ obligation, state, open }) => ({ obligation, state, open }))).toEqual([
    { obligation: 'posted-to-gone', state: 'stopped', open: 0 },
    { obligation: 'removal', state: 'stopped', open: 0 },
  ]);
  for (const clock of clocks) expect(clock.ended_at).toBe(removal?.ended_at);
  expect(clocks[1]?.started_at).toBe(removal?.requested_at);
  expect(clocks[1]?.seconds).toBeCloseTo((removal!.ended_at! - removal!.requested_at) / 1000, 3);
  const rows = await db.tables<Tables>().selectFrom('posts').select('item').where('item', '=', `acme/${id}`).execute();
  expect(rows).toHaveLength(1);
}

/** What has to hold for the whole installation in the end. */
export async function checkWhole(db: Database, posts: number): Promise<void> {
  const rows = db.tables<Tables>();
  expect(await rows.selectFrom('dead_letters').selectAll().execute()).toEqual([]);
  expect(await rows.selectFrom('clocks').selectAll().where('open', '=', 1).execute()).toEqual([]);
  const totals = await rows.selectFrom('clock_totals').selectAll().where('measure', 'in', ['count', 'open']).execute();
  for (const obligation of ['removal', 'posted-to-gone']) {
    const of = (measure: string) =>
      totals.find(row => row.obligation === obligation && row.measure === measure)?.value ?? 0;
    expect({ obligation, count: of('count'), open: of('open') }).toEqual({ obligation, count: posts, open: 0 });
  }
}
