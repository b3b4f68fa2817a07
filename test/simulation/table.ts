import { answeredFrom, axes, type Cell, type Coverage, grid, simulate } from './coverage.js';
import { Random } from './random.js';
import { rivals } from './rivals.js';

/** Prints the whole grid as the tables of docs/statistics.md: `node dist/test/simulation/table.js [runs a cell] [seed] [counted]`. */
const runs = Number(process.argv[2] ?? 10_000);
const counted = process.argv[4] === 'counted';
const random = new Random(Number(process.argv[3] ?? 1));

type What = 'precision' | 'recall';
const cells: { cell: Cell; what: What; coverage: Coverage }[] = [];
for (const cell of grid) {
  const made = simulate(cell, runs, random, { compare: true, counted });
  for (const what of ['precision', 'recall'] as const) cells.push({ cell, what, coverage: made[what] });
}

const percent = (share: number): string => (100 * share).toFixed(1);
const range = (values: readonly number[]): string =>
  values.length === 0 ? 'none' : `${percent(Math.min(...values))} to ${percent(Math.max(...values))} %`;
const isHeld = (share: number): boolean => share >= 0.93 && share <= 0.97;
const lines: string[] = [];

for (const what of ['precision', 'recall'] as const) {
  const all = cells.filter(one => one.what === what);
  const answered = all.filter(({ coverage }) => coverage.answered >= answeredFrom);
  const edge = all.filter(({ coverage }) => coverage.answered < answeredFrom && coverage.answered > 0.05);
  lines.push(
    '',
    `### ${what}${counted ? ', weights scaled to counts' : ''}: ${all.length} cells, ${runs.toLocaleString('en')} runs each`,
    '',
    '| prevalence | decisions of the audit | cells answered | coverage, least to most | mean width |',
    '|---|---|---|---|---|',
  );
  for (const prevalence of axes.prevalence) {
    for (const audited of axes.audited) {
      const here = all.filter(({ cell }) => cell.prevalence === prevalence && cell.audited === audited);
      const told = here.filter(({ coverage }) => coverage.answered >= answeredFrom);
      const width = told.reduce((sum, { coverage }) => sum + coverage.width / coverage.answers, 0) / told.length;
      const covered = told.map(({ coverage }) => coverage.coverage);
      const words = told.length === 0 ? 'too little evidence |' : `${range(covered)} | ${percent(width)} points`;
      lines.push(`| ${percent(prevalence)} % | ${audited} | ${told.length} of ${here.length} | ${words} |`);
    }
  }
  const good = answered.filter(({ coverage }) => isHeld(coverage.coverage)).length;
  const wrong = all.map(({ coverage }) => coverage.wrong);
  lines.push(
    '',
    `Answered in ${percent(answeredFrom)} % of the runs or more: ${answered.length} cells, ${good} of them with a coverage of 93 to 97 %.`,
    `Answered in 5 to 95 %: ${edge.length} cells; something that does not hold was told in ${range(edge.map(({ coverage }) => coverage.wrong))} of their runs.`,
    `Over all cells, something that does not hold was told in ${range(wrong)} of the runs.`,
    '',
    '| method, on the same answers | cells of 93 to 97 % | least to most |',
    '|---|---|---|',
    `| this one | ${good} of ${answered.length} | ${range(answered.map(({ coverage }) => coverage.coverage))} |`,
  );
  for (const name of Object.keys(rivals)) {
    const shares = answered.map(({ coverage }) => (coverage.rivals[name] ?? 0) / coverage.answers);
    lines.push(`| ${name} | ${shares.filter(isHeld).length} of ${answered.length} | ${range(shares)} |`);
  }
}
process.stdout.write(`${lines.join('\n')}\n`);
