/** Before what a line may not begin with, and after what it may not end with: narrow before ; ? ! %, whole before : and inside « ». */
const set = (text: string): string =>
  text
    .replace(/ +([;?!%])/g, '\u202f$1')
    .replace(/ +:/g, '\u00a0:')
    .replace(/« +/g, '«\u00a0')
    .replace(/ +»/g, '\u00a0»');

/**
 * French words as they are printed: with no-break spaces where the words are written with plain ones. Of a dictionary, each of its words, and what its
 * functions answer. Pure. Imported as it is by the console's pages, which must not read the whole folder: so it imports nothing.
 */
export function typesetFrench<W>(words: W): W {
  const made = (value: unknown): unknown => {
    if (typeof value === 'string') return set(value);
    if (typeof value === 'function') return (...given: unknown[]) => made(value(...given));
    if (Array.isArray(value)) return value.map(made);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, made(one)]));
  };
  return made(words) as W;
}
