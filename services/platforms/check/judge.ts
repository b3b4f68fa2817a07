import type { Item, ReadPath } from '../connector.js';
import type { Fetched } from './fetch.js';
import type { Identity } from './identities.js';
import { holdsText, holdsWords, namesItem, needlesOf } from './text.js';

/**
 * `gone`: this address no longer gives the item. `readable`: it does. `unclear`: neither is certain, which never counts as gone.
 * `normal`: the control answered as it should.
 */
export type LookVerdict = 'gone' | 'readable' | 'unclear' | 'normal';

/** One look at one address: evidence, fit for JSON. The body isn't kept, its digest is. */
export interface Look {
  /** When it was sent, milliseconds since 1970. */
  at: number;
  path: string;
  kind: ReadPath['kind'] | 'control';
  url: string;
  /** Where redirects led, if they did. */
  landed?: string;
  identity: Identity['name'];
  /** True where caches were asked to stand aside; false where it was read as the public reads it. */
  cacheAvoided: boolean;
  /** How many looks in a row at this address must find the item gone. */
  outOf: number;
  status: number | null;
  bytes: number;
  sha256: string | null;
  headers: Record<string, string>;
  verdict: LookVerdict;
  detail: string;
  ms: number;
  vantage: string;
}

/** Looks at each address, in a row, that make it gone, where its connector says nothing else. */
export const usualLooks = 3;

const saysGone = (status: number) => status === 404 || status === 410 || status === 451;
const saysNormal = (status: number) => status >= 200 && status < 300;

/** What one answer says, and why. */
export interface Finding {
  verdict: LookVerdict;
  detail: string;
}
const gone = (detail: string): Finding => ({ verdict: 'gone', detail });
const readable = (detail: string): Finding => ({ verdict: 'readable', detail });
const unclear = (detail: string): Finding => ({ verdict: 'unclear', detail });

/** What one answer says of an item. Pure. */
export function judgeAnswer(path: ReadPath, item: Item, answer: Fetched): Finding {
  const body = decode(answer);
  const needles = item.text === undefined ? undefined : needlesOf(item.text);
  // Text that can be read is readable, whatever else is said beside it and however the answer ended.
  if (needles && !(path.kind === 'listing' && path.byId) && holdsText(body, needles)) {
    return readable(`${answer.status ?? 'cut off'}, with the text`);
  }
  if (path.kind === 'listing' && namesItem(body, item)) return readable('the item is listed');
  if (answer.failure !== undefined || answer.status === undefined) return unclear(answer.failure ?? 'no answer');
  const { status } = answer;
  if (answer.truncated) return unclear(`${status}, too long to be read to its end`);

  if (path.kind === 'item') {
    if (saysGone(status)) return gone(`${status}${needles ? ', without the text' : ''}`);
    if (!saysNormal(status)) return unclear(`${status}`);
    if (!needles && namesItem(body, item)) return readable(`${status}, naming the item`);
    return unclear(`${status}, but ${body.trim() === '' ? 'empty' : 'not this item'}${landing(path, answer)}`);
  }
  if (!saysNormal(status)) return unclear(`${status}, not a normal answer`);
  if (strays(path, answer)) return unclear(`${status}${landing(path, answer)}`);
  if (body.trim() === '') return unclear(`${status}, but empty`);
  if (path.contains !== undefined && !holdsWords(body, path.contains))
    return unclear(`${status}, but not the usual page`);
  return gone(`${status}, not listed`);
}

/** Whether the control answered as it does when the platform is well. Pure. */
export function judgeControl(contains: string, answer: Fetched): Finding {
  if (answer.failure !== undefined || answer.status === undefined) return unclear(answer.failure ?? 'no answer');
  if (answer.status !== 200) return unclear(`the control answered ${answer.status}`);
  if (!holdsWords(decode(answer), contains)) return unclear('the control answered 200, but not its own page');
  return { verdict: 'normal', detail: '200, as usual' };
}

const folder = (url: string) => new URL(url).pathname.replace(/\/$/, '');
const strays = (path: ReadPath, answer: Fetched) => folder(answer.url) !== folder(path.url);
const landing = (path: ReadPath, answer: Fetched) => (strays(path, answer) ? `, redirected to ${answer.url}` : '');

/** The body as text, in the character set that it states or, where that fails, in the two usual ones. */
function decode({ body, headers }: Fetched): string {
  const declared =
    /charset=["']?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ??
    /<meta[^<>]{0,200}charset=["']?([\w-]+)/i.exec(body.subarray(0, 2048).toString('latin1'))?.[1];
  const text = decodeAs(body, declared ?? 'utf-8') ?? body.toString('utf8');
  return text.includes('\uFFFD') ? `${text}\n${decodeAs(body, 'windows-1252') ?? ''}` : text;
}

function decodeAs(body: Buffer, charset: string): string | undefined {
  if (/^utf-?8$/i.test(charset)) return body.toString('utf8');
  try {
    return new TextDecoder(charset).decode(body);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // A name that nobody knows.
    throw error;
  }
}

export interface Judgement {
  verdict: 'gone' | 'readable' | 'unclear';
  why: string;
}

/**
 * What a set of looks comes to. Pure. `gone` only where every look at every address found it so: as many as were meant for each address, one of
 * them as the public reads it; three or more in all, by both visitors, also past caches; and the control answered normally.
 */
export function judge(looks: readonly Look[]): Judgement {
  const told = (look: Look) =>
    `${look.path} as ${look.identity}${look.cacheAvoided ? ', past caches' : ''}: ${look.detail}`;
  const still = looks.find(look => look.verdict === 'readable');
  if (still) return { verdict: 'readable', why: `still readable at ${told(still)}` };
  const doubt = looks.find(look => look.verdict === 'unclear');
  if (doubt) return { verdict: 'unclear', why: told(doubt) };

  const ofItem = looks.filter(look => look.kind !== 'control');
  const names = [...new Set(ofItem.map(look => look.path))];
  for (const name of names) {
    const ofPath = ofItem.filter(look => look.path === name);
    if (ofPath.length < Math.max(...ofPath.map(look => look.outOf)) || !ofPath.some(asThePublic))
      return { verdict: 'unclear', why: `${name} was not looked at often enough` };
  }
  const whole =
    ofItem.length >= usualLooks &&
    ofItem.some(look => look.identity !== 'browser') &&
    ofItem.some(look => look.cacheAvoided);
  if (!whole) return { verdict: 'unclear', why: 'the item was not looked at often enough' };
  if (ofItem.length === looks.length) return { verdict: 'unclear', why: 'the control was not looked at' };
  return { verdict: 'gone', why: `gone at ${names.join(', ')}; control normal` };
}

const asThePublic = (look: Look) => look.identity === 'browser' && !look.cacheAvoided;

/** The positive control before a removal: was the item there to be read? */
export const seen = (looks: readonly Look[]): boolean =>
  looks.some(look => look.verdict === 'readable' && look.status !== null && saysNormal(look.status));
