import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assessPosts, defaultRegistry, type RunningSignals, startSignals } from '../classify/index.js';
import { postSchema } from '../contracts/index.js';
import { keptVersion, loadPolicy, type Policy } from '../policies/index.js';
import {
  type Config,
  createLog,
  type Database,
  openRuntime,
  openSqlite,
  problemsOf,
  realTime,
} from '../runtime/index.js';
import { readJsonLines, toPost } from './files.js';
import { allTables } from './services.js';

const atOnce = 256;

/** Which policy: a file, or a version that is kept; without either, what is live. */
export interface AssessOptions {
  policy?: string;
  version?: string;
}

/**
 * `sansdelai assess FILE [--policy FILE | --version ID]`: one line out for each in, in order: `id`, `scores`, `action`, `reasons`, `versions`, or `id`, `error`.
 * Needs no server: the policy is the live version of the data that the settings name (where nothing is live yet, the file that it would begin with), banks are those
 * of PostgreSQL, or none; the operator's own models are asked where their answer could matter.
 */
export async function assessCommand(file: string, options: AssessOptions, config: Config): Promise<void> {
  // A server may be using the data directory; the embedded mode then works on an empty one of its own.
  const scratch = config.DATABASE_URL ? undefined : mkdtempSync(join(tmpdir(), 'sansdelai-assess-'));
  const settings = {
    ...config,
    KAFKA_BROKERS: undefined,
    REDIS_URL: undefined,
    ...(scratch ? { SANSDELAI_DATA: scratch } : {}),
  };
  try {
    const runtime = await openRuntime(settings, realTime, createLog('warn', false), allTables);
    try {
      const models = config.SANSDELAI_MODELS ?? defaultRegistry();
      const signals = await startSignals(runtime, { testAccounts: { sandbox: 'all' }, models });
      try {
        const policy = await policyFor(options, config, signals, scratch ? undefined : runtime.db);
        await assessFile(file, signals, policy);
      } finally {
        await signals.stop();
      }
    } finally {
      await runtime.stop();
    }
  } finally {
    if (scratch) rmSync(scratch, { recursive: true });
  }
}

/** @param open the data where it is open already */
async function policyFor(
  { policy, version }: AssessOptions,
  config: Config,
  { known }: RunningSignals,
  open: Database | undefined,
): Promise<Policy> {
  if (policy !== undefined) return loadPolicy(policy, known);
  const path = join(config.SANSDELAI_DATA, 'sansdelai.db');
  // Read beside whoever runs on it.
  const db = open ?? (existsSync(path) ? await openSqlite(path, 1) : undefined);
  const kept = db && (await keptVersion(db, version, known).finally(() => db !== open && db.stop()));
  if (kept) return kept;
  if (version !== undefined) throw new Error(`There is no policy ${version}.`);
  return loadPolicy(config.SANSDELAI_POLICY, known);
}

async function assessFile(file: string, signals: RunningSignals, policy: Policy): Promise<void> {
  let line = 0;
  let batch: { id: string; value: unknown }[] = [];
  const flush = async (): Promise<void> => {
    const parsed = batch.map(({ id, value }) => ({ id, result: postSchema.safeParse(value) }));
    const good = parsed.flatMap(({ result }) => (result.success ? [result.data] : []));
    const assessed = await assessPosts(signals, policy, good, realTime.now());
    let next = 0;
    let out = '';
    for (const { id, result } of parsed) {
      if (!result.success) {
        out += `${JSON.stringify({ id, error: problemsOf(result.error) })}\n`;
        continue;
      }
      const { scores, action, reasons, versions } = assessed[next++]!;
      out += `${JSON.stringify({ id, scores, action, reasons, versions })}\n`;
    }
    batch = [];
    if (!process.stdout.write(out)) await new Promise<void>(resolve => process.stdout.once('drain', resolve));
  };
  for await (const entry of readJsonLines(file)) {
    const value = toPost(entry, ++line, 'assess', realTime.now());
    batch.push({ id: String(value.id), value });
    if (batch.length === atOnce) await flush();
  }
  await flush();
}
