import { createHash } from 'node:crypto';
import type { Time } from '../../runtime/time/index.js';
import type { Connector, Item, ReadPath } from '../connector.js';
import { type Allowed, type Fetched, fetchFresh } from './fetch.js';
import { browser, type Identity, ourselves } from './identities.js';
import { type Finding, judgeAnswer, judgeControl, type Look, usualLooks } from './judge.js';

export interface LookDeps {
  time: Time;
  /** Longest time for one look, ms. */
  timeout: number;
  /** Name of the place that is looked from. */
  vantage: string;
}

/** One way of asking: who, and whether past caches. */
interface Manner {
  identity: Identity;
  cacheAvoided: boolean;
}
const first: Manner = { identity: browser, cacheAvoided: false };
const others: readonly Manner[] = [
  { identity: ourselves, cacheAvoided: false },
  { identity: browser, cacheAvoided: true },
];

/** The looks at an address, in order. */
const mannersOf = ({ looks = usualLooks }: ReadPath): Manner[] => [
  first,
  ...Array.from({ length: Math.max(looks, 1) - 1 }, (_, n) => others[n % others.length]!),
];

/** Answers that tell of caches and replicas. */
const keptHeaders = [
  'age',
  'cache-control',
  'cf-cache-status',
  'content-type',
  'last-modified',
  'retry-after',
  'server',
  'via',
  'x-cache',
  'x-served-by',
];

/**
 * Looks at the public addresses of an item as strangers do, for {@link judge} and {@link seen}. Each request has a connection of its own.
 * The first address is asked once; where the item can be read there, that is the answer, and the platform is asked no more. Where it is
 * gone, all other looks at all addresses follow (replicas, caches, visitors who are told another story), and then the control.
 * Never rejects for what a platform does.
 */
export const look = (connector: Connector, item: Item, deps: LookDeps): Promise<Look[]> =>
  lookAt(sightOf(connector, item), deps);

/** What there is to look at: plain data, so that another thread can do it. */
export interface Sight {
  item: Item;
  paths: ReadPath[];
  /** Absent where there is nothing to look at. */
  control?: ReadPath & { contains: string };
}

export function sightOf(connector: Connector, item: Item): Sight {
  const paths = connector.readPaths(item);
  return { item, paths, ...(paths.length > 0 ? { control: connector.controlPath() } : {}) };
}

/** As {@link look}. */
export async function lookAt({ item, paths, control: controlPath }: Sight, deps: LookDeps): Promise<Look[]> {
  const judged = new Map<string, Finding>();
  const plans = paths.map(path => ({ path, manners: mannersOf(path) }));
  const at = ({ path, manners }: (typeof plans)[number], manner: Manner) =>
    ask(path, manner, manners.length, deps, path.kind, (answer, sha256) => {
      // The same answer again needs no second reading of its body.
      const landed = answer.url.replace(/[?&]_=.*$/, '');
      const key = [path.name, answer.status, answer.failure, answer.truncated, landed, sha256].join(' ');
      const known = judged.get(key) ?? judgeAnswer(path, item, answer);
      judged.set(key, known);
      return known;
    });

  const [main, ...further] = plans;
  if (!main) return [];
  const looks = [await at(main, first)];
  if (looks[0]?.verdict === 'readable') return looks;
  if (looks[0]?.verdict === 'unclear') return [...looks, ...(await Promise.all(further.map(plan => at(plan, first))))];

  const rest = [...main.manners.slice(1).map(manner => at(main, manner))];
  for (const plan of further) rest.push(...plan.manners.map(manner => at(plan, manner)));
  looks.push(...(await Promise.all(rest)));
  if (looks.some(({ verdict }) => verdict !== 'gone')) return looks;

  // As a browser: what only our own user agent is told counts for nothing by itself, so it needs no control.
  if (!controlPath) return looks;
  const { contains, ...control } = controlPath;
  looks.push(await ask(control, first, 1, deps, 'control', answer => judgeControl(contains, answer)));
  return looks;
}

async function ask(
  path: ReadPath,
  { identity, cacheAvoided }: Manner,
  outOf: number,
  { time, timeout, vantage }: LookDeps,
  kind: Look['kind'],
  judgeIt: (answer: Fetched, sha256: string) => Finding,
): Promise<Look> {
  const at = time.now();
  const from = time.steady();
  const url = cacheAvoided && !path.exact ? pastCaches(path.url, time) : path.url;
  const headers = {
    ...identity.headers,
    ...(path.accept && { accept: path.accept }),
    ...(cacheAvoided && { 'cache-control': 'no-cache', pragma: 'no-cache' }),
  };
  const answer = await fetchFresh(url, headers, { time, timeout, allowed: allowedFor(path) });
  const sha256 = createHash('sha256').update(answer.body).digest('hex');
  return {
    at,
    path: path.name,
    kind,
    url,
    ...(answer.url !== url && { landed: answer.url }),
    identity: identity.name,
    cacheAvoided,
    outOf,
    status: answer.status ?? null,
    bytes: answer.body.length,
    sha256: answer.status === undefined ? null : sha256,
    headers: Object.fromEntries(
      keptHeaders.flatMap(name => (answer.headers[name] ? [[name, answer.headers[name].slice(0, 200)]] : [])),
    ),
    ...judgeIt(answer, sha256),
    ms: Math.round((time.steady() - from) * 100) / 100,
    vantage,
  };
}

/** A parameter that nobody has asked with before: most caches keep each address with its parameters. */
function pastCaches(address: string, time: Time): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.searchParams.append('_', time.random().toString(36).slice(2, 12));
  return url.href;
}

/** Own origin (also over TLS) or those configured. */
function allowedFor(path: ReadPath): Allowed {
  if (path.origins) {
    const origins = path.origins.map(origin => new URL(origin).origin);
    return url => origins.includes(url.origin);
  }
  if (!URL.canParse(path.url)) return () => false;
  const own = new URL(path.url);
  const upgraded = own.protocol === 'http:' && own.port === '' ? `https://${own.host}` : own.origin;
  return url => url.origin === own.origin || url.origin === upgraded;
}
