import { Impossible, type Instrument, type OrderState } from './types.js';

const day = 24 * 3600_000;
const week = 7 * day;

interface Secrecy {
  /** Where the law says so. */
  article: string;
  /** Longest from the decision, and by how much it can be made longer, once; left out: what the authority names counts. */
  weeks?: number;
  more?: number;
}

/**
 * How long an authority may have nothing of its order told. TCO Article 11(3): six weeks from its decision, and once six more. DSA Articles 9(5) and 10(5) let it
 * name the time at which the recipient is informed; they were read from memory, and no longest time was found in them. Whoever reads otherwise changes it here.
 */
export const secrecy: Record<Instrument, Secrecy> = {
  tco: { article: '11(3)', weeks: 6, more: 6 },
  dsa9: { article: '9(5)' },
};

/** Where it is not limited by law it is by this: nothing is secret for good by a slip of the keyboard. */
const longest = 10 * 366 * day;

/** The end of a secrecy (ms): as the order names it, and not later than the law lets it, at the end of that day in any zone. Pure. */
export function secretUntil(instrument: Instrument, decidedAt: number, named: number): number {
  const { weeks } = secrecy[instrument];
  return Math.min(named, decidedAt + (weeks === undefined ? longest : weeks * week + day));
}

/** The end after an extension. @throws Impossible where the law knows no such one */
export function extendedUntil(
  { instrument, sealedUntil = 0, sealExtended, receivedAt }: OrderState,
  until: number,
): number {
  const { article, weeks, more } = secrecy[instrument];
  if (until <= sealedUntil) throw new Impossible('It lasts longer than that already.');
  if (more === undefined || weeks === undefined) return Math.min(until, receivedAt + longest);
  if (sealExtended) throw new Impossible(`It was made longer before: Article ${article} knows one extension.`);
  if (until > sealedUntil + more * week + day)
    throw new Impossible(`Article ${article} lets it be made longer by ${more} weeks at the most.`);
  return until;
}
