import type { Finding } from '../../contracts/index.js';

const letters = 'abcdefghijklmnopqrstuvwxyz';
const pick = (from: string, random: () => number): string => from[Math.floor(random() * from.length)] ?? '';

/** A name of the same make as this one: digits for digits, letters for letters, so that it can't be told from one that a platform gave. */
export function alike(name: string, random: () => number): string {
  const hex = /^[0-9a-f-]{8,}$/.test(name) && /[0-9]/.test(name) && /[a-f]/.test(name);
  return [...name]
    .map(sign => {
      if (hex && /[0-9a-f]/.test(sign)) return pick('0123456789abcdef', random);
      if (/[0-9]/.test(sign)) return pick('0123456789', random);
      if (/[a-z]/.test(sign)) return pick(letters, random);
      return /[A-Z]/.test(sign) ? pick(letters.toUpperCase(), random) : sign;
    })
    .join('');
}

/** An address of the same make: where the post's id stands in it, the other id; else its last part made anew. */
export function alikeUrl(url: string, postId: string, newId: string, random: () => number): string {
  const encoded = encodeURIComponent(postId);
  if (url.includes(encoded)) return url.replace(encoded, encodeURIComponent(newId));
  return url.replace(/[^/]+\/?$/, last => alike(last, random));
}

/** What was found in one post, as if it had been found in this text: marks stand on its longest words. */
export function alikeFindings(findings: readonly Finding[], text: string): Finding[] {
  const words = [...text.matchAll(/[\p{L}\p{M}]{4,}/gu)]
    .map(({ 0: word, index }): [number, number] => [index, index + word.length])
    .sort((a, b) => b[1] - b[0] - (a[1] - a[0]));
  return findings.map(({ spans, ...finding }) =>
    spans && spans.length > 0 && words.length > 0
      ? { ...finding, spans: words.slice(0, Math.min(spans.length, 3)).sort((a, b) => a[0] - b[0]) }
      : finding,
  );
}
