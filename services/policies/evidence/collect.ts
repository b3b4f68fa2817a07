import { hash } from 'node:crypto';
import { type Action, type Finding, type PostFlag, versionKey } from '../../contracts/index.js';
import { spokenIn } from '../decide.js';
import { bandOf, bandsFrom, bucketCount, bucketOf, classOf } from './buckets.js';
import type { Class } from './tables.js';

/** A post that was assessed, and what was made of it. */
export interface Assessed {
  platform: string;
  id: string;
  version: number;
  language?: string | undefined;
  flags: readonly PostFlag[];
  action: Action;
  rule: string;
  findings: readonly Pick<Finding, 'signal' | 'label' | 'score'>[];
  /** Labels without whose score less would have been done (`aloneIn`). */
  alone?: readonly Pick<Finding, 'signal' | 'label'>[];
}

/** What was found in it, and what followed. */
export type Outcome = Pick<Assessed, 'action' | 'rule' | 'findings' | 'alone'>;

/** With which probability the audit chooses a post of a stratum. */
export type RateOf = (what: Class, language: string, band: number) => number;

/** A post whose decision is going to be evidence. */
export interface Chosen {
  platform: string;
  id: string;
  version: number;
  language: string;
  class: Class;
  band: number;
  probability: number;
  scores: [signal: string, label: string, score: number][];
}

/** An example of a bucket: the post's key, its score. */
type Example = [bucket: number, key: string, score: number];

/** What a batch of assessments adds: by group of posts alike, how many of each band, and by signal and label how many of each bucket. */
export interface Counts {
  groups: {
    platform: string;
    language: string;
    action: Action;
    rule: string;
    bands: Record<number, number>;
    labels: [
      signal: string,
      label: string,
      buckets: Record<number, number>,
      examples: Example[],
      /** Of the posts, those that less would have been done about without this label. Of batches of earlier versions nobody knows. */
      alone?: Record<number, number>,
    ][];
  }[];
  chosen: Chosen[];
}

/** Posts that no figure counts: the probe's own, and those of the past. */
const uncounted = (flags: readonly PostFlag[]): boolean => flags.includes('probe') || flags.includes('backfill');

/** Scores below say nothing of interest by themselves: there is one such post beside another. */
const exampleFrom = 2;
const mostExamples = 300;

/** Of two posts with the same key, the same number: from 0 (in) to 1 (out). Nobody can tell it from the post's words. */
export const drawOf = (key: string): number =>
  Number.parseInt(hash('sha256', `audit\0${key}`, 'hex').slice(0, 12), 16) / 2 ** 48;

/** One label of one signal in a group. */
interface Cell {
  signal: string;
  label: string;
  /** It speaks for a post: no score that the audit goes by. */
  speaksFor: boolean;
  /** By bucket. */
  counts: Int32Array;
  alone: Int32Array;
  examples: (Example | undefined)[];
  /** The post that was counted last, and where: two findings of one label are one score, the higher one. */
  post: number;
  bucket: number;
}

class Group {
  readonly bands = new Int32Array(bandsFrom.length);
  readonly cells: Cell[] = [];
  readonly #byName = new Map<string, Cell>();

  constructor(readonly first: Assessed) {}

  /** Signals name their labels in the same order every time, so the place is nearly always the right guess. */
  cell(signal: string, label: string, guess: number, contexts: Contexts): Cell {
    const guessed = this.cells[guess];
    if (guessed && guessed.label === label && guessed.signal === signal) return guessed;
    const name = `${signal} ${label}`;
    let cell = this.#byName.get(name);
    if (!cell) {
      const speaksFor = contexts[signal]?.includes(label) ?? false;
      const [counts, alone] = [new Int32Array(bucketCount), new Int32Array(bucketCount)];
      cell = { signal, label, speaksFor, counts, alone, examples: [], post: -1, bucket: 0 };
      this.#byName.set(name, cell);
      this.cells.push(cell);
    }
    return cell;
  }

  /** As it is kept: only what is not zero. */
  counted(): Counts['groups'][number] {
    const { platform, language, action, rule } = this.first;
    return {
      platform,
      language: spokenIn({ language }) ?? '',
      action,
      rule,
      bands: sparse(this.bands),
      labels: this.cells.map(({ signal, label, counts, alone, examples }) => [
        signal,
        label,
        sparse(counts),
        examples.filter(one => one !== undefined),
        sparse(alone),
      ]),
    };
  }
}

function sparse(counts: Int32Array): Record<number, number> {
  const made: Record<number, number> = {};
  for (let n = 0; n < counts.length; n++) if (counts[n] !== 0) made[n] = counts[n]!;
  return made;
}

type Contexts = Readonly<Record<string, readonly string[]>>;

/**
 * Counts a batch. Cheap, as it is done for every post.
 * @param contexts by signal, labels that speak for a post: they are no score that the audit goes by
 */
export function collect(posts: readonly Assessed[], contexts: Contexts, rateOf: RateOf): Counts | undefined {
  const groups = new Map<string, Group>();
  const chosen: Chosen[] = [];
  let examples = 0;
  for (let n = 0; n < posts.length; n++) {
    const post = posts[n]!;
    const { platform, action, rule, findings, flags, alone = [] } = post;
    if (flags.length > 0 && uncounted(flags)) continue;
    const language = spokenIn(post) ?? '';
    const name = `${action} ${rule} ${language} ${platform}`;
    let group = groups.get(name);
    if (!group) {
      group = new Group(post);
      groups.set(name, group);
    }
    let top = 0;
    for (let i = 0; i < findings.length; i++) {
      const { signal, label, score } = findings[i]!;
      const cell = group.cell(signal, label, i, contexts);
      if (score > top && !cell.speaksFor) top = score;
      const bucket = bucketOf(score);
      const only = alone.length > 0 && alone.some(one => one.label === label && one.signal === signal) ? 1 : 0;
      if (cell.post === n) {
        if (bucket <= cell.bucket) continue;
        cell.counts[cell.bucket]!--;
        cell.alone[cell.bucket]! -= only;
      }
      cell.counts[bucket]!++;
      cell.alone[bucket]! += only;
      cell.post = n;
      cell.bucket = bucket;
      if (bucket < exampleFrom || examples >= mostExamples || cell.examples[bucket]) continue;
      examples++;
      cell.examples[bucket] = [bucket, versionKey(post), score];
    }
    const band = bandOf(top);
    group.bands[band]!++;
    const choice = choose(post, language, band, rateOf);
    if (choice) chosen.push(choice);
  }
  if (groups.size === 0) return undefined;
  return { groups: [...groups.values()].map(group => group.counted()), chosen };
}

/** What is reviewed is decided anyway; of the rest the audit draws. */
function choose(post: Assessed, language: string, band: number, rateOf: RateOf): Chosen | undefined {
  const what = classOf(post.action);
  const probability = what === 'reviewed' ? 1 : rateOf(what, language, band);
  if (probability <= 0 || (probability < 1 && drawOf(versionKey(post)) >= probability)) return undefined;
  const { platform, id, version } = post;
  return { platform, id, version, language, class: what, band, probability, scores: scoresOf(post) };
}

/** Of each label the highest score. */
function scoresOf({ findings }: Assessed): Chosen['scores'] {
  const highest = new Map<string, Chosen['scores'][number]>();
  for (const { signal, label, score } of findings) {
    const name = `${signal} ${label}`;
    const found = highest.get(name);
    if (!found || score > found[2]) highest.set(name, [signal, label, Number(score.toPrecision(4))]);
  }
  return [...highest.values()];
}

/**
 * What the later answer of a costly signal changes of what was counted: its findings are new, and all that was counted under the action before counts under the
 * one that follows.
 */
export function recount(
  post: Omit<Assessed, keyof Outcome>,
  before: Outcome,
  after: Outcome,
  contexts: Contexts,
): Counts | undefined {
  const never: RateOf = () => 0;
  const was = collect([{ ...post, ...before }], contexts, never);
  // What was chosen before stays so; what is reviewed now is evidence by that.
  const is = collect([{ ...post, ...after }], contexts, never);
  if (!was || !is) return undefined;
  const less = was.groups.map(group => ({
    ...group,
    bands: negative(group.bands),
    labels: group.labels.map(([signal, label, buckets, , alone]): (typeof group)['labels'][number] => [
      signal,
      label,
      negative(buckets),
      [],
      alone && negative(alone),
    ]),
  }));
  const anew = classOf(before.action) === 'reviewed' ? [] : is.chosen;
  return { groups: [...less, ...is.groups], chosen: anew };
}

const negative = (counts: Record<number, number>): Record<number, number> =>
  Object.fromEntries(Object.entries(counts).map(([key, n]) => [key, -n]));
