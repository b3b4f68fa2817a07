import type { Finding, Post } from '../../contracts/index.js';

/** What a signal is told beside the posts. */
export interface SignalContext {
  /** Milliseconds since 1970, UTC. */
  now: number;
  /** By platform: the accounts whose standard test posts may be removed there (promise 4: a connector lists them). */
  testAccounts: Readonly<Record<string, 'all' | readonly string[]>>;
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
  cost: 'cheap' | 'model' | 'remote';
  labels: readonly string[];
  /** Labels that are evidence, on which a rule may act by itself: always, or where the operator's own people confirmed the entry. */
  evidence?: Readonly<Record<string, 'always' | 'confirmed'>>;
  /** Names what it goes by: the same version says the same of the same post. */
  version(): string;
  assess(posts: readonly Post[], context: SignalContext): Promise<Finding[][]>;
  /** Undefined where it can do its work; else what is wrong. */
  problem(): Promise<string | undefined>;
  stop(): Promise<void>;
}
