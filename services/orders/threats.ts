import { z } from 'zod';
import { type DutyMoved, eventId, platformName } from '../contracts/index.js';
import { quality } from '../enforce/index.js';
import { type Outgoing, Problem } from '../runtime/index.js';
import type { Parts } from './parts.js';
import { type OrderSettings, stateSchema } from './settings.js';
import { type OrderRows, type ThreatRow, threatsTable } from './tables.js';

export const newThreatSchema = z.strictObject({
  platform: platformName,
  post: z.string().min(1).max(512),
  /** States concerned; none where they can't be told. */
  states: z.array(stateSchema).max(27).default([]),
  why: z.string().min(1).max(5_000),
});
export const threatToldSchema = z.strictObject({ receipt: z.string().min(1).max(2_000) });

export interface Addressee {
  who: string;
  name?: string;
  contact?: string;
}

/**
 * Whom to tell of an imminent threat to life (TCO Article 14(5), DSA Article 18): the States concerned; where they can't be told, the home State's contact
 * point and Europol. One that the settings don't have is named all the same. Pure.
 */
function addresseesOf({ threats, provider }: OrderSettings, states: readonly string[]): Addressee[] {
  if (states.length > 0)
    return states.map(state => ({
      who: `State ${state}`,
      ...threats.authorities[state as keyof typeof threats.authorities],
    }));
  return [
    { who: `home State${provider.homeState ? ` ${provider.homeState}` : ''}`, ...threats.home },
    { who: 'Europol', ...threats.europol },
  ];
}

function told(row: ThreatRow, happened: 'begun' | 'done', at: number, by: string, evidence?: string): Outgoing {
  const data: DutyMoved = {
    ...{ platform: row.platform, postId: row.post_id, version: 1, duty: 'threat-to-life', subject: row.id },
    ...{ happened, at, by, route: 'desk' },
    ...(evidence === undefined ? {} : { evidence }),
  };
  const event = {
    id: eventId(row.id, 'duty.moved', happened),
    type: 'duty.moved.v1',
    source: '/orders',
    time: at,
    key: row.id,
    data,
  };
  return { topic: 'evidence', event };
}

/**
 * Reports a threat: its clock runs from now until the receipt of who was told is stored. The same post twice is one, while it is open. Under the name that a
 * second person decides it by, a post is meant as it is published. Of a golden item nothing is kept, and nobody is named to be told: it is made up.
 */
export async function reportThreat(
  parts: Parts,
  asked: z.output<typeof newThreatSchema>,
  by: string,
): Promise<ThreatRow> {
  const { runtime, settings } = parts;
  const { db, time } = runtime;
  const real = await quality.realPost(runtime, { platform: asked.platform, id: asked.post });
  const post = real === 'none' ? asked.post : real.id;
  const open = await db
    .tables<OrderRows>()
    .selectFrom('threats')
    .selectAll()
    .where('platform', '=', asked.platform)
    .where('post_id', '=', post)
    .where('told_at', 'is', null)
    .executeTakeFirst();
  if (open) return open;
  const at = time.now();
  const row: ThreatRow = {
    id: eventId(`${asked.platform}/${post}`, 'threat', at),
    platform: asked.platform,
    post_id: post,
    states: JSON.stringify(asked.states),
    content: asked.why,
    addressees: JSON.stringify(real === 'none' ? [] : addresseesOf(settings, asked.states)),
    reported_by: by,
    reported_at: at,
    told_at: null,
    told_by: null,
    receipt: null,
  };
  if (real !== 'none') await runtime.commit([db.insert(threatsTable, [row])], [told(row, 'begun', at, by)]);
  return row;
}

/** Stores the receipt of who was told, which ends the clock. @throws Problem 404, 409 */
export async function threatTold({ runtime }: Parts, id: string, receipt: string, by: string): Promise<ThreatRow> {
  const { db, time } = runtime;
  const rows = db.tables<OrderRows>();
  const row = await rows.selectFrom('threats').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new Problem(404, 'There is no such report.');
  if (row.told_at !== null) throw new Problem(409, `It was told by ${row.told_by} already.`);
  const at = time.now();
  const change = { told_at: at, told_by: by, receipt };
  const query = rows.updateTable('threats').set(change).where('id', '=', id).where('told_at', 'is', null);
  await runtime.commit([{ query, atLeast: 1 }], [told(row, 'done', at, by, receipt)]);
  return { ...row, ...change };
}

/** The open ones first, the oldest of them first. */
export const listThreats = ({ runtime }: Parts): Promise<ThreatRow[]> =>
  runtime.db
    .tables<OrderRows>()
    .selectFrom('threats')
    .selectAll()
    .orderBy(row => row.fn.coalesce('told_at', row.lit(0)))
    .orderBy('reported_at')
    .limit(200)
    .execute();
