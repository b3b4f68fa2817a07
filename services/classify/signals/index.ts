import type { Finding, Post } from '../../contracts/index.js';
import { followModelForce, type SignalInfo } from '../../policies/index.js';
import type { Runtime, Stoppable } from '../../runtime/index.js';
import { type Beside, followRegistry, inUse, type ModelView } from '../models/index.js';
import { type Banks, followBanks, knownTextSignal } from './bank/index.js';
import { hmaSignal } from './hma/index.js';
import { knownLinkSignal } from './links/index.js';
import { fetchedMediaSignal, knownMediaSignal, type MediaSource } from './media/index.js';
import type { Signal, SignalContext } from './signal.js';
import { readTermLists, termsSignal } from './terms/index.js';
import { testPostSignal } from './test-post.js';
import { startTextModel, type TextModel } from './text-model/index.js';
import { textModelSignal } from './text-model-signal.js';

export {
  addBankEntry,
  type BankEntry,
  bankRoutes,
  bankTables,
  clearUnconfirmed,
  EntryError,
  listBankEntries,
  type NewEntry,
  removeBankEntry,
  stayDownStage,
  tallySince,
  togetherKind,
  togetherSchema,
} from './bank/index.js';
export { marksOf } from './marks.js';
export { type Fetcher, lookupRoutes, startFetcher } from './media/index.js';
export { type Signal, SignalAway, type SignalContext } from './signal.js';
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
  /** The folder in which the operator's own models are declared; without it there are none. */
  models?: string;
  /** Address of an HMA (Hasher-Matcher-Actioner) to ask about pictures; without it none is asked. */
  hma?: string | undefined;
  /** By platform, where its media are; of others none are fetched. */
  mediaSources?: Readonly<Record<string, MediaSource>>;
}

export interface RunningSignals extends Stoppable {
  /** As they are at this moment: own models come and go. */
  readonly signals: readonly Signal[];
  /** What policies may name: these, and those that no setting switches on. */
  readonly known: readonly SignalInfo[];
  /** The operator's models in shadow. */
  beside(): readonly Beside[];
  readonly banks: Banks;
  /** By signal that is asked at once, what it goes by at this moment. */
  versions(): Record<string, string>;
  /** What signals are told beside the posts, at this moment. */
  context(): SignalContext;
  /** The operator's own models, and how each stands. */
  models(): ModelView[];
  /** Undefined where all signals that are asked at once can do their work; else which can't, and why. */
  problem(): Promise<string | undefined>;
}

/** What policies may say of signals that no setting switches on. */
const hmaInfo: SignalInfo = { name: 'hma', labels: ['hma'], cost: 'remote' };
const fetchedMediaInfo: SignalInfo = {
  name: 'fetched-media',
  labels: ['known-media', 'known-media-near', 'media-unread'],
  evidence: { 'known-media': 'confirmed' },
  cost: 'remote',
};

/** Starts all signals; resolves once the banks are read and the model is loaded. */
export async function startSignals(
  runtime: Pick<Runtime, 'config' | 'db' | 'cache' | 'time' | 'log'>,
  { testAccounts, model: given, models: folder, hma, mediaSources = {} }: SignalOptions,
): Promise<RunningSignals> {
  const started: Stoppable[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(started.map(one => one.stop())));
  const keep = <T extends Stoppable>(one: T): T => {
    started.push(one);
    return one;
  };
  try {
    const model = keep(given ?? (await startTextModel({ time: runtime.time })));
    const banks = keep(await followBanks(runtime));
    const own = folder === undefined ? undefined : keep(await followRegistry(folder, runtime));
    const force = own && keep(await followModelForce(runtime));
    const fetches = Object.keys(mediaSources).length > 0;
    const fixed = [
      testPostSignal,
      knownTextSignal(banks, runtime.time),
      knownLinkSignal(banks),
      knownMediaSignal(banks),
      termsSignal(readTermLists(runtime.config.SANSDELAI_TERMS)),
      textModelSignal(model),
      ...(fetches ? [fetchedMediaSignal(banks, { time: runtime.time, sources: mediaSources })] : []),
      ...(hma ? [hmaSignal({ url: hma, time: runtime.time })] : []),
    ].map(keep);
    const off: SignalInfo[] = [...(fetches ? [] : [fetchedMediaInfo]), ...(hma ? [] : [hmaInfo])];
    const atOnce = fixed.filter(({ cost }) => cost !== 'remote');
    const used = () => (own && force ? inUse(own.models(), force.current()) : { signals: [], beside: [] });
    const all = (): readonly Signal[] => [...fixed, ...used().signals];
    return {
      get signals() {
        return all();
      },
      get known() {
        return [...all(), ...off];
      },
      beside: () => used().beside,
      banks,
      versions: () => Object.fromEntries(atOnce.map(signal => [signal.name, signal.version()])),
      context: () => ({ now: runtime.time.now(), testAccounts }),
      models: () => own?.list() ?? [],
      async problem() {
        for (const signal of atOnce) {
          const problem = await signal.problem();
          if (problem) return `signal ${signal.name}: ${problem}`;
        }
        return undefined;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Asks each signal of the posts that it takes, all signals at once.
 * @param wanted narrows which posts (by number) a signal is asked about
 * @throws SignalError of the first that fails
 */
export async function assessAll(
  signals: readonly Signal[],
  posts: readonly Post[],
  context: SignalContext,
  wanted: (signal: Signal, post: number) => boolean = () => true,
): Promise<Finding[][]> {
  const findings = posts.map((): Finding[] => []);
  const answers = await Promise.all(
    signals.map(async signal => {
      const asked = posts.flatMap((post, n) => (isFor(signal, post) && wanted(signal, n) ? [n] : []));
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

/** Whether a signal takes a post: it has one of the parts that the signal looks at, in a language that it knows. */
export function isFor({ takes, languages, wants }: Signal, post: Post): boolean {
  const { language } = post;
  if (languages !== 'any' && language && !languages.includes(language.split('-', 1)[0] ?? language)) return false;
  const has = takes.some(
    part =>
      part === 'author' ||
      (part === 'text' && Boolean(post.text)) ||
      (part === 'links' && Boolean(post.links?.length)) ||
      (part === 'media' && Boolean(post.media?.length)),
  );
  return has && (wants?.(post) ?? true);
}
