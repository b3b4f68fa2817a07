import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Router, static as serveFiles } from 'express';
import { Problem } from '../runtime/index.js';
import { fromHere } from './api/index.js';
import { readingRoutes } from './reading.js';

/** `dist/web`, as Vite leaves it. */
const web = fileURLToPath(new URL('../../web/', import.meta.url));

/** The web application, and what there is to read about it. */
export function pageRoutes(): Router {
  const router = Router();
  // The application itself holds nothing; what it shows asks for a login.
  const beside = ['/icon.svg', '/reading.css'];
  router.get(['/', '/assets/{*path}', ...beside], fromHere);
  router.get('/', (_req, res) => {
    if (!existsSync(`${web}index.html`)) throw new Problem(503, 'The console is not built: run "npm run build".');
    res.set('Cache-Control', 'no-cache').sendFile('index.html', { root: web });
  });
  // Named by a digest of their content.
  router.use('/assets', serveFiles(`${web}assets`, { immutable: true, maxAge: '1y', index: false, redirect: false }));
  router.get(beside, (req, res) => void res.sendFile(req.path.slice(1), { root: web }));
  router.use(readingRoutes());
  return router;
}
