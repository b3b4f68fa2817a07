import { DeclarationError } from './declaration.js';

/** What Keras' TextVectorization strips by default. */
const punctuation = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;
const largest = 2_000_000;

/**
 * Texts as rows of token ids, as Keras' TextVectorization makes them by default: A to Z in lower case, ASCII punctuation left out, words split at white
 * space, `length` of them, 0 behind the end, 1 for a word that is not listed. The vocabulary has a word a line; the first line is number 2.
 */
export class Tokens {
  readonly #ids = new Map<string, number>();

  /** @throws DeclarationError */
  constructor(
    vocabulary: string,
    readonly length: number,
  ) {
    const words = vocabulary.replace(/\r?\n$/, '').split(/\r?\n/);
    // As `get_vocabulary()` lists them, with the two that every vocabulary has.
    if (words[0] === '' && words[1] === '[UNK]') words.splice(0, 2);
    if (words.length > largest) throw new DeclarationError(`vocabulary: has more than ${largest} words`);
    words.forEach((word, n) => {
      if (word === '' || this.#ids.has(word))
        throw new DeclarationError(`vocabulary: word ${n + 1} is empty, or there twice`);
      this.#ids.set(word, n + 2);
    });
  }

  /** A row of `length` ids a text, one after the other. */
  encode(texts: readonly string[]): Int32Array {
    const rows = new Int32Array(texts.length * this.length);
    texts.forEach((text, n) => {
      const words = text
        .replace(/[A-Z]+/g, letters => letters.toLowerCase())
        .replace(punctuation, '')
        .split(/[ \t\n\v\f\r]+/)
        .filter(word => word !== '');
      words.slice(0, this.length).forEach((word, i) => {
        rows[n * this.length + i] = this.#ids.get(word) ?? 1;
      });
    });
    return rows;
  }
}
