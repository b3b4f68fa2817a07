import { Router } from 'express';
import { z } from 'zod';
import { callerName, requireScope } from '../../accounts/index.js';
import { isoTime, Problem, parseBody, parseQuery, type Runtime, readBody } from '../../runtime/index.js';
import { endIncidentSchema, newIncidentSchema } from './bodies.js';
import type { IncidentReport } from './ending.js';
import { queueOf } from './overlay.js';
import { askIncident, endIncident, findIncident, incidentOf, listIncidents } from './store.js';
import type { IncidentRow } from './tables.js';

/** As it is told; times as RFC 3339. */
function showIncident(row: IncidentRow) {
  const { bank, thresholds, languages, people } = incidentOf(row);
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    queue: queueOf(row.name),
    bank,
    thresholds,
    ...(languages && { languages }),
    people,
    openedBy: row.opened_by,
    approvedBy: row.approved_by,
    openedAt: isoTime(row.opened_at),
    expiresAt: isoTime(row.expires_at),
    ...(row.ended_at !== null && { endedAt: isoTime(row.ended_at), endedBy: row.ended_by ?? undefined, why: row.why }),
    ...(row.report !== null && { report: JSON.parse(row.report) as IncidentReport }),
  };
}

/** `/v1/incidents`: asked for, listed, ended. */
export function incidentRoutes(runtime: Runtime): Router {
  const router = Router();
  const listSchema = z.strictObject({ state: z.enum(['lasting', 'all']).default('all') });

  router.get('/v1/incidents', requireScope('policies:read'), async (req, res) => {
    const { state } = parseQuery(req, listSchema);
    res.json({ incidents: (await listIncidents(runtime, state)).map(showIncident) });
  });
  router.post('/v1/incidents', requireScope('policies:write'), readBody(65_536), async (req, res) => {
    const asked = parseBody(req, newIncidentSchema);
    res.status(202).json({ approval: await askIncident(runtime, asked, callerName(res)) });
  });
  router.get('/v1/incidents/:id', requireScope('policies:read'), async (req, res) => {
    const row = await findIncident(runtime, String(req.params.id));
    if (!row) throw new Problem(404, 'There is no such incident.');
    res.json(showIncident(row));
  });
  router.post('/v1/incidents/:id/end', requireScope('policies:write'), readBody(16_384), async (req, res) => {
    const { reason } = parseBody(req, endIncidentSchema);
    const id = String(req.params.id);
    await endIncident(runtime, id, callerName(res), reason);
    res.status(202).json(showIncident((await findIncident(runtime, id)) as IncidentRow));
  });
  return router;
}
