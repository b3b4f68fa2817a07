import { emptyTally, Hour, percentiles, time } from '../../services/console/api/live/tally.js';
import { fc } from '../property.js';

test('percentiles are the nearest rank, to within a tenth', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50_000 }), { minLength: 1, maxLength: 300 }), durations => {
      const tally = emptyTally();
      for (const ms of durations) time(tally, 'any-assessed', ms);
      const found = percentiles(tally.steps.get('any-assessed'));
      const sorted = [...durations].sort((a, b) => a - b);
      for (const [share, name] of [
        [0.5, 'p50'],
        [0.95, 'p95'],
        [0.99, 'p99'],
      ] as const) {
        const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
        expect(found?.[name]).toBeLessThanOrEqual(exact);
        expect(found?.[name]).toBeGreaterThanOrEqual(exact * 0.9);
      }
      expect(found?.count).toBe(durations.length);
    }),
  );
});

test('nothing counted has no percentiles', () => {
  expect(percentiles(undefined)).toBeUndefined();
});

test('the hour forgets what is older than an hour, and the seconds what is older than a minute', () => {
  const hour = new Hour();
  const start = 1_700_000_040;
  for (let second = start; second < start + 7_200; second += 10) {
    hour.forget(second);
    hour.record(second, tally => {
      tally.received++;
    });
  }
  const sum = hour.sum([]).received;
  expect(sum).toBeGreaterThanOrEqual(354);
  expect(sum).toBeLessThanOrEqual(360);
  expect(hour.second(start + 7_190)?.received).toBe(1);
  expect(hour.second(start + 7_000)).toBeUndefined();
});
