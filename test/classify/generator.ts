/**
 * Mild texts and edits of them, made by seed: what near-duplicates are measured with. The words are made up. Their frequencies follow
 * Zipf's law as those of natural languages do, frequent words are short, and a third of a text is made of stock phrases, which are drawn by
 * Zipf's law too: so unrelated texts have as much in common as people's do.
 */

export type Random = () => number;

/** Numbers from 0 to 1, the same for the same seeds (sfc32: 128 bits of state, so that no two streams run into each other). */
export function randomOf(...given: number[]): Random {
  let a = (given[0] ?? 0) | 0;
  let b = (given[1] ?? 0) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let n = 0; n < 15; n++) next();
  return next;
}

const below = (random: Random, count: number): number => Math.floor(random() * count);
const oneOf = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)] as T;

/** Draws from 0 to `count` - 1, the n-th with a frequency of 1 / (n + 2.7) (Zipf and Mandelbrot). */
function zipf(count: number): (random: Random) => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let n = 0; n < count; n++) {
    sum += 1 / (n + 2.7);
    sums[n] = sum;
  }
  return random => {
    const wanted = random() * sum;
    let from = 0;
    let to = count - 1;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((sums[middle] as number) < wanted) from = middle + 1;
      else to = middle;
    }
    return from;
  };
}

const onsets = 'b br c ch d dr f fl g gr h j k l m n p pl pr qu r s sh st t th tr v w z'.split(' ');
const vowels = 'a e i o u a e i o e a e ai ea ou ie oo'.split(' ');
const codas = ['', '', '', '', 'n', 'r', 's', 't', 'l', 'm', 'nd', 'st', 'ck', 'ng'];

const vocabulary = makeWords(40_000);
const drawWord = zipf(vocabulary.length);
const phrases = makePhrases(100_000);
const drawPhrase = zipf(phrases.length);

function makeWords(count: number): string[] {
  const random = randomOf(1);
  const words = new Set<string>();
  while (words.size < count) {
    const rank = words.size + 1;
    const syllables = 1 + below(random, rank < 60 ? 1 : rank < 1_500 ? 2 : 3);
    let word = '';
    for (let n = 0; n < syllables; n++) word += oneOf(random, onsets) + oneOf(random, vowels) + oneOf(random, codas);
    words.add(rank < 40 ? word.slice(0, 3) : word);
  }
  return [...words];
}

function makePhrases(count: number): string[] {
  const random = randomOf(2);
  return Array.from({ length: count }, () => manyWords(random, 2 + below(random, 4), 1_500).join(' '));
}

/** Words, of those that are among the `most` frequent. */
function manyWords(random: Random, count: number, most = vocabulary.length): string[] {
  return Array.from({ length: count }, () => {
    let rank = drawWord(random);
    while (rank >= most) rank = drawWord(random);
    return vocabulary[rank] as string;
  });
}

/** A text of `letters` letters or a few more. */
export function textOfLength(random: Random, letters: number): string {
  const parts: string[] = [];
  for (let length = 0; length < letters; ) {
    const part = random() < 0.01 ? (phrases[drawPhrase(random)] as string) : manyWords(random, 1).join('');
    parts.push(random() < 0.08 ? `${part},` : part);
    length += part.replaceAll(' ', '').length;
  }
  const text = parts.join(' ').replace(/,$/, '');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Letters of a post as posts are: half have more than 80, one in twenty fewer than 30, one in twenty more than 220. */
export function usualLength(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(3_000, Math.max(24, Math.round(80 * Math.exp(0.65 * normal))));
}

/** The n-th text of a stream: the same whenever it is asked for. */
export function mildText(n: number, stream = 0): string {
  const random = randomOf(n, stream);
  return textOfLength(random, usualLength(random));
}

/** A change made to a text by whoever posts it again. */
export type Edit = (text: string, random: Random) => string;

function places(random: Random, length: number, count: number): Set<number> {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, length)) chosen.add(below(random, length));
  return chosen;
}

/** A fifth of the words replaced by others. */
export const substituted: Edit = (text, random) => {
  const words = text.split(' ');
  for (const at of places(random, words.length, Math.round(words.length / 5)))
    words[at] = manyWords(random, 1).join('');
  return words.join(' ');
};

/** Made by hand for this file, not from the product's table: letters, what looks like them in other scripts and styles. */
const alike: Readonly<Record<string, string>> = {
  a: 'аɑα𝐚ａà',
  b: 'Ьｂ𝗯ƅ',
  c: 'сϲⅽｃ',
  d: 'ԁⅾ𝖽ｄ',
  e: 'еҽ𝐞ｅé',
  f: 'ｆ𝒇ẝ',
  g: 'ɡｇ𝗀ġ',
  h: 'һｈ𝒽հ',
  i: 'іιｉï',
  j: 'јϳｊ',
  k: 'кκｋ𝐤',
  l: 'ⅼｌӏ𝓁',
  m: 'мｍ𝐦ⅿ',
  n: 'ոռｎ𝗇',
  o: 'оοօｏö',
  p: 'рρｐ𝗉',
  q: 'ԛｑգ',
  r: 'гｒ𝗋ɾ',
  s: 'ѕｓꜱ𝘴',
  t: 'тτｔ𝐭',
  u: 'υսｕü',
  v: 'ѵνｖⅴ',
  w: 'ԝｗѡ𝗐',
  x: 'хχｘⅹ',
  y: 'уүｙý',
  z: 'ｚᴢ𝗓ż',
  ا: 'أإآﺍ',
  ه: 'ﻩہھ',
  ي: 'یىﻱ',
  ك: 'کﻙڪ',
  و: 'ﻭؤ',
  ل: 'ﻝ',
  ن: 'ﻥ',
  م: 'ﻡ',
};

/** A tenth of the characters replaced by what looks like them. */
export const lookingAlike: Edit = (text, random) => {
  const characters = [...text];
  for (const at of places(random, characters.length, Math.round(characters.length / 10))) {
    const forms = alike[(characters[at] as string).toLowerCase()];
    if (forms) characters[at] = oneOf(random, [...forms]);
  }
  return characters.join('');
};

/** Five hashtags, each put anywhere between the words. */
export const tagged: Edit = (text, random) => {
  const words = text.split(' ');
  for (let n = 0; n < 5; n++) {
    const tag = `#${manyWords(random, 1 + below(random, 2)).join(oneOf(random, ['', '_']))}`;
    words.splice(below(random, words.length + 1), 0, tag);
  }
  return words.join(' ');
};

const spaces = [' ', '  ', '\n', '\u00a0', '\u200b', '\u2009', '\t', ' . ', '-', '\u3000', '\u00ad', '*'];

/** Every second space taken out or replaced by others, and as many put into words. */
export const respaced: Edit = (text, random) => {
  let out = '';
  for (const character of text) {
    if (character !== ' ') out += random() < 0.1 ? character + oneOf(random, spaces) : character;
    else if (random() < 0.5) out += ' ';
    else out += random() < 0.5 ? '' : oneOf(random, spaces);
  }
  return out;
};

const pictures = ['🎉', '☀️', '👩🏽‍🚀', '🇫🇷', '❤️', '🚀', '🌷', '1️⃣', '✨', '🐢'];

/** An emoji behind every fourth word, and some at both ends. */
export const decorated: Edit = (text, random) => {
  const words = text
    .split(' ')
    .map(word => (random() < 0.25 ? `${word}${oneOf(random, ['', ' '])}${oneOf(random, pictures)}` : word));
  return `${oneOf(random, pictures)} ${words.join(' ')} ${oneOf(random, pictures)}${oneOf(random, pictures)}`;
};

/** Hashtags last: who wants to be found by them leaves them whole. */
const single = { substituted, 'look-alikes': lookingAlike, respaced, emoji: decorated, hashtags: tagged };

/** Each edit, and each combination of them: 31, by name. */
export const edits: Readonly<Record<string, Edit>> = Object.fromEntries(
  Array.from({ length: 31 }, (_, n) => {
    const parts = Object.entries(single).filter((_, bit) => (n + 1) & (1 << bit));
    const edit: Edit = (text, random) => parts.reduce((edited, [, part]) => part(edited, random), text);
    return [parts.map(([name]) => name).join(' + '), edit];
  }),
);

/** The seeds of the committed figures. */
export const seeds: readonly number[] = [11, 23, 37, 41, 53, 67, 79, 83, 97, 101];

const lettersIn = (text: string): number => text.replace(/[\s\p{P}]/gu, '').length;
const unpointed = (text: string): string => text.replace(/\.$/, '');

/** News that quotes a text whole: `times` as many letters as the text has, the others before it, behind it, or on both sides. */
export function quoted(text: string, random: Random, times: number, where: 'before' | 'behind' | 'both'): string {
  const others = Math.max(1, Math.round(lettersIn(text) * (times - 1)));
  const before = where === 'before' ? others : where === 'behind' ? 0 : Math.round(others * (0.3 + 0.4 * random()));
  const start = before > 0 ? `${unpointed(textOfLength(random, before))}: ` : '';
  const end = others > before ? ` ${textOfLength(random, others - before)}` : '';
  return `${start}"${text}"${end}`;
}

/** A short report: some words, then a text in quotation marks. */
export const reported = (text: string, random: Random, words: number): string =>
  `${manyWords(random, words).join(' ')}: "${text}"`;

/** News as long as a text, of which it quotes only a part: from the beginning, the middle or the end. */
export function quotedInPart(text: string, random: Random, part: number): string {
  const words = unpointed(text).split(' ');
  const count = Math.max(1, Math.round(words.length * part));
  const from = below(random, 3) * Math.floor((words.length - count) / 2);
  const quote = words.slice(from, from + count).join(' ');
  const others = Math.max(6, lettersIn(text) - lettersIn(quote));
  if (random() < 0.5) return `${unpointed(textOfLength(random, others))}: "${quote}"`;
  return `${unpointed(textOfLength(random, others / 2))} "${quote}" ${textOfLength(random, others / 2)}`;
}
