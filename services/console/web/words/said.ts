import { typesetFrench } from '../../../contracts/french.js';
import { reasons, type Said, values } from './reasons.js';

interface Pattern {
  match: RegExp;
  names: readonly string[];
  said: Said;
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const place = /\{(\w+)\}/g;

const patternOf = ([english, said]: [string, Said]): Pattern => ({
  match: new RegExp(
    `^${english
      .split(place)
      .map((part, n) => (n % 2 === 1 ? '([^]*?)' : literal(part)))
      .join('')}$`,
  ),
  names: [...english.matchAll(place)].map(([, name = '']) => name),
  said,
});
/** What says most in words of its own comes first, so that "It is held already." is not taken for "It is {state} already.". */
const weight = ([english]: [string, Said]): number => english.replace(place, '').length;
const patterns = Object.entries<Said>(reasons)
  .sort((a, b) => weight(b) - weight(a))
  .map(patternOf);

/** What the server said in English, in the reader's language; as it is where the words don't know it. Pure. */
export function translated(said: string, to: 'fr' | 'de'): string {
  const n = to === 'fr' ? 0 : 1;
  for (const { match, names, said: words } of patterns) {
    const found = match.exec(said)?.slice(1);
    if (!found) continue;
    const printed = to === 'fr' ? typesetFrench(words[n]) : words[n];
    const left = names.map((name, at) => ({ name, value: found[at] ?? '' }));
    // Of two values of one name, the first in the English is the first here.
    return printed.replace(place, (_, name: string) => {
      const at = left.findIndex(one => one.name === name);
      const value = at < 0 ? '' : (left[at]?.value ?? '');
      if (left.filter(one => one.name === name).length > 1) left.splice(at, 1);
      if (name === 'reason') return translated(value, to);
      const word = name === 'act' ? `to be ${value}` : value;
      return name === 'state' || name === 'act' ? ((values as Record<string, Said>)[word]?.[n] ?? value) : value;
    });
  }
  return said;
}
