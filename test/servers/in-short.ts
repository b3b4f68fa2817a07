import { appendFileSync } from 'node:fs';

/**
 * Whether a long suite is to run a part of itself: `npm test` ends within five minutes on two cores, and names at its end what it shortened. With
 * REQUIRE_ALL=1, as in CI, the whole runs.
 * @param title the suite's @param left what is left out, in words
 */
export function inShort(title: string, left: string): boolean {
  if (process.env.REQUIRE_ALL === '1') return false;
  const file = process.env.SANSDELAI_NOT_RUN;
  if (file) appendFileSync(file, `In short: ${title}: ${left} (REQUIRE_ALL=1 runs the whole)\n`);
  return true;
}
