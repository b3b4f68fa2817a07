import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Asker } from '../../services/classify/later/index.js';
import type { RunningSignals, Signal } from '../../services/classify/signals/index.js';
import { classifyStage } from '../../services/classify/stage.js';
import type { ClassifyRows } from '../../services/classify/tables.js';
import { allTables } from '../../services/cli/services.js';
import { busKey, type Post } from '../../services/contracts/index.js';
import { plantPost } from '../../services/ingest/plant.js';
import { foldOnce } from '../../services/policies/evidence/fold.js';
import { readSeries } from '../../services/policies/evidence/histogram.js';
import { Scores } from '../../services/policies/evidence/scores.js';
import { type InForce, type Policy, Trials } from '../../services/policies/index.js';
import { parsePolicy } from '../../services/policies/parse.js';
import type { TrialRows } from '../../services/policies/trials/tables.js';
import { createLog, type OpenRuntime, openRuntime, readConfig, realTime } from '../../services/runtime/index.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { until } from '../until.js';

/** Answers of costly signals that come at one moment, on a real database: what is counted by them counts each post once. */
const names = ['slow-a', 'slow-b', 'slow-c'];
const policyOf = (name: string, action: string): string =>
  `name: ${name}\nrules:\n${names
    .map(signal => {
      const label = signal.slice(-1);
      const does = label === 'b' ? action : 'review';
      return `  - { name: ${name}-${label}, when: { finding: { signal: ${signal}, label: ${label} } }, action: ${does}, reason: So it is. }\n`;
    })
    .join('')}`;

/** A signal that answers when it is let. */
class Held implements Signal {
  readonly takes = ['text'] as const;
  readonly languages = 'any';
  readonly cost = 'remote';
  readonly limits = { timeout: 600_000, perMinute: 10_000 };
  readonly labels: string[];
  readonly evidence: Record<string, 'always'>;
  #held: Promise<void> | undefined;
  release = (): void => undefined;
  /** Posts that it was asked about, as often as it was. */
  asked = 0;
  constructor(readonly name: string) {
    this.labels = [name.slice(-1)];
    this.evidence = { [name.slice(-1)]: 'always' };
  }
  hold(): void {
    this.asked = 0;
    this.#held = new Promise(resolve => {
      this.release = resolve;
    });
  }
  version = (): string => '1';
  async assess(posts: readonly Post[]) {
    this.asked += posts.length;
    await this.#held;
    const [label = ''] = this.labels;
    return posts.map(() => [{ signal: this.name, label, score: 0.9, reason: 'so it is' }]);
  }
  problem = async () => undefined;
  stop = async () => undefined;
}

const signals = names.map(name => new Held(name));
const live = parsePolicy(policyOf('live', 'withhold'), signals);
const shadow = parsePolicy(policyOf('shadow', 'review'), signals);
const canary = parsePolicy(policyOf('canary', 'withhold'), signals);

const inForce = (policy: Policy, shadows: Policy[]): InForce => ({
  current: () => live,
  canaryFor: () => undefined,
  decides: () => policy,
  shadows: () => shadows,
  canary: () => (policy === canary ? { policy, share: 1, since: 0 } : undefined),
});

/** One process of two that stand on the same database; on SQLite both are one. */
interface Process {
  runtime: OpenRuntime;
  scores: Scores;
  trials: Trials;
}
let folders: string[] = [];
let processes: Process[] = [];
let made = 0;

async function open(url?: string): Promise<void> {
  for (let n = 0; n < (url ? 2 : 1); n++) {
    const folder = mkdtempSync(join(tmpdir(), 'sansdelai-answers-'));
    folders.push(folder);
    const config = { ...readConfig({ SANSDELAI_DATA: folder, SANSDELAI_PROBE: 'off' }), DATABASE_URL: url };
    const opened = await openRuntime(config, realTime, createLog('silent', false), allTables);
    // What is told is another test's: the bus within the database is one process's.
    const runtime = { ...opened, commit: opened.db.commit };
    const scores = new Scores(runtime, { allowed: 0, removed: 0 }, () => ({}));
    processes.push({ runtime, scores, trials: new Trials() });
  }
}
async function close(): Promise<void> {
  for (const { runtime } of processes) await runtime.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  processes = [];
  folders = [];
}

const running = (some: Signal[]) =>
  ({
    signals: some,
    known: signals,
    beside: () => [],
    versions: () => ({}),
    context: () => ({ now: realTime.now(), testAccounts: {} }),
  }) as unknown as RunningSignals;

/** Assesses so many posts as they come in. @returns the language, which is theirs alone */
async function assess(n: number, policies: InForce): Promise<string> {
  const { runtime, ...watching } = processes[0]!;
  const language = `q${String.fromCharCode(97 + made++)}`;
  const posts = Array.from({ length: n }, (_, i) => ({
    platform: 'acme',
    id: `${language}-${i}`,
    version: 1,
    url: `https://acme.example/${language}/${i}`,
    audience: 'public' as const,
    author: { id: 'alice' },
    text: `On Saturday we plant willows at the river, ${i}.`,
    language,
    createdAt: '2026-05-01T10:00:00Z',
  }));
  const now = realTime.now();
  await runtime.commit(posts.map(post => plantPost(runtime.db, post as Post, now, 'api')));
  const stage = classifyStage(runtime, running(signals), policies, { ...watching, reach: () => undefined });
  const inputs = posts.map(post => ({ id: post.id, key: busKey(post), data: { ...post, flags: [] } }));
  const { writes = [] } = await stage.handle(inputs as never, { time: realTime } as never);
  await runtime.commit(writes);
  return language;
}

const askers: Asker[] = [];
function ask(n: number, policies: InForce, some: Signal[]): void {
  const { runtime, ...watching } = processes[n % processes.length]!;
  askers.push(new Asker(runtime, running(some), policies, { ...watching, asked: () => undefined }));
}
/** Lets the signals answer, and waits until nobody asks any more. */
async function answered(): Promise<void> {
  for (const signal of signals) signal.release();
  await Promise.all(askers.splice(0).map(one => one.stop()));
}
afterEach(answered);

const db = () => processes[0]!.runtime.db;
const openOf = async (language: string): Promise<number> => {
  const rows = await db()
    .tables<ClassifyRows>()
    .selectFrom('questions')
    .select(['item', 'next_at'])
    .where('next_at', 'is not', null)
    .execute();
  return rows.filter(({ item }) => item.startsWith(`acme/${language}-`)).length;
};
async function counted(trial: Policy, language: string) {
  const rows = await db()
    .tables<TrialRows>()
    .selectFrom('policy_tallies')
    .select(['action', 'rule', 'base_action', 'base_rule', 'n'])
    .where('trial', '=', trial.version)
    .where('language', '=', language)
    .where('n', '<>', 0)
    .execute();
  return rows.sort((a, b) => (`${a.rule} ${a.base_rule}` < `${b.rule} ${b.base_rule}` ? -1 : 1));
}
/** Posts by what was done about them, as what-if reads them. */
async function done(language: string, signal = '', label = '') {
  while ((await foldOnce({ db: db() })) > 0);
  const series = await readSeries(db(), { signal, label, since: 0 });
  const sums: Record<string, number> = {};
  for (const one of series) {
    const sum = one.counts.reduce((all, n) => all + n, 0);
    if (one.language === language && sum !== 0) sums[one.action] = (sums[one.action] ?? 0) + sum;
  }
  return sums;
}

function suite(): void {
  test('several signals answer about the same posts: each post is counted as all of them leave it', async () => {
    const policies = inForce(live, [shadow]);
    for (const signal of signals) signal.hold();
    const language = await assess(5, policies);
    for (const [n, signal] of signals.entries()) ask(n, policies, [signal]);
    await until(() => signals.every(({ asked }) => asked === 5), 'all to be asked');
    for (const signal of signals) signal.release();
    await until(async () => (await openOf(language)) === 0, 'the answers');
    await answered();
    expect(await counted(shadow, language)).toEqual([
      { action: 'review', rule: 'shadow-a', base_action: 'withhold', base_rule: 'live-b', n: 5 },
    ]);
    expect(await done(language)).toEqual({ withhold: 5 });
    const labels = await Promise.all(names.map(name => done(language, name, name.slice(-1))));
    expect(labels.map(sums => Object.values(sums).reduce((all, n) => all + n, 0))).toEqual([5, 5, 5]);
  }, 60_000);

  test('a question whose lease ran out while it was asked is answered by two: it counts once', async () => {
    const policies = inForce(canary, [shadow]);
    const [signal] = signals as [Held];
    signal.hold();
    const language = await assess(5, policies);
    const query = db().tables<ClassifyRows>().deleteFrom('questions').where('signal', '<>', signal.name);
    await db().commit([{ query }]);
    ask(0, policies, [signal]);
    await until(() => signal.asked === 5, 'the first to ask');
    const lease = db().tables<ClassifyRows>().updateTable('questions').set({ lease_until: 0 });
    await db().commit([{ query: lease }]);
    ask(1, policies, [signal]);
    await until(() => signal.asked === 10, 'the second to ask');
    signal.release();
    await until(async () => (await openOf(language)) === 0, 'the answers');
    await answered();
    expect(await counted(shadow, language)).toEqual([
      { action: 'review', rule: 'shadow-a', base_action: 'review', base_rule: 'canary-a', n: 5 },
    ]);
    expect(await counted(canary, language)).toEqual([
      { action: 'review', rule: 'canary-a', base_action: '', base_rule: '', n: 5 },
      { action: 'allow', rule: 'no-rule', base_action: '', base_rule: '', n: 5 },
    ]);
    expect(await done(language)).toEqual({ review: 5 });
    expect(await done(language, 'slow-a', 'a')).toEqual({ review: 5 });
  }, 60_000);
}

describe('in one process', () => {
  beforeAll(() => open());
  afterAll(close);
  suite();
});

withServers(['postgres'], 'in two processes on PostgreSQL', () => {
  beforeAll(async () => open(await freshDatabase()));
  afterAll(close);
  suite();
});
