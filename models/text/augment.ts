import { existsSync } from 'node:fs';
import path from 'node:path';
import { lines } from './data.js';
import { type Random, shuffle } from './random.js';

const leet: Record<string, string> = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' };
const alike: Record<string, string> = { a: 'а', e: 'е', o: 'о', p: 'р', c: 'с', x: 'х', i: 'і' };
const accents = ['\u0301', '\u0308', '\u0323'];

/**
 * A copy as somebody writes who hides from filters: digits for letters, look-alikes, spaces and dots between letters, marks,
 * neighbours swapped, letters drawn out. Applied at one rate to all posts, or noise itself becomes a sign.
 */
export function disguise(text: string, random: Random): string {
  const style = Math.floor(random() * 6);
  const share = 0.15 + 0.45 * random();
  return text
    .split(' ')
    .map(word => (word.length > 2 && random() < share ? disguiseWord(word, style, random) : word))
    .join(' ');
}

function disguiseWord(word: string, style: number, random: Random): string {
  const letters = [...word];
  const at = 1 + Math.floor(random() * (letters.length - 1));
  switch (style) {
    case 0:
      return letters.map(letter => (random() < 0.6 ? (leet[letter.toLowerCase()] ?? letter) : letter)).join('');
    case 1:
      return letters.map(letter => (random() < 0.6 ? (alike[letter.toLowerCase()] ?? letter) : letter)).join('');
    case 2:
      return letters.join(random() < 0.5 ? ' ' : '.');
    case 3:
      return letters.map(letter => (random() < 0.4 ? letter + accents[Math.floor(random() * 3)] : letter)).join('');
    case 4:
      return [...letters.slice(0, at - 1), letters[at]!, letters[at - 1]!, ...letters.slice(at + 1)].join('');
    default:
      return [...letters.slice(0, at), '*', ...letters.slice(at + (random() < 0.5 ? 0 : 1))].join('');
  }
}

/** One to four words of a text that follow each other. */
export function crop(text: string, random: Random): string {
  const words = text.split(/\s+/);
  const at = Math.floor(random() * words.length);
  return words.slice(at, at + 1 + Math.floor(random() * 4)).join(' ');
}

/** English words and what they are called in another language. */
export type Dictionary = Map<string, string[]>;

const dictionaryFiles: Record<string, string[]> = {
  fr: ['omw/en-fr.tsv.gz', 'frwiktionary/en-fr.tsv.gz', 'freedict/en-fr.tsv.gz'],
  ar: ['omw/en-ar.tsv.gz'],
};

/**
 * Dictionaries for switching English posts to the languages that have no positives of their own. German has its own, and lost
 * by it where it was tried.
 */
export async function readDictionaries(folder: string): Promise<Map<string, Dictionary>> {
  const dictionaries = new Map<string, Dictionary>();
  for (const [lang, files] of Object.entries(dictionaryFiles)) {
    const dictionary: Dictionary = new Map();
    for (const name of files) {
      const file = path.join(folder, name);
      if (!existsSync(file)) continue;
      for await (const line of lines(file)) {
        const [english, other] = line.split('\t');
        if (!english || !other || /\s/.test(english) || other.split(' ').length > 3) continue;
        const key = english.toLowerCase();
        const known = dictionary.get(key);
        if (!known) dictionary.set(key, [other]);
        else if (known.length < 4 && !known.includes(other)) known.push(other);
      }
    }
    if (dictionary.size > 0) dictionaries.set(lang, dictionary);
  }
  return dictionaries;
}

/** English text with most of the words that the dictionary knows put into the other language. */
export function switchWords(text: string, dictionary: Dictionary, random: Random): string {
  const share = 0.5 + 0.5 * random();
  return text.replace(/\p{L}+/gu, word => {
    const options = lookUp(dictionary, word.toLowerCase());
    return options && random() < share ? options[Math.floor(random() * options.length)]! : word;
  });
}

function lookUp(dictionary: Dictionary, word: string): string[] | undefined {
  const exact = dictionary.get(word);
  if (exact || word.length < 5) return exact;
  // Plurals, pasts and gerunds, roughly: dictionaries hold base forms.
  for (const ending of ['s', 'es', 'ed', 'd', 'ing']) {
    if (!word.endsWith(ending)) continue;
    const base = word.slice(0, -ending.length);
    const found = dictionary.get(base) ?? (ending === 'ing' ? dictionary.get(`${base}e`) : undefined);
    if (found) return found;
  }
  return undefined;
}

/** Copies in other languages of a share of the English posts: the same share whatever their label. */
export function switched<T extends { text: string; lang: string }>(
  posts: readonly T[],
  dictionaries: Map<string, Dictionary>,
  share: number,
  random: Random,
): T[] {
  const copies: T[] = [];
  for (const [lang, dictionary] of dictionaries) {
    for (const post of posts) {
      if (post.lang !== 'en' || random() >= share) continue;
      copies.push({ ...post, lang, text: switchWords(post.text, dictionary, random) });
    }
  }
  return shuffle(copies, random);
}
