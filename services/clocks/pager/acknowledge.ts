import { createHash } from 'node:crypto';
import { ConflictError, type Database } from '../../runtime/index.js';
import type { ClockTables, PageRow } from '../tables.js';

/** A link that was sent: who has its token must be the contact. Only the hash is kept. */
export interface SentToken {
  hash: string;
  contact: string;
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** The contact that a token was sent to; undefined where it was never sent for this page, or the page is answered. */
export function holderOf(page: PageRow, token: string): string | undefined {
  if (page.state !== 'waiting' && page.state !== 'sent') return undefined;
  const hash = hashToken(token);
  return (JSON.parse(page.tokens) as SentToken[]).find(sent => sent.hash === hash)?.contact;
}

export const findPage = (db: Database, id: string): Promise<PageRow | undefined> =>
  db.tables<ClockTables>().selectFrom('pages').selectAll().where('id', '=', id).executeTakeFirst();

/**
 * Somebody has taken a page: it goes to nobody else. The first answer counts; a second one changes nothing.
 * @returns the page as it stands then; undefined where there is none.
 */
export async function acknowledge(db: Database, id: string, by: string, now: number): Promise<PageRow | undefined> {
  for (;;) {
    const page = await findPage(db, id);
    if (!page || page.state === 'acknowledged' || page.state === 'resolved') return page;
    const set = {
      state: 'acknowledged' as const,
      acknowledged_at: now,
      acknowledged_by: by,
      next_at: null,
      tokens: '[]',
      version: page.version + 1,
    };
    const query = db
      .tables<ClockTables>()
      .updateTable('pages')
      .set(set)
      .where('id', '=', id)
      .where('version', '=', page.version);
    try {
      await db.commit([{ query, atLeast: 1 }]);
      return { ...page, ...set };
    } catch (error) {
      // The pager wrote down a try at this moment: look again.
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}
