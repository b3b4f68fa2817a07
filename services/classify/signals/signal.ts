import type { Finding, Post } from '../../contracts/index.js';

/** What a signal is told beside the posts. */
export interface SignalContext {
  /** Milliseconds since 1970, UTC. */
  now: number;
  /** By platform: the accounts whose standard test posts may be removed there (promise 4: a connector lists them). */
  testAccounts: Readonly<Record<string, 'all' | readonly string[]>>;
}

/** Thrown by a signal that knows that it can't be asked for a while (its circuit is open, say): then nothing is tried again, and people look. */
export class SignalAway extends Error {
  override name = 'SignalAway';
}

/**
 * What can be recognised in posts: a batch in, scores and reasons out. Findings are by post, in the order of the posts, and empty
 * where there is nothing to say. A signal that can't do its work throws: silence would mean that it found nothing.
 */
export interface Signal {
  name: string;
  /** It is asked of posts that have one of these. */
  takes: readonly ('text' | 'links' | 'media' | 'author')[];
  /** It is asked of posts in these, and of posts whose language is not known. */
  languages: 'any' | readonly string[];
  /**
   * When it is asked, the cheapest first. `cheap` (microseconds) and `model` (milliseconds, in this process): before the first assessment.
   * `remote`, whatever may take longer (a network, the decoding of a picture): afterwards, and what it finds can only make the action severer. A
   * post is put to a `model` or `remote` signal only where its answer could still change what is done.
   */
  cost: 'cheap' | 'model' | 'remote';
  labels: readonly string[];
  /** Labels that are evidence, on which a rule may act by itself: always, or where the operator's own people confirmed the entry. */
  evidence?: Readonly<Record<string, 'always' | 'confirmed'>>;
  /** Labels that say that a post speaks as news, education, art, research or counter-speech: they protect it, where a rule says so (promise 5). */
  context?: readonly string[];
  /** Left out: it is asked of every post that has what it takes. Cheap, and without input or output. */
  wants?(post: Post): boolean;
  /** Of `remote` signals: posts in one call (32), calls at a time (2), the longest time for a call in ms (10,000), and posts a minute (a setting says). */
  limits?: { readonly posts?: number; readonly calls?: number; readonly timeout?: number; readonly perMinute?: number };
  /** Claims that the same version gives the same scores for the same post, bit for bit, whatever else is asked with it. */
  reproducible?: boolean;
  /** Names what it goes by: the same version says the same of the same post. */
  version(): string;
  assess(posts: readonly Post[], context: SignalContext): Promise<Finding[][]>;
  /** Undefined where it can do its work; else what is wrong. */
  problem(): Promise<string | undefined>;
  stop(): Promise<void>;
}
