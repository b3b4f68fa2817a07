import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AssessedWith } from '../contracts/index.js';
import type { Database, Write } from '../runtime/index.js';
import { type AssessmentRow, type ClassifyRows, versionSetsTable } from './tables.js';

/** Names the versions that an assessment was made with: they are the same for many, and so kept once. */
export const setOf = ({ signals = {} }: AssessedWith): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(signals).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('base64url')
    .slice(0, 16);

/** Keeps a set for as long as the assessments that are made with it. */
export function keepSet(db: Database, { signals = {} }: AssessedWith, id: string, now: number): Write {
  return db.insert(versionSetsTable, [{ id, versions: JSON.stringify(signals), used_at: now }], {
    onConflict: 'replace',
  });
}

/** What assessments were made with, by their keys. */
export async function versionsIn(
  db: Database,
  assessments: readonly Pick<AssessmentRow, 'key' | 'detail'>[],
): Promise<Map<string, AssessedWith>> {
  const kept = assessments.map(({ key, detail }) => ({ key, ...keptVersions.parse(JSON.parse(detail)).versions }));
  const rows = await db
    .tables<ClassifyRows>()
    .selectFrom('version_sets')
    .select(['id', 'versions'])
    .where('id', 'in', db.among([...new Set(kept.flatMap(({ set }) => set ?? []))]))
    .execute();
  const sets = new Map(rows.map(({ id, versions }) => [id, JSON.parse(versions) as Record<string, string>]));
  return new Map(
    kept.map(({ key, set, ...named }) => {
      const signals = set === undefined ? undefined : sets.get(set);
      return [key, { ...named, ...(signals && { signals }) }];
    }),
  );
}

/** Assessments of earlier versions name no set. */
const keptVersions = z.object({
  versions: z.object({ policy: z.string(), model: z.string().optional(), set: z.string().optional() }),
});
