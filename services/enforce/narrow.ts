import type { GroundRow, RemovalRow } from './tables.js';
import { covers, joined } from './territory.js';

/**
 * A narrowing under way: what was gone in more States is to be gone in fewer from now on, since a ground that asked for more was lifted and another stands. The
 * platform is called to remove it in those alone, and elsewhere it comes back.
 */
export interface Narrowing {
  /** Names it for whoever waits for what comes back: the removal, its cycle, and the round in which it began. */
  id: string;
  /** How the removal stood. */
  was: 'pending' | 'gone' | 'claimed';
  endedAt: number | null;
}

export const narrowingOf = ({ narrowing }: Pick<RemovalRow, 'narrowing'>): Narrowing | undefined =>
  narrowing === null ? undefined : (JSON.parse(narrowing) as Narrowing);

/** What all grounds together ask for; undefined where there is none. Pure. */
export const askedBy = (grounds: readonly Pick<GroundRow, 'territory'>[]): string | null | undefined =>
  grounds.length === 0
    ? undefined
    : grounds.reduce<string | null>(
        (all, { territory }) => joined(all, territory === null ? undefined : (JSON.parse(territory) as string[])),
        '[]',
      );

/**
 * The change of a removal that is wanted in less than it was; undefined where the grounds that are left ask for as much. Pure.
 * @param left grounds that stay in force
 */
export function narrowed(row: RemovalRow, left: readonly GroundRow[], at: number): Partial<RemovalRow> | undefined {
  const asked = askedBy(left);
  if (asked === undefined || asked === null || row.wanted !== 'gone') return undefined;
  const states = row.territory === null ? undefined : (JSON.parse(row.territory) as string[]);
  if (covers(asked, states)) return undefined;
  // Nothing was asked of the platform yet: there is nothing to take back. What was not found may be so because it was called for before.
  if (row.called === 0) return { territory: asked };
  const before: Narrowing = {
    id: `${row.id}/${row.cycle}/narrowed/${row.round + 1}`,
    was: row.state === 'gone' || row.state === 'pending' ? row.state : 'claimed',
    endedAt: row.ended_at,
  };
  return {
    territory: asked,
    narrowing: row.narrowing ?? JSON.stringify(before),
    state: 'pending',
    pending_since: at,
    called_at: row.called_at ?? at,
    escalated_at: null,
    round: row.round + 1,
    next_at: at,
  };
}

/** The narrowing that lifting a ground began or joined, by its name: what comes back is told under it. */
export const narrowingId = (change: Partial<RemovalRow> | undefined): string | undefined =>
  change?.narrowing ? (JSON.parse(change.narrowing) as Narrowing).id : undefined;
