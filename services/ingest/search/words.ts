/** Scripts that are written without spaces: each sign is a word, and a phrase finds them in their order. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const word = /[\p{L}\p{N}\p{M}]+/gu;
const marks = /\p{M}+/gu;
/** Accents of these scripts are left out, as in a search nobody types them for sure. In others, marks are letters. */
const plainScripts =
  /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Inherited}]/u;

/** Longer words say nothing that their beginning does not; more of them are not looked for. */
const longest = 60;
const most = 20_000;

/**
 * The words of a text as they are searched for, with spaces between: small letters, without accents, of compatibility forms the plain
 * one. Both databases split it the same way, since nothing but letters, digits and spaces is left. Linear in its length.
 */
export function wordsOf(text: string): string {
  const words: string[] = [];
  for (const [found] of text.normalize('NFKD').toLowerCase().matchAll(word)) {
    if (words.length >= most) break;
    if (unspaced.test(found)) {
      for (const sign of found.slice(0, 4_000)) if (unspaced.test(sign)) words.push(sign);
      continue;
    }
    const plain = plainScripts.test(found) ? found.replace(marks, '') : found;
    if (plain !== '') words.push(plain.slice(0, longest));
  }
  return words.join(' ');
}

/** What is looked for: phrases in quotation marks, and words that stand anywhere. */
export function wanted(query: string): string[] {
  const parts: string[] = [];
  let rest = query;
  for (const [whole, phrase = ''] of query.matchAll(/["“”„«]([^"“”„«»]{1,500})["“”»]/gu)) {
    parts.push(wordsOf(phrase));
    rest = rest.replace(whole, ' ');
  }
  return [...parts, ...wordsOf(rest).split(' ')].filter(part => part !== '').slice(0, 30);
}
