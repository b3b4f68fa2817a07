import { Router } from 'express';
import { type ApprovalKind, accountRoutes, requireLogin } from '../accounts/index.js';
import { marksOf, togetherKind } from '../classify/index.js';
import { manyKind, openingKind } from '../enforce/index.js';
import { exposedApprovals } from '../orders/index.js';
import { incidentKind, liftApproval, modelApproval, policyApproval } from '../policies/index.js';
import type { RunningService, Runtime, Service } from '../runtime/index.js';
import {
  bankNameRoutes,
  deadLetterRoutes,
  fromHere,
  Live,
  leadRoutes,
  liveStream,
  openapi,
  outcomeRoutes,
  panelRoutes,
  postRoutes,
  qualityRoutes,
  ReviewMedia,
  reinstatedRoutes,
  requireReading,
  reviewRoutes,
  sampleRoutes,
  searchRoutes,
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
    const kinds = [
      incidentKind(runtime),
      liftApproval(runtime),
      manyKind(runtime, marksOf),
      modelApproval(runtime),
      openingKind(runtime),
      policyApproval(runtime),
      togetherKind(runtime),
    ] as ApprovalKind[];
    routes.use(accountRoutes(runtime, [...kinds, ...exposedApprovals(runtime)]));
    routes.use(outcomeRoutes(runtime));
    routes.use(panelRoutes(runtime));
    routes.use(postRoutes(runtime));
    routes.use(reviewRoutes(runtime, media));
    routes.use(qualityRoutes(runtime));
    routes.use(leadRoutes(runtime));
    routes.use(searchRoutes(runtime));
    routes.use(reinstatedRoutes(runtime));
    routes.use(sampleRoutes(runtime));
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
