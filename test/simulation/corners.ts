import { evidenceOf, merge, precisionFloor } from '../../services/policies/evidence/estimate.js';
import { type Cell, simulate } from './coverage.js';
import { Random } from './random.js';

/** Cells from all corners of the grid, as JSON, for the tests: a process of its own, as Jest makes arithmetic twenty times as slow. */
const corners: Cell[] = [
  { prevalence: 0.001, audited: 1000, weight: 1000, reviewed: 1, from: 7 },
  { prevalence: 0.01, audited: 5000, weight: 1, reviewed: 1, from: 5 },
  { prevalence: 0.01, audited: 50, weight: 1000, reviewed: 0.6, from: 5 },
  { prevalence: 0.05, audited: 5000, weight: 100, reviewed: 1, from: 7 },
  { prevalence: 0.1, audited: 200, weight: 10, reviewed: 0.6, from: 2 },
  { prevalence: 0.1, audited: 5000, weight: 1000, reviewed: 1, from: 5 },
  { prevalence: 0.3, audited: 50, weight: 10, reviewed: 1, from: 2 },
  { prevalence: 0.3, audited: 1000, weight: 1000, reviewed: 0.6, from: 5 },
  { prevalence: 0.3, audited: 5000, weight: 1000, reviewed: 1, from: 2 },
  { prevalence: 0.001, audited: 50, weight: 1, reviewed: 1, from: 5 },
];
const runs = 4_000;
const random = new Random(20261122);

const cells = corners.flatMap(cell =>
  Object.entries(simulate(cell, runs, random)).map(([what, { answered, coverage, wrong }]) => ({
    cell: JSON.stringify(cell),
    what,
    answered,
    coverage,
    wrong,
  })),
);

const floors = [0.5, 0.9, 0.99].flatMap(precision =>
  [1, 5, 20, 100, 500].map(n => {
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const right = random.binomial(n, precision);
      const decided = merge(
        evidenceOf({ violates: true, probability: 1 }, right),
        evidenceOf({ violates: false, probability: 1 }, n - right),
      );
      if (precisionFloor(decided) <= precision) held++;
    }
    return { precision, n, held: held / runs };
  }),
);
process.stdout.write(JSON.stringify({ cells, floors }));
