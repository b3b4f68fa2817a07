import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openSqlite } from '../../services/runtime/index.js';
import { inShort } from '../servers/in-short.js';
import {
  checkPost,
  checkWhole,
  type Fate,
  type Life,
  openFate,
  recovered,
  survives,
  told,
  type When,
} from './lives.js';

const short = inShort(
  'killed at each step of a post',
  'killed before a step, which is little else than after the last one; and at every other of its steps',
);

/** Has a life die at the given step of a post's way. */
type Doom = (fate: Fate, id: string, at: number) => Promise<Life>;

/** By its own hand, at a commit or a call. */
const atStep =
  (when: When): Doom =>
  (fate, id, at) =>
    fate.begin({ post: id, at, when });

/** While the platform is asked for the post's page, or for its control, and before it answers. */
const whileLooking: Doom = async (fate, id, at) => {
  const life = await fate.begin();
  let asked = 0;
  fate.platform.site = req => {
    if (!req.url?.startsWith(`/posts/${id}`) && req.url !== '/about') return false;
    life.steps.push(`${++asked} look at ${req.url}`);
    if (asked !== at) return false;
    life.kill();
    return true;
  };
  return life;
};

/**
 * One installation that dies again and again: in each life it recovers the post at which it died before, takes a new one, and dies one step
 * further on in that one's way. It ends with the life that had nothing left to die of.
 * @param first the step at which the first one dies
 * @returns the steps of the last life
 */
async function dieAtEachStep(name: string, doom: Doom, first: number): Promise<string[]> {
  const fate: Fate = await openFate();
  const posts: { id: string; acknowledged: boolean }[] = [];
  let db: Database | undefined;
  try {
    for (let at = first; ; at += short ? 2 : 1) {
      const id = `${name}-${at}`;
      const life = await doom(fate, id, at);
      db ??= await openSqlite(join(fate.folder, 'data', 'sansdelai.db'));
      const before = posts.at(-1);
      if (before) {
        // Only what was not acknowledged is sent again.
        if (!before.acknowledged) expect(await fate.send(life, before.id)).toBe(true);
        await recovered(db, before.id, 20_000);
      }
      posts.push({ id, acknowledged: await fate.send(life, id) });
      const survived = await survives(db, life, id, 20_000);
      told(`${id}: ${life.steps.at(-1)}${survived ? ', and lived' : ''}`);
      if (survived) {
        await life.stop();
        for (const post of posts) await checkPost(db, fate.platform, post.id);
        await checkWhole(db, posts.length);
        return life.steps;
      }
    }
  } finally {
    await db?.stop();
    await fate.end();
    rmSync(fate.folder, { recursive: true, force: true });
  }
}

const commits = [
  /commit posts/,
  /commit assessments/,
  /commit .*removals.*inbox/,
  /call remove/,
  /commit deliveries/,
  /commit clocks/,
];
const looks = [/look at \/posts\//, /look at \/about/];

test.concurrent.each<[string, Doom, RegExp[], number?]>([
  ...(short ? [] : [['before each step of a post', atStep('before'), commits] satisfies [string, Doom, RegExp[]]]),
  ['in the middle of each', atStep('during'), commits],
  // In short, between those at which the other dies.
  ['after each', atStep('after'), commits, short ? 2 : 1],
  ['while it looks', whileLooking, looks],
])(
  'killed %s, it loses nothing, repeats nothing and leaves no clock running',
  async (name, doom, seams, first = 1) => {
    const steps = (await dieAtEachStep(name.replaceAll(' ', '-'), doom, first)).join('\n');
    told(steps);
    // The steps are the ones that this is about: a post is taken in, assessed, called for, looked at, told to the clocks.
    for (const seam of seams) expect(steps).toMatch(seam);
  },
  300_000,
);
