import type { Router } from 'express';
import { isLoopback, type Runtime } from '../../runtime/index.js';
import type { Connector } from '../connector.js';
import { createConnector } from './connector.js';
import { createFeed } from './feed.js';
import { createRoutes } from './routes.js';
import { createStore } from './store.js';
import { createToken } from './token.js';

export { sandboxTables } from './tables.js';
export { standardTestPost } from './words.js';

export interface SandboxOptions {
  platform: 'sandbox' | 'sandbox-probe';
  /** Where it is served, e.g. `/sandbox`. */
  basePath: string;
  /** Without a front page: nobody finds it by chance. */
  hidden: boolean;
}

/** Opens the sandboxes' moderation, and writing on the hidden one: `Authorization: Bearer …`. */
export const sandboxToken = (runtime: Runtime): Promise<string> => createToken(runtime)();

/**
 * A small public site that is a platform like any other. `routes` are served by one service (where several processes share the work, at
 * `SANSDELAI_URL`), `connector` works from any.
 */
export function createSandbox(
  runtime: Runtime,
  { platform, basePath, hidden }: SandboxOptions,
): { routes: Router; connector: Connector } {
  // The address is known once the process listens, which may be later than now.
  const origin = () => (runtime.config.SANSDELAI_URL ?? runtime.url).replace(/\/$/, '');
  const token = createToken(runtime);
  const feed = createFeed(runtime, platform);
  const store = createStore(runtime, platform, origin, basePath, () => feed.wake());
  const base = () => `${origin()}${basePath}`;
  return {
    // Where strangers may come by, nobody but the probe writes on the hidden one.
    routes: createRoutes({ basePath, hidden, closed: hidden && !isLoopback(runtime.config.HOST) }, store, token),
    connector: createConnector(runtime, platform, base, hidden, token, feed),
  };
}
