import { fold } from '../../../services/classify/signals/normalise.js';
import {
  type Edit,
  edits,
  mildText,
  quoted,
  quotedInPart,
  randomOf,
  reported,
  seeds,
} from '../../classify/generator.js';
import { slotOf, type TextBank } from './bank.js';

/** Lengths by which figures are given, in letters of the normal form: from, and below. */
export const bands: readonly (readonly [number, number])[] = [
  [24, 40],
  [40, 50],
  [50, 60],
  [60, 100],
  [100, 200],
  [200, Number.POSITIVE_INFINITY],
];
export const bandOf = (letters: number): number => bands.findIndex(([from, to]) => letters >= from && letters < to);

/** Of so many posts, by band, so many told (known-text, -near or -similar) and so many that act (known-text, -near). */
export interface Counts {
  what: string;
  posts: number[];
  told: number[];
  acting: number[];
}

const atOnce = 500;

/** Makes posts of banked texts and counts what the signal says about the text they were made of. */
export async function count(
  bank: TextBank,
  what: string,
  change: Edit,
  { perSeed, seeds: used = seeds }: { perSeed: number; seeds?: readonly number[] },
): Promise<Counts> {
  const counts: Counts = { what, posts: bands.map(() => 0), told: bands.map(() => 0), acting: bands.map(() => 0) };
  for (const seed of used) {
    const random = randomOf(seed, what.length);
    for (let done = 0; done < perSeed; done += atOnce) {
      const made = Array.from({ length: Math.min(atOnce, perSeed - done) }, () => {
        const slot = Math.floor(random() * bank.size);
        const text = mildText(slot);
        return { slot, band: bandOf(fold(text).length), text: change(text, random) };
      });
      const found = await bank.look(made.map(({ text }) => text));
      made.forEach(({ slot, band }, n) => {
        const about = found[n]?.find(finding => slotOf(finding) === slot);
        if (band < 0) return;
        counts.posts[band]!++;
        if (about) counts.told[band]!++;
        if (about && about.label !== 'known-text-similar') counts.acting[band]!++;
      });
    }
  }
  return counts;
}

/** Re-posts bare, under each edit and each combination of them. */
export async function reposts(bank: TextBank, perSeed: number): Promise<Counts[]> {
  const counts: Counts[] = [];
  for (const [name, edit] of Object.entries(edits)) counts.push(await count(bank, name, edit, { perSeed }));
  return counts;
}

/** Quotations, which must not act. */
export async function quotations(bank: TextBank, perSeed: number): Promise<Counts[]> {
  const kinds: [string, Edit][] = [];
  for (const times of [1.25, 1.5, 2, 4]) {
    for (const where of ['before', 'behind', 'both'] as const) {
      kinds.push([`news ${times} times as long, ${where}`, (text, random) => quoted(text, random, times, where)]);
    }
  }
  for (const words of [2, 3, 5, 8]) {
    kinds.push([`${words} words, then the text`, (text, random) => reported(text, random, words)]);
  }
  for (const part of [0.4, 0.5, 0.6, 0.7, 0.8]) {
    kinds.push([`news as long, quoting ${part * 100} %`, (text, random) => quotedInPart(text, random, part)]);
  }
  const counts: Counts[] = [];
  for (const [name, edit] of kinds) counts.push(await count(bank, name, edit, { perSeed }));
  return counts;
}

/** How many of these posts, none of which is in the bank, are told; how many act; posts a second of CPU time, the best of several runs. */
export async function unrelated(
  bank: TextBank,
  texts: readonly string[],
  runs = 3,
): Promise<{ posts: number; told: number; acting: number; perSecond: number; wall: number }> {
  let told = 0;
  let acting = 0;
  let best = Number.POSITIVE_INFINITY;
  let bestWall = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    told = 0;
    acting = 0;
    const cpu = process.cpuUsage();
    const from = performance.now();
    for (let n = 0; n < texts.length; n += atOnce) {
      for (const findings of await bank.look(texts.slice(n, n + atOnce))) {
        if (findings.length > 0) told++;
        if (findings.some(({ label }) => label !== 'known-text-similar')) acting++;
      }
    }
    const { user, system } = process.cpuUsage(cpu);
    best = Math.min(best, (user + system) / 1e6);
    bestWall = Math.min(bestWall, (performance.now() - from) / 1000);
  }
  return { posts: texts.length, told, acting, perSecond: texts.length / best, wall: texts.length / bestWall };
}
