import type { Finding, Post } from '../../../contracts/index.js';
import type { Banks } from '../bank/index.js';
import type { Signal } from '../signal.js';
import { findLinks } from './find.js';
import { keysOf, normalLink } from './normal.js';

const mostFindings = 5;

/** Finds posts with a link that a bank lists: the page, a path above it, or its domain. */
export function knownLinkSignal(banks: Banks): Signal {
  return {
    name: 'known-link',
    takes: ['links', 'text'],
    languages: 'any',
    cost: 'cheap',
    labels: ['known-link'],
    evidence: { 'known-link': 'confirmed' },
    version: () => `known-link-2 banks@${banks.version()}`,
    assess: async posts => posts.map(post => look(banks, post)),
    problem: async () => banks.problem(),
    // Who opened the banks closes them.
    stop: async () => undefined,
  };
}

function look(banks: Banks, post: Post): Finding[] {
  const links = new Set(post.links);
  for (const { text } of findLinks(post.text ?? '')) links.add(text);
  const found = new Map<string, Finding>();
  for (const link of links) {
    const normal = normalLink(link);
    if (!normal) continue;
    for (const key of keysOf(normal)) {
      for (const { id, bank, confirmed } of banks.links(key)) {
        const reason = `links to ${normal.whole.slice(0, 200)}, which bank ${bank} lists (${key.slice(0, key.indexOf(' '))})`;
        if (!found.has(id)) {
          found.set(id, {
            signal: 'known-link',
            label: 'known-link',
            score: 1,
            reason,
            entry: { bank, id, confirmed },
          });
        }
      }
    }
  }
  return [...found.values()]
    .sort((a, b) => Number(b.entry?.confirmed) - Number(a.entry?.confirmed))
    .slice(0, mostFindings);
}
