import { replaceKey } from '../accounts/index.js';
import { probePlatform } from '../clocks/index.js';
import { type Connector, connectorsOf, sandboxToken } from '../platforms/index.js';
import type { Runtime } from '../runtime/index.js';
import { lookAt, type Route } from './route.js';

const patience = 10_000;
/** Who writes on the hidden sandbox. */
const author = 'probe';

export const frontOf = ({ config, url }: Runtime): string => (config.SANSDELAI_URL ?? url).replace(/\/$/, '');

async function post(url: string, key: string, body: object, wanted: number): Promise<unknown> {
  const res = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(patience),
  });
  const text = await res.text();
  if (res.status !== wanted) throw new Error(`${new URL(url).pathname} answered ${res.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

/** Writes on the hidden sandbox, as anybody would on a platform. @param feed whether its feed hands the post over */
async function publish(runtime: Runtime, text: string, feed: boolean): Promise<{ id: string; url: string }> {
  const url = `${frontOf(runtime)}/${probePlatform}/posts`;
  return (await post(url, await sandboxToken(runtime), { text, author, feed }, 201)) as { id: string; url: string };
}

/** A platform's feed: the hidden sandbox hands over what is written there. */
const feed = (runtime: Runtime): Route => ({
  name: 'sandbox',
  async write(text) {
    const { id } = await publish(runtime, text, true);
    return lookAt(runtime.db, probePlatform, id);
  },
});

/** The ingest API: the page is on the hidden sandbox, and its post comes in by `POST /v1/posts`, with a key, as a platform's would. */
function api(runtime: Runtime): Route {
  const { db, time } = runtime;
  let known: string | undefined;

  async function key(): Promise<string> {
    if (known === undefined) {
      const fresh = `sd_${time.secret(24)}`;
      await db.commit(replaceKey(runtime, fresh, 'probe', ['posts:write']));
      known = fresh;
    }
    return known;
  }

  return {
    name: 'api',
    async write(text) {
      const createdAt = new Date(time.now()).toISOString();
      const { id, url } = await publish(runtime, text, false);
      const sent = { id, platform: probePlatform, url, audience: 'public', author: { id: author }, text, createdAt };
      try {
        await post(`${frontOf(runtime)}/v1/posts`, await key(), sent, 202);
      } catch (error) {
        // Where it was taken away, another is made next time.
        known = undefined;
        throw error;
      }
      return lookAt(db, probePlatform, id);
    },
  };
}

/** A platform that is somebody else's: it is asked to publish the post, and hands it over as all others. */
const platform = ({ db }: Runtime, name: string, probe: NonNullable<Connector['probe']>): Route => ({
  name,
  async write(text) {
    const { id } = await probe.post(text);
    return lookAt(db, name, id);
  },
});

/** Every route by which posts come in here. */
export function routesOf(runtime: Runtime): Route[] {
  const { connectors } = connectorsOf(runtime);
  return [
    feed(runtime),
    api(runtime),
    ...[...connectors.values()].flatMap(connector =>
      connector.probe ? [platform(runtime, connector.platform, connector.probe)] : [],
    ),
  ];
}
