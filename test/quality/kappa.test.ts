import {
  agreementOf,
  cohensKappa,
  enoughPairs,
  type Pair,
  rateOf,
  wilson,
} from '../../services/enforce/quality/kappa.js';

/** A table of counts: rows are the first person's answers, columns the second's. */
const pairsOf = (rows: readonly (readonly number[])[]): Pair[] =>
  rows.flatMap((row, i) => row.map((n, j) => ({ first: `${i}`, second: `${j}`, n })));

test('kappa, its error and its interval are those that SAS publishes for two dermatologists', () => {
  const found = cohensKappa(
    pairsOf([
      [10, 4, 1, 0],
      [5, 10, 12, 2],
      [2, 4, 12, 5],
      [0, 2, 6, 13],
    ]),
  );
  expect(found?.n).toBe(88);
  expect(found?.kappa).toBeCloseTo(0.3449, 4);
  expect(found?.error).toBeCloseTo(0.0724, 4);
  expect(found?.low).toBeCloseTo(0.203, 4);
  expect(found?.high).toBeCloseTo(0.4868, 4);
});

test('of two who always answer the same, where chance explains it all, no kappa is told', () => {
  expect(cohensKappa(pairsOf([[80]]))).toBeUndefined();
  expect(agreementOf(pairsOf([[80]]))).toEqual({ n: 80, why: 'same' });
  expect(cohensKappa([])).toBeUndefined();
  expect(
    cohensKappa(
      pairsOf([
        [40, 0],
        [0, 40],
      ]),
    ),
  ).toMatchObject({ kappa: 1, low: 1, high: 1 });
  expect(
    cohensKappa(
      pairsOf([
        [0, 30],
        [30, 0],
      ]),
    ),
  ).toMatchObject({ kappa: -1 });
});

test('too little evidence is said, not drawn', () => {
  expect(
    agreementOf(
      pairsOf([
        [200, 4],
        [4, 3],
      ]),
    ),
  ).toEqual({ n: 211, why: 'few' });
  expect(
    agreementOf(
      pairsOf([
        [enoughPairs - 2, 0],
        [1, 0],
      ]),
    ),
  ).toEqual({ n: enoughPairs - 1, why: 'few' });
  expect(rateOf(1, 19)).toEqual({ n: 19, why: 'few' });
});

test('rates have the intervals of Newcombe’s table', () => {
  for (const [hits, n, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    expect(wilson(hits, n).low).toBeCloseTo(low, 4);
    expect(wilson(hits, n).high).toBeCloseTo(high, 4);
  }
});

/** Numbers between 0 and 1 that are the same at every run (Park and Miller). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

test.each([
  [0.3, 0.6],
  [0.5, 0.7],
  [0.2, 0.5],
])('where %f are removed and kappa is %f, the interval holds it as often as it says', (share, kappa) => {
  const next = dice(20_260_711);
  const runs = 3_000;
  // Both see the same in a share `kappa` of the cases, and answer by themselves in the others: that has this kappa.
  const once = (n: number): Pair[] => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const first = next() < share ? 1 : 0;
      const second = next() < kappa ? first : next() < share ? 1 : 0;
      counts[first * 2 + second]! += 1;
    }
    return counts.map((count, i) => ({ first: `${i >> 1}`, second: `${i & 1}`, n: count }));
  };
  for (const n of [enoughPairs, 200]) {
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const found = cohensKappa(once(n));
      if (found && found.low <= kappa && kappa <= found.high) held++;
    }
    expect(held / runs).toBeGreaterThan(0.91);
    expect(held / runs).toBeLessThan(0.98);
    if (n > enoughPairs) expect(held / runs).toBeGreaterThan(0.93);
  }
});
