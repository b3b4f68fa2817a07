import { Router } from 'express';
import { requireScope } from '../../accounts/index.js';
import type { Runtime } from '../../runtime/index.js';
import { fromHere } from './guard.js';

/** The names of the banks, for the console's choice of one. */
export function bankNameRoutes({ db }: Runtime): Router {
  const router = Router();
  router.get('/console/api/banks', fromHere, requireScope('banks:read'), async (_req, res) => {
    const rows = await db
      .tables<{ banks: { name: string } }>()
      .selectFrom('banks')
      .select('name')
      .orderBy('name')
      .limit(500)
      .execute();
    res.json({ banks: rows.map(({ name }) => name) });
  });
  return router;
}
