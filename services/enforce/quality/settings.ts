import type { Runtime } from '../../runtime/index.js';
import { type QualityRows, type QualitySettingsRow, qualitySettingsTable } from './tables.js';

/** Shares from 0 to 1: of cases that are golden items, of decisions that a second person makes again. */
export interface QualitySettings {
  golden: number;
  second: number;
  changedAt?: number;
  changedBy?: string;
}

const id = 'quality';

/** Off until a lead sets it: both cost reviewers' time. */
export async function readSettings({ db }: Pick<Runtime, 'db'>): Promise<QualitySettings> {
  const rows = db.tables<QualityRows>();
  const row = await rows.selectFrom('quality_settings').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) return { golden: 0, second: 0 };
  return { golden: row.golden, second: row.second, changedAt: row.changed_at, changedBy: row.changed_by };
}

export async function changeSettings(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  { golden, second }: Pick<QualitySettings, 'golden' | 'second'>,
  by: string,
): Promise<void> {
  const row: QualitySettingsRow = { id, golden, second, changed_at: time.now(), changed_by: by };
  await db.commit([db.insert(qualitySettingsTable, [row], { onConflict: 'replace' })]);
}
