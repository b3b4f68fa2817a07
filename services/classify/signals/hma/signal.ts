import type { Finding, Post } from '../../../contracts/index.js';
import { type Signal, SignalAway } from '../signal.js';
import { type HmaMatch, type HmaOptions, lookUp, problemOf } from './client.js';

/** Calls at a time. */
const atOnce = 8;
const mostFindings = 5;
/** After so many failures in a row HMA is not asked for a while (ms). */
const patience = 3;
const rest = 15_000;
/** A look whether it answers is good for so long (ms). */
const fresh = 3_000;
/** The distance at which PDQ hashes count as the same picture. */
const radius = 31;

/**
 * HMA (Hasher-Matcher-Actioner) as a signal: pictures that are like one of its banks. Its entries are not confirmed by this operator's people, so
 * what it finds sends to review.
 * @param hashes the PDQ hashes of a post's media, in hex; an empty one is a picture that can't be hashed. Default: those the platform sent.
 */
export function hmaSignal(
  options: HmaOptions & { hashes?: (post: Post) => Promise<readonly string[]> | readonly string[] },
): Signal {
  const { url, time, hashes = sent } = options;
  let failures = 0;
  let restsUntil = 0;
  let looked: { at: number; problem: string | undefined } | undefined;

  async function ask(hash: string): Promise<HmaMatch[]> {
    if (time.steady() < restsUntil) throw new SignalAway('HMA failed several times; it is asked again in a while');
    try {
      const found = await lookUp(options, hash);
      failures = 0;
      return found === 'unhashable' ? [] : found;
    } catch (error) {
      if (++failures >= patience) restsUntil = time.steady() + rest;
      throw error;
    }
  }

  /** Each hash is asked for once, however many of the posts have it. */
  async function askAll(wanted: readonly string[]): Promise<Map<string, HmaMatch[]>> {
    const found = new Map<string, HmaMatch[]>();
    const left = [...new Set(wanted)].filter(hash => hash !== '');
    const worker = async (): Promise<void> => {
      for (let hash = left.pop(); hash !== undefined; hash = left.pop()) found.set(hash, await ask(hash));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return found;
  }

  return {
    name: 'hma',
    takes: ['media'],
    languages: 'any',
    cost: 'remote',
    labels: ['hma'],
    limits: { posts: 32, calls: 2 },
    wants: post => options.hashes !== undefined || sent(post).length > 0,
    version: () => `hma-1 ${new URL(url).origin}`,
    async assess(posts) {
      const wanted = await Promise.all(posts.map(post => hashes(post)));
      const found = await askAll(wanted.flat());
      return wanted.map(ofPost => findingsOf(ofPost.flatMap(hash => found.get(hash) ?? [])));
    },
    async problem() {
      if (!looked || time.steady() - looked.at > fresh)
        looked = { at: time.steady(), problem: await problemOf(options) };
      return looked.problem;
    },
    stop: async () => undefined,
  };
}

const sent = (post: Post): string[] => (post.media ?? []).flatMap(({ pdq }) => (pdq ? [pdq.toLowerCase()] : []));

function findingsOf(matches: readonly HmaMatch[]): Finding[] {
  const near = matches.filter(({ distance }) => distance <= radius).sort((a, b) => a.distance - b.distance);
  return near.slice(0, mostFindings).map(({ bank, contentId, distance }) => ({
    signal: 'hma',
    label: 'hma',
    score: 1 - distance / 64,
    reason: `a picture is like ${contentId} of HMA's bank ${bank} (distance ${distance})`,
  }));
}
