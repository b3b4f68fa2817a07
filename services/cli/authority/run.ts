import { realTime } from '../../runtime/index.js';
import type { Authority, Target } from './authority.js';
import { type Case, cases, follow, type Outcome } from './cases.js';

export interface Ran {
  name: string;
  what: string;
  expected: string;
  got: string;
  verdict: 'as expected' | 'deviates' | 'not run';
  gone?: number | undefined;
  answered?: number | undefined;
  form?: Outcome['form'];
}

const words = (list: readonly string[]): string => list.join(', ');

/** @throws Error that names the cases that there are */
export function chosen(only: string | undefined): readonly Case[] {
  const names = only?.split(',').map(name => name.trim());
  const unknown = names?.find(name => !cases.some(one => one.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no case "${unknown}". There are: ${cases.map(({ name }) => name).join(', ')}.`);
  return cases.filter(({ name }) => !names || names.includes(name));
}

/** Runs cases one after the other; at the end nothing may have gone that was to stay. */
export async function runCases(authority: Authority, only?: string): Promise<Ran[]> {
  const ran: { one: Case; outcome: Outcome | undefined }[] = [];
  for (const one of chosen(only)) {
    const able = !one.desk || authority.desk !== undefined;
    const outcome = able
      ? await one.run(authority).catch((error: Error): Outcome => ({ got: [`failed: ${error.message}`] }))
      : undefined;
    ran.push({ one, outcome });
  }
  const results: Ran[] = [];
  for (const { one, outcome } of ran) {
    const { name, what, or } = one;
    const expected = words(one.expected);
    if (!outcome) {
      results.push({ name, what, expected, got: 'needs a key of the desk', verdict: 'not run' });
      continue;
    }
    const { stays, got, ...rest } = outcome;
    if (stays) got.push((await readableAll(authority, stays)) ? 'stays' : 'gone');
    const as = words(got) === expected || (or && words(got) === words(or));
    results.push({ name, what, expected, got: words(got), verdict: as ? 'as expected' : 'deviates', ...rest });
  }
  return results;
}

async function readableAll(authority: Authority, targets: readonly Target[]): Promise<boolean> {
  for (const target of targets) if (!(await authority.readable(target))) return false;
  return true;
}

/** What a load of valid orders came to; times in ms, from sent. */
export interface Load {
  sent: number;
  seconds: number;
  acknowledged: number[];
  gone: number[];
  answered: number[];
  /** What was not as it has to be. */
  failed: string[];
}

/** Posts made at once before a load begins. */
const beside = 16;

/** Sends so many valid orders, each about a post of its own, so many a second. */
export async function runLoad(authority: Authority, count: number, perSecond: number): Promise<Load> {
  const targets: Target[] = [];
  const makers = Array.from({ length: Math.min(beside, count) }, async () => {
    for (let made = targets.length; made < count; made = targets.length) {
      const place = targets.push({ url: '' }) - 1;
      targets[place] = await authority.target();
    }
  });
  await Promise.all(makers);
  const load: Load = { sent: count, seconds: 0, acknowledged: [], gone: [], answered: [], failed: [] };
  const from = realTime.steady();
  const underWay: Promise<void>[] = [];
  for (const [i, target] of targets.entries()) {
    const early = from + (i * 1000) / perSecond - realTime.steady();
    if (early > 0) await realTime.sleep(early);
    underWay.push(
      one(authority, target, load).catch((error: Error) => void load.failed.push(`${target.url}: ${error.message}`)),
    );
  }
  load.seconds = (realTime.steady() - from) / 1000;
  await Promise.all(underWay);
  return load;
}

async function one(authority: Authority, target: Target, load: Load): Promise<void> {
  const reply = await authority.send(authority.order([target]));
  load.acknowledged.push(reply.ms);
  const { got, gone, answered } = await follow(authority, [target], reply);
  if (gone !== undefined) load.gone.push(gone);
  if (answered !== undefined) load.answered.push(answered);
  if (answered === undefined) load.failed.push(`${target.url}: ${got.join(', ')}`);
}
