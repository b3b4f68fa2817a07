import type { Database } from '../runtime/index.js';
import type { EnforceRows } from './tables.js';

/** Flags of what is in no figure, as JSON keeps them. */
const probe = '"probe"';

/**
 * Items that were to be public again, asked for from `from` on and before `to` (ms), by route, and how they stand now. An item that was removed once
 * more since is not among them. The probe's are left out. Cost: one range of the index `removals_recent`.
 */
export async function countBroughtBack(db: Database, from: number, to: number) {
  const rows = await db
    .tables<EnforceRows>()
    .selectFrom('removals')
    .select(({ fn }) => ['route', 'state', fn.countAll<number>().as('n')])
    .where('requested_at', '>=', from)
    .where('requested_at', '<', to)
    .where('wanted', '=', 'public')
    .where('platform', '<>', 'sandbox-probe')
    .where('flags', 'not like', `%${probe}%`)
    .groupBy(['route', 'state'])
    .execute();
  return [...new Set(rows.map(({ route }) => route))].sort().map(route => {
    const of = (some: (state: string) => boolean): number =>
      rows.reduce((sum, row) => (row.route === route && some(row.state) ? sum + row.n : sum), 0);
    return {
      route,
      asked: of(() => true),
      seen: of(state => state === 'restored'),
      pending: of(state => state === 'pending'),
      other: of(state => state !== 'restored' && state !== 'pending'),
    };
  });
}
