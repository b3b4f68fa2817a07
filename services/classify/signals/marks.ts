import type { TextMarks } from '../../contracts/index.js';
import { digestOf, distinct, shinglesOf } from './bank/index.js';
import { fold } from './normalise.js';

/** With fewer letters texts are the same by chance; with fewer than these, nearly the same. */
const leastLetters = 8;
const leastNear = 24;
const run = 5;
const size = 64;
/** Values of one band: texts of which four fifths are the same share one of four bands in 94 of 100 cases, of half 41. */
const perBand = 3;
const bands = 4;

/** Odd factors of so many hash functions, made from one (splitmix32). */
const factors = Uint32Array.from({ length: size }, (_, n) => {
  let h = Math.imul(n + 1, 0x9e3779b9);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) | 1;
});

/**
 * By what the same text, and nearly the same, is found again: MinHash of its runs of five letters (Broder 1997), of which one byte each is
 * kept (Li and König, b-Bit Minwise Hashing, 2010). Linear in its length. Undefined where it has hardly any letters.
 */
export function marksOf(text: string): TextMarks | undefined {
  const letters = fold(text);
  if (letters.length < leastLetters) return undefined;
  const same = digestOf(letters);
  if (letters.length < leastNear) return { same, bands: [], sketch: '' };
  const least = new Uint32Array(size).fill(0xffffffff);
  for (const hash of distinct(shinglesOf(letters, run)))
    for (let n = 0; n < size; n++) {
      const value = Math.imul(hash ^ (hash >>> 15), factors[n]!) >>> 0;
      if (value < least[n]!) least[n] = value;
    }
  const bandOf = (n: number): string =>
    [...least.subarray(n * perBand, (n + 1) * perBand)].map(value => value.toString(36)).join('.');
  const bytes = Buffer.from(least.map(value => (value ^ (value >>> 13)) & 0xff));
  return { same, bands: Array.from({ length: bands }, (_, n) => bandOf(n)), sketch: bytes.toString('base64url') };
}
