import type { Database } from '../../runtime/index.js';

/** A clock as it is shown beside its post. */
export interface ClockView {
  id: string;
  obligation: string;
  state: 'unstarted' | 'running' | 'suspended' | 'breached' | 'stopped' | 'cancelled';
  platform: string;
  post_id: string;
  started_at: number | null;
  due_at: number | null;
  ended_at: number | null;
  seconds: number | null;
  reopened: number;
}

/** All clocks of one item, by the index `clocks_post`. */
export const readClocks = (db: Database, platform: string, id: string): Promise<ClockView[]> =>
  db
    .tables<{ clocks: ClockView }>()
    .selectFrom('clocks')
    .select([
      'id',
      'obligation',
      'state',
      'platform',
      'post_id',
      'started_at',
      'due_at',
      'ended_at',
      'seconds',
      'reopened',
    ])
    .where('platform', '=', platform)
    .where('post_id', '=', id)
    .orderBy('started_at')
    .execute();
