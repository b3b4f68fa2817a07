import type { Finding, Post } from '../../../contracts/index.js';
import type { Time } from '../../../runtime/index.js';
import type { Banks } from '../bank/index.js';
import type { Signal } from '../signal.js';
import { type FetcherOptions, type MediaSource, startFetcher } from './fetch/index.js';
import { mostBytes, startHasher } from './pdq/index.js';
import { findKnown, type Part, partsOf } from './signal.js';

/** Files that are fetched and hashed at a time, over all posts: so many are in memory. */
const atOnce = 4;
/** For the media of all posts of one call, in milliseconds; what is left over is told as unread. */
const patience = 25_000;
const mostUnread = 5;

type Media = NonNullable<Post['media']>[number];

export interface FetchedMediaOptions {
  time: Time;
  /** By platform, where its media are. Of platforms that are not here nothing is fetched. */
  sources: Readonly<Record<string, MediaSource>>;
  /** For tests: how names become addresses. */
  lookup?: FetcherOptions['lookup'];
}

/**
 * Finds posts with a picture or file that a bank lists where the platform sent no hash of it: fetches it, and hashes it. Pictures are asked for
 * without a PDQ hash, other files without any hash. What could not be fetched or hashed is told as `media-unread`, with the reason and a score
 * of 0: it speaks against nobody, and whoever looks at the post sees that this was not looked at.
 */
export function fetchedMediaSignal(banks: Banks, { time, sources, lookup }: FetchedMediaOptions): Signal {
  const fetcher = startFetcher({ time, mostBytes, ...(lookup && { lookup }) });
  const hasher = startHasher({ time });
  const slots = new Slots(atOnce);

  /** The hashes of a file, or why there are none. */
  async function read(url: string, source: MediaSource, until: number) {
    return slots.run(async () => {
      if (time.steady() > until) return { unread: 'there was no time left for it' };
      const fetched = await fetcher.fetch(url, source);
      if ('problem' in fetched) return { unread: fetched.problem };
      const { unhashable, ...hashes } = await hasher.hash(fetched.bytes);
      return { ...hashes, unread: unhashable };
    });
  }

  async function look(post: Post, until: number): Promise<Finding[]> {
    const source = sources[post.platform];
    const unread: Finding[] = [];
    const parts = await Promise.all(
      partsOf(post).map(async (part): Promise<Part | undefined> => {
        const media = post.media?.[part.number - 1];
        if (!source || !media || !lacksHashes(media)) return undefined;
        const { url } = media;
        const hashes =
          url === undefined ? { unread: 'it came without address and hash' } : await read(url, source, until);
        if (hashes.unread !== undefined && (isPicture(media) || !('sha256' in hashes))) {
          const reason = `media ${part.number} (${part.type}) was not looked at: ${hashes.unread}`;
          unread.push({ signal: name, label: 'media-unread', score: 0, reason });
        }
        return { ...hashes, number: part.number, type: part.type };
      }),
    );
    const known = await findKnown(
      banks,
      name,
      parts.filter(part => part !== undefined),
    );
    unread.sort((a, b) => a.reason.localeCompare(b.reason, 'en', { numeric: true }));
    return [...known, ...unread.slice(0, mostUnread)];
  }

  return {
    name,
    takes: ['media'],
    languages: 'any',
    cost: 'remote',
    labels: ['known-media', 'known-media-near', 'media-unread'],
    evidence: { 'known-media': 'confirmed' },
    limits: { posts: 8, calls: 2, timeout: patience + 15_000 },
    wants: ({ platform, media = [] }) => sources[platform] !== undefined && media.some(lacksHashes),
    version: () => `${name}-1 banks@${banks.version()}`,
    assess: posts => {
      const until = time.steady() + patience;
      return Promise.all(posts.map(post => look(post, until)));
    },
    problem: async () => banks.problem(),
    async stop() {
      await Promise.all([fetcher.stop(), hasher.stop()]);
    },
  };
}

const name = 'fetched-media';
const isPicture = ({ type }: Media): boolean => /^image\b/i.test(type);
const lacksHashes = (media: Media): boolean =>
  media.pdq === undefined && (isPicture(media) || (media.sha256 === undefined && media.md5 === undefined));

/** Lets so many work at a time; the others wait in line. */
class Slots {
  readonly #waiting: (() => void)[] = [];
  constructor(private free: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free === 0) await new Promise<void>(resolve => this.#waiting.push(resolve));
    else this.free--;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}
