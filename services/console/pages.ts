import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Router, static as serveFiles } from 'express';
import { requireLogin } from '../accounts/index.js';
import { Problem } from '../runtime/index.js';
import { fromHere } from './api/index.js';

/** `dist/web`, as Vite leaves it. */
const web = fileURLToPath(new URL('../../web/', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The web application, and what there is to read about it. */
export function pageRoutes(): Router {
  const router = Router();
  // The application itself holds nothing; what it shows asks for a login.
  router.get(['/', '/assets/{*path}', '/icon.svg'], fromHere);
  router.get(['/README.md', '/docs/{*path}'], fromHere, requireLogin);
  router.get('/', (_req, res) => {
    if (!existsSync(`${web}index.html`)) throw new Problem(503, 'The console is not built: run "npm run build".');
    res.set('Cache-Control', 'no-cache').sendFile('index.html', { root: web });
  });
  // Named by a digest of their content.
  router.use('/assets', serveFiles(`${web}assets`, { immutable: true, maxAge: '1y', index: false, redirect: false }));
  router.get('/icon.svg', (_req, res) => void res.sendFile('icon.svg', { root: web }));

  const asText = {
    setHeaders: (res: { setHeader(name: string, value: string): void }, path: string) => {
      if (path.endsWith('.md')) res.setHeader('Content-Type', 'text/plain; charset=utf-8');
    },
  };
  router.use('/docs', serveFiles(`${root}docs`, { index: false, redirect: false, ...asText }));
  router.get('/README.md', (_req, res) => void res.type('text/plain').sendFile('README.md', { root }));
  return router;
}
