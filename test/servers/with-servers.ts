import { appendFileSync } from 'node:fs';
import { lacking, type Need } from './missing.js';
import { startKafka, startPostgres, startRedis } from './start.js';

const shared: Partial<Record<Need, () => Promise<unknown>>> = {
  kafka: startKafka,
  postgres: startPostgres,
  redis: startRedis,
};

/**
 * `describe`, where this machine has what is named; the shared servers run before the suite's first hook. Elsewhere one
 * skipped test that says why, which `npm test` repeats at its end. With REQUIRE_ALL=1 that test fails instead.
 */
export function withServers(names: readonly Need[], title: string, suite: () => void): void {
  const reason = names
    .map(lacking)
    .filter(why => why !== undefined)
    .join('; ');
  if (reason === '') {
    describe(title, () => {
      // The first start of all fetches Kafka.
      beforeAll(() => Promise.all(names.map(name => shared[name]?.())), 300_000);
      suite();
    });
  } else if (process.env.REQUIRE_ALL === '1') {
    test(title, () => {
      throw new Error(`Not run: ${reason}`);
    });
  } else {
    const file = process.env.SANSDELAI_NOT_RUN;
    if (file) appendFileSync(file, `Not run: ${title}: ${reason}\n`);
    test.skip(`${title} (not run: ${reason})`, () => undefined);
  }
}
