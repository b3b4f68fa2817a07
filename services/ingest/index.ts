import { Router } from 'express';
import { connectorsOf } from '../platforms/index.js';
import type { RunningService, Runtime, Service, Stoppable } from '../runtime/index.js';
import { kafkaDoor } from './door.js';
import { intakeRoutes } from './http.js';
import { followPosts } from './search/follow.js';
import { prepareWords } from './search/store.js';
import { searchTables } from './search/tables.js';
import { postsTable } from './tables.js';
import { takePosts } from './take.js';

export { LineSplitter } from './lines.js';
export { plantPost, unplantPost } from './plant.js';
export { latestVersions, readPosts, readVersions, type StoredPost } from './read.js';
export { type RecentPlace, readRecentPosts } from './recent.js';
export { findPosts, isFound, readReplies, type Search, searchKinds } from './search/find.js';
export { type Taken, takePosts } from './take.js';

/** Takes posts in, by every door: HTTP, Kafka, and the connectors' feeds. */
export const ingest: Service = {
  name: 'ingest',
  tables: [postsTable, ...searchTables],
  async start(runtime: Runtime): Promise<RunningService> {
    const { connectors, routers } = await connectorsOf(runtime);
    await prepareWords(runtime.db);
    const running: Stoppable[] = runtime.config.SANSDELAI_SEARCH ? [followPosts(runtime)] : [];
    if (runtime.bus.kind === 'kafka') running.push(await runtime.run(kafkaDoor(runtime)));
    for (const connector of connectors.values()) {
      const { feed, platform } = connector;
      if (!feed) continue;
      const take = async (posts: Parameters<typeof takePosts>[1]) =>
        void (await takePosts(runtime, posts, { route: platform }));
      running.push(runtime.lead(`feed-${platform}`, (_fence, signal) => feed.call(connector, take, signal)));
    }
    const routes = Router();
    routes.use(intakeRoutes(runtime));
    for (const router of routers) routes.use(router);
    return {
      routes,
      problem: async () => runtime.busProblem(),
      stop: async () => void (await Promise.all(running.map(one => one.stop()))),
    };
  },
};
