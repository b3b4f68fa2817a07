import { Router } from 'express';
import type { Rules } from '../../clocks/index.js';
import type { OpenMove } from '../../contracts/index.js';
import type { Database, Runtime, Table, Write } from '../../runtime/index.js';

export const slaTables: readonly Table[] = [];
export async function figureWrites(
  _db: Database,
  _moves: readonly { entry: number; seal?: string; move: OpenMove }[],
  _now: number,
): Promise<Write[]> {
  return [];
}
export function slaRoutes(_runtime: Runtime, _rules: Rules): Router {
  return Router();
}
