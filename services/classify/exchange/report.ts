import { z } from 'zod';
import type { Row } from './source.js';

const mostBad = 100;
const mostTypes = 50;

const schema = z.object({
  /** Rows of types that no bank takes, by type. */
  unknown: z.record(z.string(), z.number()).default({}),
  badRows: z.number().default(0),
  /** The latest of them. `at` in milliseconds since 1970. */
  bad: z.array(z.object({ id: z.string(), reason: z.string(), at: z.number() })).default([]),
});

/** What could not be taken in from a source. */
export type Report = z.output<typeof schema>;

export const readReport = (text: string): Report => schema.parse(JSON.parse(text));
export const emptyReport = (): Report => schema.parse({});

/** Counts what of these rows can't be taken in; a bad row that came again and is good is forgotten. */
export function reported(
  before: Report,
  rows: readonly Row[],
  refused: readonly { sourceId: string; reason: string }[],
  at: number,
): Report {
  const unknown: Record<string, number> = { ...before.unknown };
  const bad = refused.map(({ sourceId, reason }) => ({ id: sourceId, reason: reason.slice(0, 200), at }));
  const seen = new Set<string>();
  for (const row of rows) {
    seen.add(row.id);
    if ('bad' in row) bad.push({ id: row.id.slice(0, 100), reason: row.bad.slice(0, 200), at });
    if (!('unknown' in row)) continue;
    const named = row.unknown.slice(0, 64);
    const type = Object.hasOwn(unknown, named) || Object.keys(unknown).length < mostTypes ? named : 'other types';
    unknown[type] = (Object.hasOwn(unknown, type) ? (unknown[type] ?? 0) : 0) + 1;
  }
  return {
    unknown,
    badRows: before.badRows + bad.length,
    bad: [...bad, ...before.bad.filter(({ id }) => !seen.has(id))].slice(0, mostBad),
  };
}
