import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { standardTestPost } from '../../services/classify/index.js';
import { readItem } from '../../services/enforce/index.js';
import { type Answer, ForwardTime, newFolder, type Running, start } from '../ingest/installation.js';
import { until } from '../until.js';
import { type Platform, platformsFile, policyFile, secret, startPlatform } from './platform.js';

export interface Scene extends Running {
  platform: Platform;
  time: ForwardTime;
  /** Publishes a post on the platform and sends it in: removed (en), withheld (fr), reviewed (de) or allowed. Resolves with its id. */
  post(language: string, more?: Partial<Sent>): Promise<string>;
  sendVersion(id: string, version: number, language: string, more?: Partial<Sent>): Promise<void>;
  item(id: string, platform?: string): ReturnType<typeof readItem>;
  /** The only open case of a post. */
  openCase(id: string): Promise<string>;
  decide(caseId: string, decision: string): Promise<Answer>;
  /** Until the removal (or restoration) stands so. */
  stands(id: string, wanted: 'gone' | 'public', state: string, platform?: string): Promise<void>;
  clock(obligation: string, id: string): Promise<ClockRow | undefined>;
  /** No event is on its way any more. */
  quiet(): Promise<void>;
  end(): Promise<void>;
}

export interface Sent {
  platform: string;
  text: string;
  createdAt: string;
  deletedAt: string;
  url: string;
}

export interface ClockRow {
  obligation: string;
  subject: string;
  post_id: string;
  state: string;
  open: number;
  started_at: number;
  ended_at: number | null;
  reopened: number;
  seconds: number | null;
}

let made = 0;

export async function openScene(settings: Record<string, string> = {}, territorial = false): Promise<Scene> {
  const platform = await startPlatform();
  const folder = newFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  process.env.ACME_SECRET = secret;
  const time = new ForwardTime();
  const running = await start(
    {
      SANSDELAI_PLATFORMS: write('platforms.yaml', platformsFile(platform.origin, territorial)),
      SANSDELAI_POLICY: write('policy.yaml', policyFile),
      LOOK_TIMEOUT: '1s',
      ...settings,
    },
    { services: ['ingest', 'classify', 'enforce', 'clocks'], folder, time },
  );

  async function send(id: string, version: number, language: string, more: Partial<Sent>): Promise<void> {
    const post = {
      id,
      platform: 'acme',
      version,
      url: `${platform.origin}/posts/${id}`,
      audience: 'public',
      author: { id: 'tester' },
      text: `${standardTestPost} number ${id}, as it was written first.`,
      language,
      createdAt: new Date(time.now() - 1_000).toISOString(),
      ...more,
    };
    const { status, body } = await running.call('POST', '/v1/posts', post);
    if (status !== 202) throw new Error(`${status}: ${JSON.stringify(body)}`);
  }

  const scene: Scene = {
    ...running,
    platform,
    time,
    async post(language, more = {}) {
      const id = `item-${process.pid}-${made++}`;
      platform.publish(id, more.text ?? `${standardTestPost} number ${id}, as it was written first.`);
      await send(id, 1, language, more);
      return id;
    },
    sendVersion: (id, version, language, more = {}) => send(id, version, language, more),
    item: (id, name = 'acme') => readItem(running.db, name, id),
    openCase: id =>
      until(async () => {
        const { cases } = await scene.item(id);
        return cases.find(row => row.state === 'open')?.id;
      }, `an open case of ${id}`),
    decide: (caseId, decision) =>
      running.call('POST', `/v1/cases/${caseId}/decisions`, { decision, reason: 'because of the tests' }),
    async stands(id, wanted, state, name = 'acme') {
      let last = '';
      await until(async () => {
        const { removal } = await scene.item(id, name);
        last = `${removal?.wanted}/${removal?.state} (${removal?.detail})`;
        return removal?.wanted === wanted && removal.state === state;
      }, `${id} to stand ${wanted}/${state}`).catch(error => {
        throw new Error(`${(error as Error).message}; it stands ${last}`);
      });
    },
    clock: (obligation, id) =>
      running.db
        .tables<{ clocks: ClockRow }>()
        .selectFrom('clocks')
        .selectAll()
        .where('obligation', '=', obligation)
        .where('post_id', '=', id)
        .orderBy('started_at', 'desc')
        .executeTakeFirst(),
    async quiet() {
      const { bus } = running.runtime;
      await until(async () => {
        const lags = [
          await bus.lag('posts', 'classify'),
          await bus.lag('assessments', 'enforce'),
          await bus.lag('evidence', 'clocks'),
        ];
        return lags.every(lag => lag === 0);
      }, 'the bus to be empty');
    },
    async end() {
      await running.stop();
      await platform.close();
    },
  };
  return scene;
}
