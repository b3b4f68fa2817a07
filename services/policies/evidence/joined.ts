import { type Database, sql } from '../../runtime/index.js';

/** The texts of a group in one, so that many rows come as one: what a row costs to hand over is more than what is in it. */
export const joined = <Text extends string | null = string>(
  db: Database,
  text: ReturnType<typeof sql>,
  between: string,
) =>
  db.engine === 'sqlite' ? sql<Text>`group_concat(${text}, ${between})` : sql<Text>`string_agg(${text}, ${between})`;
