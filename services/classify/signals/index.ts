import type { Finding, Post } from '../../contracts/index.js';
import type { Runtime, Stoppable } from '../../runtime/index.js';
import { followBanks, knownTextSignal } from './bank/index.js';
import { knownLinkSignal } from './links/index.js';
import type { Signal, SignalContext } from './signal.js';
import { testPostSignal } from './test-post.js';
import { startTextModel, type TextModel } from './text-model/index.js';
import { textModelSignal } from './text-model-signal.js';

export {
  addBankEntry,
  type BankEntry,
  bankRoutes,
  bankTables,
  EntryError,
  listBankEntries,
  type NewEntry,
  removeBankEntry,
} from './bank/index.js';
export type { Signal, SignalContext } from './signal.js';
export { standardTestPost } from './test-post.js';
export { startTextModel, type TextModel } from './text-model/index.js';
export { textModelSignal } from './text-model-signal.js';

/** A signal could not do its work: the posts have to be assessed again, since silence would clear them. */
export class SignalError extends Error {
  override name = 'SignalError';
  constructor(
    readonly signal: string,
    cause: unknown,
  ) {
    super(`signal ${signal}: ${(cause as Error).message}`, { cause });
  }
}

export interface SignalOptions {
  /** By platform: the accounts whose standard test posts may be removed there (`Connector.testAccounts`). */
  testAccounts: SignalContext['testAccounts'];
  /** The text model; by default the shipped one is started. It is stopped with the signals. */
  model?: TextModel;
}

export interface RunningSignals extends Stoppable {
  signals: readonly Signal[];
  /** By signal, what it goes by at this moment. */
  versions(): Record<string, string>;
  /** What all signals found, by post, in the order of the posts. @throws SignalError */
  assess(posts: readonly Post[]): Promise<Finding[][]>;
  /** Undefined where all signals can do their work; else which can't, and why. */
  problem(): Promise<string | undefined>;
}

/** Starts all signals; resolves once the banks are read and the model is loaded. */
export async function startSignals(
  runtime: Pick<Runtime, 'db' | 'cache' | 'time' | 'log'>,
  { testAccounts, model: given }: SignalOptions,
): Promise<RunningSignals> {
  const model = given ?? (await startTextModel({ time: runtime.time }));
  const banks = await followBanks(runtime).catch(async error => {
    await model.stop();
    throw error;
  });
  const signals = [
    testPostSignal,
    knownTextSignal(banks, runtime.time),
    knownLinkSignal(banks),
    textModelSignal(model),
  ];
  return {
    signals,
    versions: () => Object.fromEntries(signals.map(signal => [signal.name, signal.version()])),
    assess: posts => assessAll(signals, posts, { now: runtime.time.now(), testAccounts }),
    async problem() {
      for (const signal of signals) {
        const problem = await signal.problem();
        if (problem) return `signal ${signal.name}: ${problem}`;
      }
      return undefined;
    },
    async stop() {
      await Promise.all([...signals.map(signal => signal.stop()), banks.stop()]);
    },
  };
}

/** Asks each signal of the posts that it takes, all signals at once. @throws SignalError of the first that fails */
export async function assessAll(
  signals: readonly Signal[],
  posts: readonly Post[],
  context: SignalContext,
): Promise<Finding[][]> {
  const findings = posts.map((): Finding[] => []);
  const answers = await Promise.all(
    signals.map(async signal => {
      const asked = posts.flatMap((post, n) => (isFor(signal, post) ? [n] : []));
      if (asked.length === 0) return { asked, found: [] };
      try {
        const found = await signal.assess(
          asked.map(n => posts[n]!),
          context,
        );
        if (found.length !== asked.length) throw new Error(`answered ${found.length} of ${asked.length} posts`);
        return { asked, found };
      } catch (error) {
        throw new SignalError(signal.name, error);
      }
    }),
  );
  for (const { asked, found } of answers) {
    for (const [n, post] of asked.entries()) findings[post]!.push(...found[n]!);
  }
  return findings;
}

function isFor({ takes, languages }: Signal, post: Post): boolean {
  const { language } = post;
  if (languages !== 'any' && language && !languages.includes(language.split('-', 1)[0] ?? language)) return false;
  return takes.some(
    part =>
      part === 'author' ||
      (part === 'text' && Boolean(post.text)) ||
      (part === 'links' && Boolean(post.links?.length)) ||
      (part === 'media' && Boolean(post.media?.length)),
  );
}
