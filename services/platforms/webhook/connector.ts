import type { Runtime } from '../../runtime/index.js';
import type { Connector, Item, ReadPath } from '../connector.js';
import { deliver } from './deliver.js';
import { postAs } from './post.js';
import type { WebhookPlatform } from './settings.js';

/** Any platform that takes signed calls over HTTP. Its posts come in through `POST /v1/posts` or Kafka: there is no feed. */
export function createWebhook(runtime: Runtime, platform: WebhookPlatform): Connector {
  const { name, readPaths, control, testAccounts, territorial, media, probe } = platform;
  return {
    platform: name,
    testAccounts,
    ...(media && { media }),
    ...(probe && { probe: { account: probe.account, post: text => postAs(runtime, platform, probe, text) } }),
    territorial,
    readable: readPaths.length > 0,
    remove: (item, call) => deliver(runtime, platform, 'remove', item, call),
    restore: (item, call) => deliver(runtime, platform, 'restore', item, call),
    readPaths: item => readPaths.map(({ url, ...path }): ReadPath => ({ ...path, url: fill(url, item) })),
    controlPath() {
      if (!control) throw new Error(`${name} has no control: nothing of it is looked at`);
      return { name: 'control', kind: 'item', ...control };
    },
  };
}

function fill(template: string, item: Item): string {
  if (template === '{url}') return item.url;
  const values: Record<string, string> = {
    id: item.id,
    url: item.url,
    version: String(item.version),
    author: item.authorId,
  };
  return template.replace(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(values[field] ?? ''));
}
