/** What stands for every value beyond the bound. */
export const others = 'other';

/** Longest value of a label that is shown. */
const longest = 100;

/**
 * Keeps a label that others can choose from making ever more series: the first `most` values are shown as they are, whatever comes after them as
 * `other`. Values that come again are known again.
 */
export function bounded(most: number): (value: string) => string {
  const shown = new Set<string>();
  return value => {
    if (shown.has(value)) return value;
    if (shown.size >= most || value.length > longest) return others;
    shown.add(value);
    return value;
  };
}

/**
 * The same for rows that are shown all at once: the first `most` by name are left as they are, the others become one.
 * @param fold makes one row, named `other`, of those that are too many
 */
export function boundedRows<T>(
  rows: readonly T[],
  most: number,
  nameOf: (row: T) => string,
  fold: (rows: readonly T[]) => T,
): T[] {
  if (rows.length <= most) return [...rows];
  const sorted = [...rows].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return [...sorted.slice(0, most - 1), fold(sorted.slice(most - 1))];
}
