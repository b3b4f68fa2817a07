import { Router } from 'express';
import { type ApprovalKind, accountRoutes, requireLogin } from '../accounts/index.js';
import { modelApproval, policyApproval } from '../policies/index.js';
import type { RunningService, Runtime, Service } from '../runtime/index.js';
import {
  bankNameRoutes,
  deadLetterRoutes,
  fromHere,
  Live,
  liveStream,
  openapi,
  outcomeRoutes,
  panelRoutes,
  postRoutes,
  ReviewMedia,
  requireReading,
  reviewRoutes,
} from './api/index.js';
import { pageRoutes } from './pages.js';

/** The web application: the live page, and the calls that say where a post stands. */
export const consoleService: Service = {
  name: 'console',
  tables: [],
  async start(runtime: Runtime): Promise<RunningService> {
    const live = new Live(runtime);
    live.start();
    const media = new ReviewMedia(runtime);
    const routes = Router();
    routes.get('/openapi.json', (_req, res) => void res.json(openapi(runtime.config.SANSDELAI_URL ?? runtime.url)));
    routes.get('/console/api/live', fromHere, requireLogin, requireReading, liveStream(runtime, live));
    routes.use(accountRoutes(runtime, [policyApproval(runtime), modelApproval(runtime)] as ApprovalKind[]));
    routes.use(outcomeRoutes(runtime));
    routes.use(panelRoutes(runtime));
    routes.use(postRoutes(runtime));
    routes.use(reviewRoutes(runtime, media));
    routes.use(bankNameRoutes(runtime));
    routes.use(deadLetterRoutes(runtime));
    routes.use(pageRoutes());
    return {
      routes,
      problem: async () => undefined,
      stop: async () => {
        await live.stop();
        await media.stop();
      },
    };
  },
};
