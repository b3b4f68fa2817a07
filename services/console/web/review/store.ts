import { locale } from '../strings.js';

/** What a reviewer chose; on this device only. */
export interface Choices {
  /** Empty: all. */
  languages: string[];
  singleKeys: boolean;
  breakAfter: number;
}
const first: Choices = { languages: [], singleKeys: true, breakAfter: 25 };
export const breakChoices = [10, 25, 50, 100] as const;

/** Cases since the last break. What was seen in all, the server counts. */
export interface Seen {
  day: string;
  sinceBreak: number;
}

const read = <T extends object>(name: string, usual: T): T => {
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(name) ?? '{}') as Partial<T>) };
  } catch {
    return usual;
  }
};
const dayOf = (now: Date): string => now.toLocaleDateString('sv-SE');
const choicesOf = (person: string): string => `sansdelai-review-${person}`;
const seenOf = (person: string): string => `sansdelai-seen-${person}`;

/** When the reader's day began. */
export const dayBegan = (): number => new Date().setHours(0, 0, 0, 0);

export const readChoices = (person: string): Choices => read(choicesOf(person), first);
export const keepChoices = (person: string, choices: Choices): void =>
  localStorage.setItem(choicesOf(person), JSON.stringify(choices));

export function readSeen(person: string): Seen {
  const day = dayOf(new Date());
  const seen = read<Seen>(seenOf(person), { day, sinceBreak: 0 });
  return seen.day === day ? seen : { day, sinceBreak: 0 };
}
export const keepSeen = (person: string, seen: Seen): void =>
  localStorage.setItem(seenOf(person), JSON.stringify(seen));

/** For lists of languages. */
export const byName = new Intl.Collator(locale).compare;
