import { bandsFrom } from './buckets.js';
import type { RateOf } from './collect.js';
import type { Class, RateRow } from './tables.js';

/** Posts that came in a day, by stratum. */
export interface Volume {
  class: Class;
  language: string;
  band: number;
  posts: number;
}

/** Decisions a day that the audit may ask for, by what was done about the posts. */
export type Budgets = Readonly<Partial<Record<Class, number>>>;

/** Of the budget, by band: most posts score next to nothing, and what is missed is mostly there. */
const shareOfBand = [0.4, 0.15, 0.15, 0.15, 0.15] as const;
/** A stratum counts as having so many posts a day at least: a language that has just begun must not be reviewed whole. */
const leastPosts = 1_000;

/**
 * With which probability to choose, so that the budgets last a day. Within a band, languages get decisions by the square root of their posts: small ones
 * are known too, and large ones better. What a stratum has too few posts for goes to the others of its class.
 */
export function ratesFor(volumes: readonly Volume[], budgets: Budgets, now: number): RateRow[] {
  return (['allowed', 'removed'] as const).flatMap(what => {
    const strata = volumes.filter(one => one.class === what && one.posts > 0);
    const weights = strata.map(({ band, posts }) => {
      const roots = strata.filter(one => one.band === band).reduce((sum, one) => sum + Math.sqrt(one.posts), 0);
      return ((shareOfBand[band] ?? 0) * Math.sqrt(posts)) / roots;
    });
    const rates = spread(
      strata.map(({ posts }) => posts),
      weights,
      budgets[what] ?? 0,
    );
    return strata.map(({ language, band }, n) => ({ class: what, language, band, rate: rates[n]!, made_at: now }));
  });
}

/** Shares `budget` out by the weights; no stratum gives more than it has. */
function spread(posts: readonly number[], weights: readonly number[], budget: number): number[] {
  const rates = posts.map(() => 0);
  let left = budget;
  let open = posts.map((_, n) => n);
  // Each turn fills at least one stratum, or is the last.
  for (let turn = 0; turn <= posts.length && left > 1e-9 && open.length > 0; turn++) {
    const all = open.reduce((sum, n) => sum + weights[n]!, 0);
    const given = left;
    for (const n of open) {
      const size = Math.max(leastPosts, posts[n]!);
      const more = Math.min(1 - rates[n]!, (given * weights[n]!) / all / size);
      rates[n]! += more;
      left -= more * size;
    }
    open = open.filter(n => rates[n]! < 1 - 1e-9);
  }
  return rates;
}

/** The rates as they are used: of a stratum that nobody has seen yet, what its share of the budget would be. */
export function rateOf(rows: readonly RateRow[], budgets: Budgets): RateOf {
  const unknown = (what: Class): number => Math.min(1, (budgets[what] ?? 0) / bandsFrom.length / 10 / leastPosts);
  const byClass = (what: Class): Map<string, number>[] =>
    bandsFrom.map(
      (_, band) =>
        new Map(rows.filter(row => row.class === what && row.band === band).map(row => [row.language, row.rate])),
    );
  const known = { allowed: byClass('allowed'), reviewed: [], removed: byClass('removed') };
  const otherwise = { allowed: unknown('allowed'), reviewed: 0, removed: unknown('removed') };
  return (what, language, band) => (otherwise[what] === 0 ? 0 : (known[what][band]?.get(language) ?? otherwise[what]));
}
