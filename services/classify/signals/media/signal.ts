import type { Finding, Post } from '../../../contracts/index.js';
import type { Banks } from '../bank/index.js';
import type { Signal } from '../signal.js';

const mostFindings = 5;

/** A post's picture or file, by the hashes there are of it. */
export interface Part {
  /** Which of the post's, from 1 on. */
  number: number;
  type: string;
  pdq?: string | undefined;
  sha256?: string | undefined;
  md5?: string | undefined;
}

/** Finds posts with a picture or file that a bank lists, by the hashes that the platform sent with them. */
export function knownMediaSignal(banks: Banks): Signal {
  return {
    name: 'known-media',
    takes: ['media'],
    languages: 'any',
    cost: 'cheap',
    labels: ['known-media', 'known-media-near'],
    evidence: { 'known-media': 'confirmed' },
    wants: ({ media = [] }) => media.some(({ pdq, sha256, md5 }) => pdq ?? sha256 ?? md5),
    version: () => `known-media-1 banks@${banks.version()}`,
    assess: posts => Promise.all(posts.map(post => findKnown(banks, 'known-media', partsOf(post)))),
    problem: async () => banks.problem(),
    // Who opened the banks closes them.
    stop: async () => undefined,
  };
}

export const partsOf = ({ media = [] }: Post): Part[] => media.map((part, n) => ({ ...part, number: n + 1 }));

/** What the banks know of the media of one post: by entry the nearest, `known-media` where the entry may act at that distance. */
export async function findKnown(
  banks: Pick<Banks, 'media'>,
  signal: string,
  parts: readonly Part[],
): Promise<Finding[]> {
  const found = new Map<string, Finding>();
  for (const { number, type, pdq, sha256, md5 } of parts) {
    for (const { entry, distance } of await banks.media({ pdq, sha256, md5 })) {
      const { id, bank, confirmed, kind, actsWithin } = entry;
      const label = distance <= actsWithin ? 'known-media' : 'known-media-near';
      const how = kind === 'pdq' ? `${distance} of 256 bits from a picture` : `a file (${kind})`;
      const known = found.get(id);
      // Nearer is more.
      const score = 1 - distance / 256;
      if (known && known.score >= score) continue;
      const reason = `media ${number} (${type}) is ${how} of bank ${bank}`;
      found.set(id, { signal, label, score, reason, entry: { bank, id, confirmed } });
    }
  }
  // What can act comes first, so that it is not among those left out.
  const weight = ({ label, score, entry }: Finding): number =>
    (label === 'known-media' ? 4 : 0) + (entry?.confirmed ? 2 : 0) + score;
  return [...found.values()].sort((a, b) => weight(b) - weight(a)).slice(0, mostFindings);
}
