const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const place = /\{(\w+)\}/g;

interface Pattern<Words> {
  match: RegExp;
  names: readonly string[];
  words: Words;
}

/** A sentence of a table that says what was said, and what is put into it. */
export interface Match<Words> {
  words: Words;
  put: { name: string; value: string }[];
}

/**
 * Finds the sentence of a table: its keys are English, `{…}` stands for what is put into them. What says most in words of its own comes first, so that
 * "It is held already." is not taken for "It is {state} already.". Pure.
 */
export function finder<Words>(table: Readonly<Record<string, Words>>): (said: string) => Match<Words> | undefined {
  const weight = (english: string): number => english.replace(place, '').length;
  const patterns = Object.entries(table)
    .sort(([a], [b]) => weight(b) - weight(a))
    .map(
      ([english, words]): Pattern<Words> => ({
        match: new RegExp(
          `^${english
            .split(place)
            .map((part, n) => (n % 2 === 1 ? '([^]*?)' : literal(part)))
            .join('')}$`,
        ),
        names: [...english.matchAll(place)].map(([, name = '']) => name),
        words,
      }),
    );
  return said => {
    for (const { match, names, words } of patterns) {
      const found = match.exec(said)?.slice(1);
      if (found) return { words, put: names.map((name, at) => ({ name, value: found[at] ?? '' })) };
    }
    return undefined;
  };
}

/** The words with what is put into them. Of two values of one name, the first in the English is the first here. */
export function filled(
  words: string,
  put: Match<unknown>['put'],
  say: (name: string, value: string) => string,
): string {
  const left = [...put];
  return words.replace(place, (_, name: string) => {
    const at = left.findIndex(one => one.name === name);
    const value = at < 0 ? '' : (left[at]?.value ?? '');
    if (left.filter(one => one.name === name).length > 1) left.splice(at, 1);
    return say(name, value);
  });
}
