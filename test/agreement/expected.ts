/** What the load generator knows of a clock, by what it did and saw itself: least and most, in ms. */
export interface Range {
  least: number;
  most: number;
}

export interface Expected {
  obligation: string;
  route: string;
  language: string;
  state: 'stopped' | 'cancelled' | 'open';
  /** How long it ran, or (open) runs. */
  ms: Range;
  /** What a breach is counted under, where it is known for sure. */
  cause?: string;
}

/** The figures of one group as they must be: where a limit or a bucket's edge lies within what is known, a range. */
export interface Count {
  count: number;
  cancelled: number;
  open: number;
  within: Range;
  breaches: Range;
  overdue: Range;
  /** Least by cause. */
  causes: Map<string, number>;
  /** Breaches, sure or not, whose cause is not known for sure. */
  unexplained: number;
  /** Of those that ended by evidence: least and most, each in order. */
  least: number[];
  most: number[];
}

const empty = (): Count => ({
  count: 0,
  cancelled: 0,
  open: 0,
  within: { least: 0, most: 0 },
  breaches: { least: 0, most: 0 },
  overdue: { least: 0, most: 0 },
  causes: new Map(),
  unexplained: 0,
  least: [],
  most: [],
});

/**
 * Counts, by whatever names a group.
 * @param limits by obligation, ms; none: only reported
 */
export function countBy(
  expected: readonly Expected[],
  limits: Readonly<Record<string, number>>,
  nameOf: (one: Expected) => string,
): Map<string, Count> {
  const groups = new Map<string, Count>();
  for (const one of expected) {
    const name = nameOf(one);
    const group = groups.get(name) ?? empty();
    groups.set(name, group);
    add(group, one, limits[one.obligation]);
  }
  for (const { least, most } of groups.values()) for (const list of [least, most]) list.sort((a, b) => a - b);
  return groups;
}

function add(group: Count, { state, ms, cause }: Expected, limit: number | undefined): void {
  if (state === 'stopped') {
    group.count++;
    group.least.push(ms.least);
    group.most.push(ms.most);
  } else group[state]++;
  if (limit === undefined) return;
  const late = { least: ms.least > limit ? 1 : 0, most: ms.most > limit ? 1 : 0 };
  if (state === 'stopped') {
    group.within.least += 1 - late.most;
    group.within.most += 1 - late.least;
  }
  group.breaches.least += late.least;
  group.breaches.most += late.most;
  if (state === 'open') {
    group.overdue.least += late.least;
    group.overdue.most += late.most;
  }
  if (late.least === 1 && cause !== undefined) group.causes.set(cause, (group.causes.get(cause) ?? 0) + 1);
  else group.unexplained += late.most;
}
