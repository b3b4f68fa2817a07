import { type Finding, plain } from './outcome.js';
import type { FigureRow } from './report.js';

/** Which figures are meant. */
const keyOf = (row: FigureRow): string => JSON.stringify([row.obligation, row.route ?? null, row.language ?? null]);
const nameOf = ({ obligation, route, language }: FigureRow): string =>
  [obligation, route, language].flatMap(name => (name === undefined ? [] : plain(name) || '–')).join(' · ');

/** A row as its single figures, in the order in which they are told; what is not told is left out. */
function single({
  obligation: _o,
  route: _r,
  language: _l,
  ms,
  causes,
  breaches,
  ...rest
}: FigureRow): Map<string, number> {
  const byCause = Object.entries(causes).sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map([
    ...Object.entries(rest),
    ...Object.entries(ms ?? {}).map(([name, value]): [string, number] => [`${name} (ms)`, value]),
    ['breaches', breaches],
    ...byCause.map(([cause, n]): [string, number] => [`breaches: ${plain(cause)}`, n]),
  ]);
}

const show = (value: number | undefined): string => (value === undefined ? 'left out' : String(value));

const nothing = (row: FigureRow): boolean => [...single(row).values()].every(value => value === 0);

/** Compares published figures with those made from the openings, to the last digit: one finding for each row. */
export function compareFigures(told: readonly FigureRow[], made: readonly FigureRow[]): Finding[] {
  // A row of nothing says the same as none.
  const left = new Map(made.filter(row => !nothing(row)).map(row => [keyOf(row), row]));
  const findings = told.map((row): Finding => {
    const check = `figures: ${nameOf(row)}`;
    const same = left.get(keyOf(row));
    left.delete(keyOf(row));
    if (!same && nothing(row)) return { check, verdict: 'agrees', says: 'none' };
    if (!same) return { check, verdict: 'differs', says: 'are told, and nothing in the openings makes them' };
    const [a, b] = [single(row), single(same)];
    const differ = [...new Set([...a.keys(), ...b.keys()])]
      .filter(name => a.get(name) !== b.get(name))
      .map(name => `${name} is told as ${show(a.get(name))} and is ${show(b.get(name))}`);
    if (differ.length > 0) return { check, verdict: 'differs', says: differ.join('; ') };
    return { check, verdict: 'agrees', says: [...a].map(([name, value]) => `${name} ${value}`).join(', ') };
  });
  for (const row of left.values())
    findings.push({
      check: `figures: ${nameOf(row)}`,
      verdict: 'differs',
      says: `are left out: the openings make ${row.count} ended and ${row.open} open`,
    });
  return findings;
}
