import { setTimeout as pause } from 'node:timers/promises';
import { standardTestPost } from '../../services/platforms/index.js';
import type { Standing } from '../distributed/client.js';
import type { Expected, Range } from './expected.js';
import { annul, answered, orderFor, sendOrder } from './orders.js';
import { type Did, type Post, prober, tester } from './platform.js';
import type { Sent, Wire } from './sender.js';
import type { World } from './world.js';

/** Limits of the clocks in these runs, ms. */
export const limits = {
  review: 12_000,
  removal: 20_000,
  'tco-removal': 3_600_000,
  'tco-feedback': 3_600_000,
  'tco-reinstatement': 3_600_000,
} as const;
/** Removals not confirmed for so long are shown to people (half of the limit). */
export const shownAfter = limits.removal / 2;

/** An ended or open clock, as its story saw it begin and end. */
interface Seen extends Pick<Expected, 'obligation' | 'route' | 'language' | 'cause'> {
  state: Expected['state'];
  began: Range;
  /** Of an open one unknown. */
  ended?: Range;
}

export interface Told {
  platform: string;
  id: string;
  route: string;
  clocks: Seen[];
}

const exactly = (at: number): Range => ({ least: at, most: at });

/** The clock as it must be in the figures, where these are read between two instants. */
export function expectedOf({ began, ended, ...clock }: Seen, readAt: Range): Expected {
  const end = ended ?? readAt;
  return { ...clock, ms: { least: Math.max(0, end.least - began.most), most: Math.max(0, end.most - began.least) } };
}

/** A post of a story, and what its figures are told by. */
interface Subject {
  w: World;
  id: string;
  route: string;
  wire: Wire;
  language: string;
  sent: Sent;
  /** When it was published; undefined where what the platform says of it can't be believed: it counts from receipt then. */
  posted?: number | undefined;
}

const hour = 3_600_000;

/** A post as the platform sends it. Most were published some time before; some platforms' clocks can't be believed. */
function wireOf(
  w: World,
  id: string,
  language: string | undefined,
  more: object = {},
): { wire: Wire; strange: boolean } {
  const { random, platform } = w;
  const age = random.next() < 0.7 ? random.between(0, 3_000) : random.between(3_000, 3 * hour);
  const odd = random.next();
  const created = odd < 0.03 ? Date.UTC(1999, 5, 1) : odd < 0.06 ? Date.now() + hour : Date.now() - age;
  const wire = {
    id,
    platform: 'acme',
    url: `${platform.origin}/posts/${id}`,
    audience: 'public',
    author: { id: tester },
    text: platform.posts.get(id)?.text ?? '',
    ...(language === undefined ? {} : { language }),
    createdAt: new Date(created).toISOString(),
    ...more,
  };
  return { wire, strange: odd < 0.06 };
}

interface Options {
  language?: string | undefined;
  manners?: readonly Did[];
  always?: Did;
  platform?: string;
  backfill?: boolean;
}

const languageOf = (told: string | undefined): string => told?.split('-')[0] ?? 'und';

async function begin(w: World, id: string, options: Options): Promise<Subject> {
  const { language, manners, always, platform = 'acme', backfill } = options;
  w.platform.publish(id, `${standardTestPost}, number ${id}`, manners, always);
  const { wire, strange } = wireOf(w, id, language, { platform });
  const route = backfill ? 'api' : w.random.one(w.routes);
  const again = w.random.next();
  const sent = backfill ? await w.single(wire, '?backfill=true') : await w.post(route, wire);
  if (again < 0.1 && route === 'api') {
    w.again++;
    const { status } = await w.single(wire);
    if (status !== 202) throw new Error(`the same post again was answered ${status}`);
  }
  if (again > 0.95 && route === 'api') {
    w.refused++;
    const { status } = await w.single({ ...wire, text: 'other words under the same name' });
    if (status !== 409) throw new Error(`other content under a known key was answered ${status}`);
  }
  const posted = strange ? undefined : Date.parse(String(wire.createdAt));
  return { w, id, route, wire, language: languageOf(language), sent, posted };
}

const postOf = ({ w, id }: Pick<Subject, 'w' | 'id'>): Post => w.platform.posts.get(id) as Post;

/** Waits for the platform to be called, and for its post to be gone. @param from which of its calls are meant */
async function goes(s: Subject, from = 0): Promise<{ firstCallAt: number; gone: Range }> {
  const { w, id } = s;
  const calls = () => postOf(s).calls.slice(from);
  const acted = () => calls().find(({ did }) => did.startsWith('removed'));
  await w.happens(`${id} is removed`, () => acted() !== undefined, 240_000);
  const most = await w.until('acme', id, ({ wanted, state }) => wanted === 'gone' && state === 'gone');
  const [first] = calls();
  return { firstCallAt: first?.at as number, gone: { least: acted()?.at as number, most } };
}

/** The clocks of a removal. @param by from when to when it was asked for; of a rule: until the platform was called */
function removal(s: Subject, by: Range, ended: Range | undefined, more: Partial<Seen> = {}, posted?: Range): Seen[] {
  const { route, language } = s;
  // Received before it was asked for.
  const published = s.posted === undefined ? { least: s.sent.sentAt, most: by.most } : exactly(s.posted);
  const end = ended ? { ended } : {};
  const of = { route, language, state: ended ? ('stopped' as const) : ('open' as const), ...end, ...more };
  const { cause: _, ...uncaused } = of;
  return [
    { ...of, obligation: 'removal', began: by },
    { ...uncaused, obligation: 'posted-to-gone', began: posted ?? published },
  ];
}

const review = ({ route, language }: Subject, began: Range, ended?: Range, state: Seen['state'] = 'stopped'): Seen => ({
  obligation: 'review',
  route,
  language,
  began,
  ...(ended ? { ended, state } : { state: 'open' }),
  cause: 'undecided',
});

/** Finds its case of a version. */
async function caseOf({ w, id }: Subject, nth = 0): Promise<{ id: string; at: number }> {
  const policy = ({ cases }: Standing) => cases.filter(({ rule }) => rule !== 'not-confirmed');
  const { standing, at } = await w.standing('acme', id, standing => policy(standing).length > nth);
  // The newest last.
  return { id: policy(standing)[nth]?.id as string, at };
}

const told = ({ id, route, wire }: Subject, clocks: Seen[]): Told => ({ platform: wire.platform, id, route, clocks });

/** Whether its cause was told before the limit, for sure: the call was early enough, and nothing died while its answer was written down. */
const wasTold = ({ w, sent }: Subject, firstCallAt: number, within: number): boolean =>
  firstCallAt + within < sent.sentAt + limits.removal && w.alive(firstCallAt - 1_000, firstCallAt + within);

/** By a rule, whatever the platform does with the first calls. */
const byRule =
  (options: Options & { cause?: string }) =>
  async (w: World, id: string): Promise<Told> => {
    const s = await begin(w, id, { language: w.random.one(['en', 'es', 'pt-BR', 'nl', undefined]), ...options });
    const { firstCallAt, gone } = await goes(s);
    const { cause } = options;
    const known = cause !== undefined && wasTold(s, firstCallAt, 6_000) ? { cause } : {};
    const clocks = removal(s, { least: s.sent.sentAt, most: firstCallAt }, gone, known);
    return told(s, options.backfill ? clocks.filter(({ obligation }) => obligation === 'removal') : clocks);
  };

/** Never done: the clock stays open. */
const never =
  (options: Options & { cause: string; tellsWithin: number }) =>
  async (w: World, id: string): Promise<Told> => {
    const s = await begin(w, id, { language: 'en', ...options });
    await w.happens(`${id} is called for`, () => postOf(s).calls.length > 0);
    const firstCallAt = postOf(s).calls[0]?.at as number;
    if (options.platform === 'mute') await w.until('mute', id, ({ state }) => state === 'claimed');
    await pause(options.tellsWithin);
    const cause = wasTold(s, firstCallAt, options.tellsWithin) ? { cause: options.cause } : {};
    return told(s, removal(s, { least: s.sent.sentAt, most: firstCallAt }, undefined, cause));
  };

/** A rule removes it, and a person brings it back. */
async function restored(w: World, id: string): Promise<Told> {
  const s = await begin(w, id, { language: 'en' });
  const { firstCallAt, gone } = await goes(s);
  await w.decide((await caseOf(s)).id, 'restore');
  await w.until('acme', id, ({ wanted, state }) => wanted === 'public' && state === 'restored');
  return told(s, removal(s, { least: s.sent.sentAt, most: firstCallAt }, gone));
}

/** A person takes back what a rule asked for, before the platform did it. */
async function withdrawn(w: World, id: string): Promise<Told> {
  const s = await begin(w, id, { language: 'es', always: 'refused' });
  await w.happens(`${id} is called for`, () => postOf(s).calls.length > 0);
  const firstCallAt = postOf(s).calls[0]?.at as number;
  const ended = await w.decide((await caseOf(s)).id, 'restore');
  await w.until('acme', id, ({ wanted, state }) => wanted === 'public' && state === 'restored');
  return told(s, removal(s, { least: s.sent.sentAt, most: firstCallAt }, ended, { state: 'cancelled' }));
}

/** A new version says the same: it is removed anew. */
async function edited(w: World, id: string): Promise<Told> {
  const s = await begin(w, id, { language: 'en' });
  const { firstCallAt, gone } = await goes(s);
  const calls = postOf(s).calls.length;
  const { text } = w.platform.publish(id, `${standardTestPost}, number ${id}, said again`);
  const createdAt = Date.now();
  const next: Wire = { ...s.wire, version: 2, text, createdAt: new Date(createdAt).toISOString() };
  const sent = await w.post(s.route, next);
  const second = await goes(s, calls);
  return told(s, [
    ...removal(s, { least: s.sent.sentAt, most: firstCallAt }, gone),
    ...removal(s, { least: sent.sentAt, most: second.firstCallAt }, second.gone, {}, exactly(createdAt)),
  ]);
}

/** What was gone can be read again some time later: the clock begins anew. */
async function returned(w: World, id: string): Promise<Told> {
  const s = await begin(w, id, { language: 'nl' });
  const { firstCallAt, gone } = await goes(s);
  const calls = postOf(s).calls.length;
  const back = Date.now();
  postOf(s).removed = false;
  const second = await goes(s, calls);
  const again = { least: back, most: second.firstCallAt };
  return told(s, [
    ...removal(s, { least: s.sent.sentAt, most: firstCallAt }, gone),
    ...removal(s, again, second.gone, {}, again),
  ]);
}

const german = ['de', 'de-AT', 'de-CH-1901'];

/** A person looks, and keeps it or removes it; some bring it back afterwards. */
const reviewed =
  (decision: 'keep' | 'remove', { bringsBack = false, late = false } = {}) =>
  async (w: World, id: string): Promise<Told> => {
    const s = await begin(w, id, { language: w.random.one(german) });
    const found = await caseOf(s);
    const opened = { least: s.sent.sentAt, most: found.at };
    if (late) await pause(limits.review + 1_500);
    const decided = await w.decide(found.id, decision);
    const clocks = [review(s, opened, decided)];
    if (decision === 'keep') return told(s, clocks);
    const { firstCallAt, gone } = await goes(s);
    clocks.push(...removal(s, { least: decided.least, most: Math.min(decided.most, firstCallAt) }, gone));
    if (bringsBack) {
      await w.decide(found.id, 'restore');
      await w.until('acme', id, ({ wanted, state }) => wanted === 'public' && state === 'restored');
    }
    return told(s, clocks);
  };

async function undecided(w: World, id: string): Promise<Told> {
  const s = await begin(w, id, { language: 'de' });
  const { at } = await caseOf(s);
  return told(s, [review(s, { least: s.sent.sentAt, most: at })]);
}

/** Its author changes it while it waits for a person: that case is nobody's any more, and there is another. */
async function superseded(w: World, id: string): Promise<Told> {
  const s = await begin(w, id, { language: 'de' });
  const first = await caseOf(s);
  const { text } = w.platform.publish(id, `${standardTestPost}, number ${id}, in other words`);
  const sent = await w.post(s.route, { ...s.wire, version: 2, text });
  const second = await caseOf(s, 1);
  const decided = await w.decide(second.id, 'keep');
  return told(s, [
    review(s, { least: s.sent.sentAt, most: first.at }, { least: sent.sentAt, most: second.at }, 'cancelled'),
    review(s, { least: sent.sentAt, most: second.at }, decided),
  ]);
}

/** Hidden while a person looks. */
const withheld =
  (decision: 'keep' | 'remove') =>
  async (w: World, id: string): Promise<Told> => {
    const s = await begin(w, id, { language: 'fr' });
    const found = await caseOf(s);
    const { firstCallAt, gone } = await goes(s);
    const decided = await w.decide(found.id, decision);
    if (decision === 'keep')
      await w.until('acme', id, ({ wanted, state }) => wanted === 'public' && state === 'restored');
    return told(s, [
      review(s, { least: s.sent.sentAt, most: found.at }, decided),
      ...removal(s, { least: s.sent.sentAt, most: firstCallAt }, gone),
    ]);
  };

/** A visitor of the sandbox: told only while nothing dies, as the sandbox dies with its process. */
export async function visited(w: World, n: number): Promise<Told> {
  const least = Date.now();
  const res = await fetch(`${w.on.url}/sandbox/posts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: `${standardTestPost}, visitor ${n}`, author: 'visitor' }),
  });
  const { id, url } = (await res.json()) as { id: string; url: string };
  const posted = { least, most: Date.now() };
  let there = Date.now();
  for (;;) {
    const asked = Date.now();
    const look = await fetch(url);
    await look.arrayBuffer();
    if (look.status === 410) break;
    there = asked;
    await pause(20);
  }
  const read = Date.now();
  const most = await w.until('sandbox', id, ({ wanted, state }) => wanted === 'gone' && state === 'gone');
  const s: Subject = {
    w,
    id,
    route: 'sandbox',
    wire: { id, platform: 'sandbox' },
    language: 'und',
    sent: { sentAt: posted.least, ackedAt: posted.most },
  };
  return told(s, removal(s, { least, most: read }, { least: there, most }, {}, posted));
}

/** An authority orders a post gone that nobody minded; some orders a court annuls, and their posts come back. */
const ordered =
  ({ annulled = false } = {}) =>
  async (w: World, id: string): Promise<Told> => {
    w.platform.publish(id, `The harvest supper of ${id} begins at seven.`);
    const { wire, strange } = wireOf(w, id, w.random.one(['en', 'de', undefined]), { author: { id: 'alice' } });
    const sent = await w.single(wire);
    const asked = orderFor(wire.url as string, `of/${id}`);
    const order = await sendOrder(w, asked);
    w.ordered++;
    const posted = strange ? undefined : Date.parse(String(wire.createdAt));
    // Nobody says in which language what an order names is.
    const s: Subject = { w, id, route: 'order', wire, language: 'und', sent, posted };
    const { gone } = await goes(s);
    const answer = await answered(w, order.id);
    // Signed anew it is the same order.
    if (w.random.next() < 0.3) await sendOrder(w, asked);
    const of = { route: 'api', language: 'und', state: 'stopped' as const };
    const clocks: Seen[] = [
      ...removal(s, order.received, gone),
      { ...of, obligation: 'tco-removal', began: order.received, ended: gone },
      { ...of, obligation: 'tco-received-to-gone', began: order.received, ended: gone },
      { ...of, obligation: 'tco-feedback', began: gone, ended: answer },
      { ...of, obligation: 'tco-preservation', began: gone, state: 'open' },
    ];
    if (!annulled) return told(s, clocks);
    const lifted = await annul(w, order.id);
    const most = await w.until('acme', id, ({ wanted, state }) => wanted === 'public' && state === 'restored');
    const back = { least: lifted.least, most };
    return told(s, [...clocks, { ...of, obligation: 'tco-reinstatement', began: lifted, ended: back }]);
  };

export type Story = (w: World, id: string) => Promise<Told>;

/** The usual one. */
export const usual: Story = byRule({});
/** The usual one of an authority. */
export const byOrder: Story = ordered();

/** All others; the slowest first. `long`: only where the run takes minutes anyway. */
export const stories: Readonly<Record<string, { tell: Story; long?: boolean }>> = {
  returned: { tell: returned, long: true },
  // It asks again after 30 s, which is over the limit.
  refused: { tell: byRule({ manners: ['refused'], cause: 'platform-refused' }) },
  unavailable: { tell: byRule({ manners: ['unavailable'], cause: 'platform-failed' }) },
  'decided late': { tell: reviewed('keep', { late: true }) },
  'refused for good': { tell: never({ always: 'refused', cause: 'platform-refused', tellsWithin: 6_000 }) },
  'ignored for good': { tell: never({ always: 'ignored', cause: 'still-readable', tellsWithin: 12_000 }) },
  claimed: { tell: never({ platform: 'mute', cause: 'claimed', tellsWithin: 1_000 }) },
  failed: { tell: byRule({ manners: ['failed', 'failed'] }) },
  'lost answer': { tell: byRule({ manners: ['removed-unsaid'] }) },
  ignored: { tell: byRule({ manners: ['ignored'] }) },
  backfilled: { tell: byRule({ backfill: true, language: 'en' }) },
  restored: { tell: restored },
  withdrawn: { tell: withdrawn },
  edited: { tell: edited },
  kept: { tell: reviewed('keep') },
  removed: { tell: reviewed('remove') },
  'removed and brought back': { tell: reviewed('remove', { bringsBack: true }) },
  undecided: { tell: undecided },
  superseded: { tell: superseded },
  'withheld and kept': { tell: withheld('keep') },
  'withheld and removed': { tell: withheld('remove') },
  'ordered and annulled': { tell: ordered({ annulled: true }) },
};

/** A post that stays. */
export function mild(w: World, id: string): Wire {
  return {
    ...wireOf(w, id, w.random.one(['en', 'de', 'fr', undefined])).wire,
    author: { id: 'alice' },
    text: `On Saturday we plant willow ${id} at the river; bring gloves and a spade.`,
  };
}

/** What the probe had the platform publish: it is in no figure. */
export const probed = (w: World, id: string, text: string): Wire => ({
  ...wireOf(w, id, 'en').wire,
  author: { id: prober },
  text,
});
