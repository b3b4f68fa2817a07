import type { Post } from '../../contracts/index.js';

/** Longer ones are cut. */
const longest = 500;
const mostLinks = 50;
const link = /\bhttps?:\/\/[^\s<>"'()[\]{}]{1,2000}/giu;

/** A link as it is looked for: without scheme, `www.`, fragment and the last slash. Undefined where it is none. */
export function plainLink(text: string): { host: string; whole: string } | undefined {
  const full = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !url.hostname.includes('.')) return undefined;
  const host = url.hostname.replace(/^www\./, '');
  return { host, whole: `${host}${url.pathname}${url.search}`.replace(/\/$/, '').slice(0, longest) };
}

export const authorMark = (id: string): string => `a:${id}`;
export const hashMark = (hex: string): string => `x:${hex.toLowerCase()}`;
export const replyMark = (platform: string, id: string): string => `r:${platform}/${id}`;
/** A host alone finds all links to it. */
export const linkMark = ({ host, whole }: { host: string; whole: string }): string =>
  whole === host ? `h:${host}` : `l:${whole}`;

/** By what a post is found beside its words. */
export function marksOf({ platform, author, media = [], links = [], text = '', inReplyTo }: Post): Set<string> {
  const found = new Set([authorMark(author.id)]);
  for (const { sha256, md5, pdq } of media) for (const hash of [sha256, md5, pdq]) if (hash) found.add(hashMark(hash));
  for (const one of [...links, ...[...text.matchAll(link)].map(([whole]) => whole)].slice(0, mostLinks)) {
    const plain = plainLink(one.replace(/[.,;:!?…]+$/u, ''));
    if (!plain) continue;
    found.add(`h:${plain.host}`);
    if (plain.whole !== plain.host) found.add(`l:${plain.whole}`);
  }
  if (inReplyTo) found.add(replyMark(platform, inReplyTo));
  return found;
}
