import { ConflictError, type Runtime } from '../runtime/index.js';
import { supersedeCase } from './cases.js';
import type { EnforceRows } from './tables.js';

/** Closes the open cases about one author's posts, without a decision: nobody has to look at them any more. Cost: one range of `cases_author`. */
export async function supersedeCasesOf(runtime: Runtime, platform: string, author: string, why: string): Promise<void> {
  const { db, time } = runtime;
  const rows = await db
    .tables<EnforceRows>()
    .selectFrom('cases')
    .selectAll()
    .where('platform', '=', platform)
    .where('author_id', '=', author)
    .where('state', '=', 'open')
    .execute();
  for (const row of rows) {
    const { writes, events } = supersedeCase(db, row, why, time.now());
    try {
      await runtime.commit(writes, events);
    } catch (error) {
      // Somebody decided it at this moment.
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}
