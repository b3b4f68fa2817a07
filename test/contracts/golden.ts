import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Topic } from '../../services/contracts/index.js';

/** Beside the source of this file, which runs compiled. */
export const folder = fileURLToPath(new URL('../../../test/contracts/golden/', import.meta.url));

export const golden = (name: string): string => readFileSync(`${folder}${name}`, 'utf8');

/** A record as it once went over the bus. */
export interface GoldenRecord {
  key: string;
  headers: Record<string, string>;
  data: unknown;
}

/** The golden records of each type of event. */
export const goldenEvents: ReadonlyMap<string, { topic: Topic; records: GoldenRecord[] }> = new Map(
  readdirSync(folder)
    .filter(name => /\.v\d+\.json$/.test(name))
    .map(name => [name.replace(/\.json$/, ''), JSON.parse(golden(name))]),
);

/** Everything there is, with its type: `[type, number, topic, record]`. */
export const goldenRecords = [...goldenEvents].flatMap(([type, { topic, records }]) =>
  records.map((record, n): [string, number, Topic, GoldenRecord] => [type, n + 1, topic, record]),
);
