import { ensureFirst } from '../../services/accounts/index.js';
import { allTables } from '../../services/cli/services.js';
import { chosen } from '../../services/cli/start.js';
import { busKey, eventId } from '../../services/contracts/index.js';
import { connectorsOf } from '../../services/platforms/index.js';
import {
  createLog,
  listen,
  type OpenRuntime,
  openRuntime,
  readConfig,
  realTime,
  type Time,
  type Write,
} from '../../services/runtime/index.js';

/**
 * One life of an installation, in a process of its own that may die by its own hand: it does all that `startInstallation` does, with the
 * database, the bus and the connectors wrapped. The environment says when it dies:
 * CRASH_POST names a post, CRASH_AT the how manieth step about it, CRASH_WHEN `before` or `after` that step, or `during` it.
 * AHEAD puts its clock forward (ms), so that what a dead process held has run out.
 */
const { CRASH_POST: post = '', CRASH_AT = '0', CRASH_WHEN = '', AHEAD = '0' } = process.env;
const crashAt = Number(CRASH_AT);
const names = new Set<string>();
if (post) {
  const item = busKey({ platform: 'acme', id: post });
  for (const name of [post, eventId(item, 'removal'), eventId(`${item}/1`, 'case')]) names.add(name);
}
const about = (text: string): boolean => [...names].some(name => text.includes(name));
/** Ids of events about the post: what is said of them is about it, too. */
const learn = (events: readonly { id: string; key: string }[]): void => {
  for (const { id, key } of events) if (about(key) || about(id)) names.add(id);
};

let steps = 0;
const die = (): void => void process.kill(process.pid, 'SIGKILL');

/** A step about the post: told on standard error, and perhaps the last thing that this process does. */
async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const mine = ++steps;
  process.stderr.write(`${mine} ${name}\n`);
  if (mine === crashAt && CRASH_WHEN === 'before') die();
  const working = work();
  // The work was handed over: to a thread, a socket. What becomes of it nobody knows.
  if (mine === crashAt && CRASH_WHEN === 'during') setImmediate(die);
  const result = await working;
  if (mine === crashAt && CRASH_WHEN === 'after') die();
  return result;
}

function textOf(writes: readonly Write[]): string {
  return writes
    .map(({ query }) => {
      const { sql, parameters } = 'compile' in query ? query.compile() : query;
      return `${sql} ${JSON.stringify(parameters)}`;
    })
    .join('\n');
}
const tablesOf = (text: string): string =>
  [...new Set([...text.matchAll(/(?:insert into|update|delete from) "(\w+)"/g)].map(([, name]) => name))].join('+');

function wrap(runtime: OpenRuntime): void {
  const { db, bus } = runtime;
  const commit = db.commit.bind(db);
  db.commit = writes => {
    const text = textOf(writes);
    // A delivery's tries name it, and not the post.
    if (about(text)) for (const [delivery] of text.matchAll(/msg_[\w-]{27}/g)) names.add(delivery);
    return about(text) ? step(`commit ${tablesOf(text)}`, () => commit(writes)) : commit(writes);
  };
  const publish = bus.publish.bind(bus);
  bus.publish = (topic, events) => {
    learn(events);
    return events.some(({ id }) => names.has(id))
      ? step(`publish ${topic}`, () => publish(topic, events))
      : publish(topic, events);
  };
  const publishWith = bus.publishWith?.bind(bus);
  if (publishWith) {
    bus.publishWith = (events, work) => {
      for (const list of events.values()) learn(list);
      return publishWith(events, work);
    };
  }
  for (const connector of connectorsOf(runtime).connectors.values()) {
    const { remove, restore } = connector;
    connector.remove = (item, call) =>
      item.id === post
        ? step('call remove', () => remove.call(connector, item, call))
        : remove.call(connector, item, call);
    connector.restore = (item, call) =>
      item.id === post
        ? step('call restore', () => restore.call(connector, item, call))
        : restore.call(connector, item, call);
  }
}

const time: Time = { ...realTime, now: () => realTime.now() + Number(AHEAD) };
const config = readConfig(process.env);
const runtime = await openRuntime(config, time, createLog(config.LOG_LEVEL, false), allTables);
wrap(runtime);
const http = await listen(runtime, () => runtime.problems());
runtime.url = http.url;
await ensureFirst(runtime);
const running = await Promise.all(
  chosen(['ingest', 'classify', 'enforce', 'clocks']).map(service => service.start(runtime)),
);
http.mount(running.flatMap(({ routes }) => (routes ? [routes] : [])));
process.stdout.write(`${http.url}\n`);
process.once('SIGTERM', async () => {
  await http.stop();
  for (const service of running) await service.stop();
  await runtime.stop();
  process.exit(0);
});
