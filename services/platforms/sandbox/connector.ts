import type { Runtime } from '../../runtime/index.js';
import { answerOf, postJson } from '../call.js';
import type { Answer, Call, Connector, Item, ReadPath } from '../connector.js';
import type { Feed } from './feed.js';
import { aboutWords, latestWords, mostReason } from './words.js';

const timeout = 5_000;

/** The sandbox as a platform like any other: called and looked at over HTTP, wherever it is served. */
export function createConnector(
  runtime: Runtime,
  platform: string,
  base: () => string,
  hidden: boolean,
  token: () => Promise<string>,
  feed: Feed,
): Connector {
  const moderate = async (action: 'remove' | 'restore', item: Item, call: Call): Promise<Answer> => {
    const { idempotencyKey, fence, reason } = call;
    const headers = { authorization: `Bearer ${await token()}`, 'idempotency-key': idempotencyKey };
    const body = JSON.stringify({ fence, reason: reason.slice(0, mostReason) });
    const url = `${base()}/moderation/${encodeURIComponent(item.id)}/${action}`;
    return answerOf(await postJson(url, body, headers, { time: runtime.time, timeout }));
  };
  return {
    platform,
    testAccounts: 'all',
    hidden,
    territorial: false,
    readable: true,
    remove: (item, call) => moderate('remove', item, call),
    restore: (item, call) => moderate('restore', item, call),
    readPaths(item) {
      // All of its pages and replicas read the one database, without a cache: what stands beside the page needs no more than one look.
      const post = `${base()}/posts/${encodeURIComponent(item.id)}`;
      const paths: ReadPath[] = [
        { name: 'page', kind: 'item', url: post },
        { name: 'json', kind: 'item', url: `${post}.json`, accept: 'application/json', looks: 1 },
      ];
      if (!hidden)
        paths.push({ name: 'latest', kind: 'listing', url: base(), byId: true, contains: latestWords, looks: 1 });
      return paths;
    },
    controlPath: () => ({ name: 'about', kind: 'item', url: `${base()}/about`, contains: aboutWords }),
    feed: (take, signal) => feed.run(take, signal),
  };
}
