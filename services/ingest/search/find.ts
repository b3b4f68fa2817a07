import type { Post } from '../../contracts/index.js';
import { type Database, Problem } from '../../runtime/index.js';
import { type StoredPost, storedPost } from '../read.js';
import type { IngestRows } from '../tables.js';
import { authorMark, hashMark, linkMark, marksOf, plainLink, replyMark } from './marks.js';
import { findWords } from './store.js';
import type { SearchRows } from './tables.js';
import { wanted, wordsOf } from './words.js';

/** What posts are searched by. */
export const searchKinds = ['words', 'author', 'link', 'hash'] as const;
type SearchKind = (typeof searchKinds)[number];

export interface Search {
  by: SearchKind;
  /** Words in any order; in quotation marks as they stand. */
  query: string;
  /** How many, at the most. */
  most: number;
  /** The `next` of an earlier page. */
  before?: number | undefined;
}

interface FoundPosts {
  posts: StoredPost[];
  /** Where there may be more. */
  next?: number;
}

/**
 * Posts that are still kept, the newest first. What came in a moment ago may be missing.
 * @throws Problem 422 where nothing is asked for
 */
export async function findPosts(
  db: Database,
  { by, query, most, before = Number.MAX_SAFE_INTEGER }: Search,
): Promise<FoundPosts> {
  const numbers = await numbersOf(db, by, query, before, most);
  const posts = await read(db, numbers);
  const last = numbers.at(-1);
  return { posts, ...(numbers.length === most && last !== undefined && { next: last }) };
}

async function numbersOf(db: Database, by: SearchKind, query: string, before: number, most: number): Promise<number[]> {
  if (by !== 'words') return findMark(db, markOf(by, query.trim()), before, most);
  const phrases = wanted(query);
  if (phrases.length === 0) throw new Problem(422, 'Name a word to look for.');
  return findWords(db, phrases, before, most);
}

/** Whether a search finds this post, before it is in the index. Pure. @throws Problem 422 where nothing is asked for */
export function isFound({ by, query }: Pick<Search, 'by' | 'query'>, post: Post): boolean {
  if (by !== 'words') return marksOf(post).has(markOf(by, query.trim()));
  const words = ` ${wordsOf(post.text ?? '')} `;
  return wanted(query).every(phrase => words.includes(` ${phrase} `));
}

function markOf(by: SearchKind, query: string): string {
  if (by === 'author') return authorMark(query);
  if (by === 'hash') {
    if (!/^([0-9a-f]{32}|[0-9a-f]{64})$/i.test(query)) throw new Problem(422, 'A hash is 32 or 64 hex digits.');
    return hashMark(query);
  }
  const link = plainLink(query);
  if (!link) throw new Problem(422, 'It is no link, nor the name of a site.');
  return linkMark(link);
}

async function findMark(db: Database, mark: string, before: number, most: number): Promise<number[]> {
  const rows = await db
    .tables<SearchRows>()
    .selectFrom('post_marks')
    .select('n')
    .where('mark', '=', mark)
    .where('n', '<', before)
    .orderBy('n', 'desc')
    .limit(most)
    .execute();
  return rows.map(({ n }) => n);
}

async function read(db: Database, numbers: readonly number[]): Promise<StoredPost[]> {
  if (numbers.length === 0) return [];
  const found = await db
    .tables<SearchRows & IngestRows>()
    .selectFrom('post_index')
    .innerJoin('posts', 'posts.key', 'post_index.key')
    .select(['post_index.n', 'posts.body', 'posts.received_at', 'posts.route', 'posts.flags'])
    .where('post_index.n', 'in', [...numbers])
    .orderBy('post_index.n', 'desc')
    .execute();
  return found.flatMap(row => storedPost(row) ?? []);
}

/** The latest posts that answer this one. */
export const readReplies = async (db: Database, platform: string, id: string, most: number): Promise<StoredPost[]> =>
  read(db, await findMark(db, replyMark(platform, id), Number.MAX_SAFE_INTEGER, most));
