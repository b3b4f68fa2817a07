import { createHash, timingSafeEqual } from 'node:crypto';
import type { Runtime } from '../../runtime/index.js';
import { type SandboxRows, tables } from './tables.js';

/** The token that opens the sandbox's moderation: made once, kept in the database, known to all processes of the installation. */
export function createToken(runtime: Runtime): () => Promise<string> {
  const { db, time } = runtime;
  const name = 'moderation';
  const read = () =>
    db.tables<SandboxRows>().selectFrom('sandbox_secrets').select('value').where('name', '=', name).executeTakeFirst();
  let known: string | undefined;
  return async () => {
    if (known) return known;
    let row = await read();
    if (!row) {
      // Where two processes make one at the same moment, the first stays.
      const made = db.insert(tables.secrets, [{ name, value: time.secret(32) }], { onConflict: 'nothing' });
      await db.commit([made]);
      row = await read();
    }
    if (!row) throw new Error('the sandbox token was not kept');
    known = row.value;
    return known;
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares in constant time. */
export const sameToken = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected));
