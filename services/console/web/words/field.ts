import { typesetFrench } from '../../../contracts/french.js';
import { filled, finder } from './patterns.js';
import { zodKinds, zodReasons } from './zod-reasons.js';

const find = finder(zodReasons);
const columns = { en: 0, fr: 1, de: 2 } as const;

/** What zod said of a field, as a person is told it; undefined where zod did not say it. Pure. */
export function toldOfZod(said: string, to: keyof typeof columns): string | undefined {
  const found = find(said);
  if (!found) return undefined;
  const column = columns[to];
  const words = found.words[column];
  return filled(to === 'fr' ? typesetFrench(words) : words, found.put, (name, value) => {
    if (name === 'kind') return zodKinds[value]?.[column] ?? value;
    if (name === 'n' && value !== '' && Number.isFinite(Number(value))) return Number(value).toLocaleString(to);
    return name === 'list' ? value.replaceAll(/\s*\|\s*/g, ', ') : value;
  });
}
