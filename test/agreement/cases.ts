import { ask } from '../../services/cli/client.js';
import type { Standing } from '../distributed/client.js';
import type { Expected } from './expected.js';
import { expectedOf, shownAfter, type Told } from './stories.js';
import type { World } from './world.js';

/** What can have taken long enough to be shown to people. */
const slow = ({ clocks }: Told): boolean =>
  clocks.some(
    ({ obligation, began, ended }) => obligation === 'removal' && (!ended || ended.most - began.least > shownAfter),
  );

/** Removals and restorations that were shown to people since they were not confirmed: a case each, which somebody has to decide in time. */
export async function shown(
  w: World,
  told: readonly Told[],
  readAt: { least: number; most: number },
): Promise<Expected[]> {
  const seen = w.watch.cases;
  const posts = new Set([...seen.values()].filter(({ rule }) => rule === 'not-confirmed').map(({ postId }) => postId));
  const found: Expected[] = [];
  const left = told.filter(one => slow(one) || posts.has(one.id) || !one.id.startsWith('usual'));
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one; one = left.shift()) found.push(...(await casesOf(w, one, readAt)));
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return found;
}

async function casesOf(w: World, one: Told, readAt: { least: number; most: number }): Promise<Expected[]> {
  const { cases } = await ask<Standing>(w.on, `/v1/posts/${one.id}?platform=${one.platform}`);
  const began = Math.min(
    ...one.clocks.filter(({ obligation }) => obligation !== 'posted-to-gone').map(c => c.began.least),
  );
  return cases
    .filter(({ rule }) => rule === 'not-confirmed')
    .map(({ id, state }) => {
      const queue = w.watch.cases.get(id);
      const opened = { least: began + shownAfter, most: queue?.firstAt ?? readAt.most };
      const ended = { least: queue?.lastAt ?? opened.least, most: queue?.goneAt ?? readAt.most };
      return expectedOf(
        {
          obligation: 'review',
          route: one.route,
          // Nobody said in which language the case is.
          language: 'und',
          began: opened,
          cause: 'undecided',
          ...(state === 'open' ? { state: 'open' } : { state: 'cancelled', ended }),
        },
        readAt,
      );
    });
}
