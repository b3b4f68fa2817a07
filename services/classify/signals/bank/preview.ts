import type { z } from 'zod';
import type { Post } from '../../../contracts/index.js';
import { type RecentPlace, readRecentPosts } from '../../../ingest/index.js';
import type { Runtime } from '../../../runtime/index.js';
import { knownLinkSignal } from '../links/index.js';
import { type listedEntry, nameOf } from './entry.js';
import type { Banks } from './follow.js';
import { Known } from './known.js';
import { knownTextSignal } from './signal.js';

/** Posts that an entry would have matched. */
export interface Preview {
  /** Posts received from here on, in milliseconds since 1970, were to be looked at; `lookedBackTo`: those that were. */
  from: number;
  to: number;
  lookedBackTo: number;
  /** Versions of posts that were looked at. */
  lookedAt: number;
  /** False where the time was over before all were looked at: the counts are then those of the latest posts alone. */
  complete: boolean;
  /** How many would have been acted on by the entry, once confirmed. */
  acts: number;
  /** How many are like it beyond that, and would have gone to a person. */
  alike: number;
  byPlatform: Record<string, Counts>;
  /** `und`: of no language that is known. */
  byLanguage: Record<string, Counts>;
  /** The first 50 found, the newest first. */
  posts: Match[];
}
interface Counts {
  acts: number;
  alike: number;
}
interface Match {
  platform: string;
  id: string;
  version: number;
  receivedAt: number;
  acts: boolean;
  /** From 0 to 1. */
  similarity: number;
  /** Of a picture: bits of 256 that differ. */
  distance?: number;
}
type Found = Pick<Match, 'acts' | 'similarity' | 'distance'>;

const mostShown = 50;
/** Posts read at once: many short ones, few long ones, about so many characters. */
const fewest = 20;
const most = 1_000;
const pageSize = 1_000_000;
const day = 24 * 3600_000;

/**
 * Which of the posts of the last days an entry would have matched, had it been in a bank and confirmed: the newest first, until the time is
 * over. Nothing is changed.
 * @throws EntryError where the entry names nothing; UnavailableError
 */
export async function previewEntry(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  entry: z.output<typeof listedEntry>,
  { days, seconds }: { days: number; seconds: number },
): Promise<Preview> {
  const look = lookFor(entry, time);
  const to = time.now();
  const from = to - days * day;
  const deadline = time.steady() + seconds * 1000;
  const preview: Preview = {
    from,
    to,
    lookedBackTo: to,
    lookedAt: 0,
    complete: false,
    acts: 0,
    alike: 0,
    // A platform may be called "constructor".
    byPlatform: Object.create(null),
    byLanguage: Object.create(null),
    posts: [],
  };
  let limit = 100;
  let before: RecentPlace | undefined;
  do {
    const page = await readRecentPosts(db, { since: from, limit, ...(before && { before }) });
    const found = await look(page.posts.map(({ post }) => post));
    for (const [n, { post, receivedAt }] of page.posts.entries()) {
      preview.lookedAt++;
      const match = found[n];
      if (!match) continue;
      count(preview, post, match);
      const { platform, id, version } = post;
      if (preview.posts.length < mostShown) preview.posts.push({ platform, id, version, receivedAt, ...match });
    }
    before = page.next;
    preview.lookedBackTo = before?.receivedAt ?? from;
    preview.complete = before === undefined;
    const size = page.posts.reduce((sum, { post }) => sum + (post.text?.length ?? 0) + 500, 1);
    limit = Math.max(fewest, Math.min(most, Math.floor((pageSize * Math.max(1, page.posts.length)) / size)));
  } while (before && time.steady() < deadline);
  return preview;
}

function count(preview: Preview, { platform, language = 'und' }: Post, { acts }: Found): void {
  const what = acts ? 'acts' : 'alike';
  preview[what]++;
  preview.byPlatform[platform] ??= { acts: 0, alike: 0 };
  preview.byPlatform[platform][what]++;
  preview.byLanguage[language] ??= { acts: 0, alike: 0 };
  preview.byLanguage[language][what]++;
}

/** Asks the very signals, of banks that hold nothing but this entry. */
function lookFor(
  entry: z.output<typeof listedEntry>,
  time: Runtime['time'],
): (posts: Post[]) => Promise<(Found | undefined)[]> {
  const { kind, foundBy, content, acts } = nameOf(entry);
  const known = new Known(() => 0);
  const row = { id: time.uuid(), bank: 'preview', kind, found_by: foundBy, content, confirmed_by: '', acts_at: acts };
  known.put({ ...row, expires_at: null });
  const banks: Banks = {
    ...known.lookups(),
    version: () => 0,
    problem: () => undefined,
    stop: async () => undefined,
  };
  if (kind !== 'text' && kind !== 'link') return posts => Promise.all(posts.map(post => ofMedia(banks, post)));
  const signal = kind === 'text' ? knownTextSignal(banks, time) : knownLinkSignal(banks);
  return async posts => {
    const findings = await signal.assess(posts, { now: time.now(), testAccounts: {} });
    return findings.map(([first]) =>
      first ? { acts: signal.evidence?.[first.label] !== undefined, similarity: first.score } : undefined,
    );
  };
}

async function ofMedia(banks: Banks, { media = [] }: Post): Promise<Found | undefined> {
  let nearest: Found | undefined;
  for (const hashes of media) {
    for (const { entry, distance } of await banks.media(hashes)) {
      const similarity = 1 - distance / 256;
      if (nearest && nearest.similarity >= similarity) continue;
      nearest = { acts: distance <= entry.actsWithin, similarity, ...(entry.kind === 'pdq' && { distance }) };
    }
  }
  return nearest;
}
