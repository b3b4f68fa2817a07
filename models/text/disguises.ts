import { type Random, seeded } from './random.js';

/** Ways of hiding words from filters. Each changes about half of the words of three letters and more. */
export const disguises: Readonly<Record<string, (word: string, random: Random) => string>> = {
  leetspeak: (word, random) => swap(word, { a: '4@', e: '3', i: '1!', o: '0', s: '5$', t: '7' }, random),
  homoglyphs: (word, random) =>
    swap(
      word,
      { a: 'аα', e: 'еε', o: 'оο', p: 'рρ', c: 'с', x: 'х', i: 'і', y: 'у', ا: 'ٱ', ك: 'ک', ي: 'ی', ه: 'ە' },
      random,
    ),
  'zero width': (word, random) => between(word, () => '\u200b\u200d\u2060\u00ad'[Math.floor(random() * 4)]!),
  'spaced out': word => between(word, () => ' '),
  'mixed scripts': (word, random) =>
    [...word].map(letter => (random() < 0.5 ? (foreign(letter) ?? letter) : letter)).join(''),
  'right to left': (word, random) =>
    random() < 0.5
      ? `\u202e${[...word].reverse().join('')}\u202c`
      : between(word, () => (random() < 0.5 ? '\u200f' : '\u200e')),
};

/** The text as it would be written so. The same text is always changed the same way. */
export function disguisedAs(name: string, text: string): string {
  const change = disguises[name];
  if (!change) throw new Error(`no disguise is called ${name}`);
  const random = seeded([...text].reduce((hash, letter) => Math.imul(hash, 31) + letter.codePointAt(0)!, 7));
  return text.replace(/[\p{L}\p{M}]{3,}/gu, word => (random() < 0.5 ? change(word, random) : word));
}

function swap(word: string, letters: Readonly<Record<string, string>>, random: Random): string {
  return [...word]
    .map(letter => {
      const others = [...(letters[letter.toLowerCase()] ?? '')];
      return others.length > 0 ? others[Math.floor(random() * others.length)]! : letter;
    })
    .join('');
}

function between(word: string, what: () => string): string {
  return [...word].map((letter, i) => (i === 0 ? letter : what() + letter)).join('');
}

/** The letter as a mathematical, full-width or encircled one. */
function foreign(letter: string): string | undefined {
  const at = letter.toLowerCase().charCodeAt(0) - 97;
  if (letter.length > 1 || at < 0 || at > 25) return undefined;
  return String.fromCodePoint([0x1d41a, 0xff41, 0x24d0][at % 3]! + at);
}
