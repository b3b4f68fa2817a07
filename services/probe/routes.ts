import { replaceKey } from '../accounts/index.js';
import { probePlatform } from '../clocks/index.js';
import { type Connector, connectorsOf, sandboxToken, standardTestPost } from '../platforms/index.js';
import { isoTime, type Runtime } from '../runtime/index.js';
import { orderRoute } from './order.js';
import { lookAt, type Route } from './route.js';

const patience = 10_000;
const testPost = `${standardTestPost} (probe)`;
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
export async function publish(runtime: Runtime, text: string, feed: boolean): Promise<{ id: string; url: string }> {
  const url = `${frontOf(runtime)}/${probePlatform}/posts`;
  return (await post(url, await sandboxToken(runtime), { text, author, feed }, 201)) as { id: string; url: string };
}

/** A platform's feed: the hidden sandbox hands over what is written there. */
const feed = (runtime: Runtime): Route => ({
  name: 'sandbox',
  end: 'gone',
  async write() {
    const from = runtime.time.now();
    const { id } = await publish(runtime, testPost, true);
    return { look: lookAt(runtime.db, probePlatform, id), from };
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
    end: 'gone',
    async write() {
      const from = time.now();
      const createdAt = isoTime(from);
      const { id, url } = await publish(runtime, testPost, false);
      const by = { audience: 'public', author: { id: author } };
      const sent = { id, platform: probePlatform, url, ...by, text: testPost, createdAt };
      try {
        await post(`${frontOf(runtime)}/v1/posts`, await key(), sent, 202);
      } catch (error) {
        // Where it was taken away, another is made next time.
        known = undefined;
        throw error;
      }
      return { look: lookAt(db, probePlatform, id), from };
    },
  };
}

/** A platform that is somebody else's: it is asked to publish the post, and hands it over as all others. */
const platform = ({ db, time }: Runtime, name: string, probe: NonNullable<Connector['probe']>): Route => ({
  name,
  end: 'gone',
  async write() {
    const from = time.now();
    const { id } = await probe.post(testPost);
    return { look: lookAt(db, name, id), from };
  },
});

/** Every route by which posts come in here, and an order. */
export function routesOf(runtime: Runtime): Route[] {
  const { connectors } = connectorsOf(runtime);
  return [
    feed(runtime),
    api(runtime),
    orderRoute(runtime, `${frontOf(runtime)}/v1/removal-orders`, text => publish(runtime, text, true)),
    ...[...connectors.values()].flatMap(connector =>
      connector.probe ? [platform(runtime, connector.platform, connector.probe)] : [],
    ),
  ];
}
