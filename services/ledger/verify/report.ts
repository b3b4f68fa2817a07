import { join } from 'node:path';
import { z } from 'zod';
import { dimensions } from '../sla/figures.js';
import { CannotCheck, plain } from './outcome.js';
import { readSmall } from './source.js';

const count = z.int().min(0);
const ms = z.int().min(0);
/** A row of figures, as `/v1/sla` gives it. */
const figureRow = z.strictObject({
  obligation: z.string(),
  route: z.string().optional(),
  language: z.string().optional(),
  count,
  limited: count,
  within: count,
  share: z.number().optional(),
  ms: z.strictObject({ p50: ms, p95: ms, p99: ms, max: ms }).optional(),
  cancelled: count,
  open: count,
  overdue: count,
  breaches: count,
  causes: z.record(z.string(), count),
});
export type FigureRow = z.infer<typeof figureRow>;

/** What is published with figures, as `figures.json`: nothing in it is believed before it was checked. */
export const reportSchema = z.strictObject({
  format: z.literal('sansdelai/figures/v1'),
  /** The log's name. */
  origin: z.string(),
  /** Of the clocks that began from here on, and before `to`. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  by: z.array(z.enum(dimensions)).max(3),
  /** As of when: what was open then is told as open. */
  at: z.iso.datetime(),
  /** Entries of the log that the figures are of. */
  size: z.int().min(0),
  /** The first entry that is opened: those before it were there when `start` was signed. */
  first: z.int().min(0),
  /** Entries from `first` on that are under non-disclosure: counted, and in no figure. */
  sealed: z.int().min(0),
  /** The signed note of a checkpoint that has at least `size` entries. */
  checkpoint: z.string(),
  /** The last checkpoint that was kept at or before `from`; left out where the log is younger. */
  start: z.string().optional(),
  figures: z.array(figureRow),
});
export type Report = z.infer<typeof reportSchema>;

/** Bytes of the largest report: some hundred thousand rows. */
const largest = 64 * 1024 * 1024;

/**
 * Reads a report.
 * @param place the file, or the folder that it is in
 * @throws CannotCheck
 */
export async function readReport(place: string): Promise<{ report: Report; folder: string }> {
  const folder = place.endsWith('.json') ? join(place, '..') : place;
  const path = place.endsWith('.json') ? place : join(place, 'figures.json');
  const text = (await readSmall(path, largest)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CannotCheck(`${path} is not JSON: ${plain((error as Error).message)}`);
  }
  const { data, error } = reportSchema.safeParse(value);
  if (!data) {
    const [issue] = error.issues;
    throw new CannotCheck(`${path} is no report of figures: ${issue?.path.join('.')}: ${plain(issue?.message ?? '')}`);
  }
  return { report: data, folder };
}
