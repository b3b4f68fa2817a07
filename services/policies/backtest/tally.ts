import type { Action } from '../../contracts/index.js';
import { bounded } from '../../runtime/metrics/index.js';

/** What a post is in truth, as far as it is known. */
export type Truth = 'violating' | 'harmless';

/** What was, or would be, done about a post. */
export interface Done {
  action: Action;
  rule: string;
}

/** One post that was decided again. */
export interface Compared {
  language: string | undefined;
  /** What figures are told by beside label and language: the platform, or what the file of labelled posts says. */
  slice: string;
  /** How it was labelled, or what reviewers decided; absent where nobody did. */
  label?: string | undefined;
  truth?: Truth | undefined;
  before: Done;
  after: Done;
}

/** Counts as they are kept between two commits: plain JSON. */
export interface TallyState {
  posts: number;
  /** By language, action and rule before, action and rule after. */
  moves: Record<string, number>;
  /** By dimension, value, truth, action before and after. */
  truths: Record<string, number>;
  /** Posts that could not be decided, by why. */
  left: Record<string, number>;
}

const mostLanguages = 60;
const mostSlices = 100;
const mostLabels = 60;
/** Combinations of rules and languages that are told apart; the rest is counted as one. */
const mostMoves = 20_000;
const none = 'und';

const add = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

/** Counts what changes between two policies. Its state can be kept and taken up again: the same posts in the same order give the same counts. */
export class Tally {
  #posts: number;
  readonly #moves: Map<string, number>;
  readonly #truths: Map<string, number>;
  readonly #left: Map<string, number>;
  readonly #languageOf = bounded(mostLanguages);
  readonly #sliceOf = bounded(mostSlices);
  readonly #labelOf = bounded(mostLabels);

  constructor({ posts, moves, truths, left }: TallyState = { posts: 0, moves: {}, truths: {}, left: {} }) {
    this.#posts = posts;
    this.#moves = new Map(Object.entries(moves));
    this.#truths = new Map(Object.entries(truths));
    this.#left = new Map(Object.entries(left));
    // What was told apart before is told apart still.
    for (const key of this.#moves.keys()) this.#languageOf(key.split('\t', 1)[0]!);
    for (const key of this.#truths.keys()) {
      const [by, value] = key.split('\t') as [string, string];
      if (by === 'slice') this.#sliceOf(value);
      if (by === 'label') this.#labelOf(value);
      if (by === 'language') this.#languageOf(value);
    }
  }

  add({ language, slice, label, truth, before, after }: Compared): void {
    this.#posts++;
    const spoken = this.#languageOf(language ?? none);
    const move = `${spoken}\t${before.action}\t${before.rule}\t${after.action}\t${after.rule}`;
    if (this.#moves.size < mostMoves || this.#moves.has(move)) add(this.#moves, move);
    else add(this.#moves, `other\t${before.action}\tother\t${after.action}\tother`);
    if (truth === undefined) return;
    const ends = `${truth}\t${before.action}\t${after.action}`;
    add(this.#truths, `all\tall\t${ends}`);
    add(this.#truths, `language\t${spoken}\t${ends}`);
    add(this.#truths, `slice\t${this.#sliceOf(slice)}\t${ends}`);
    if (label !== undefined) add(this.#truths, `label\t${this.#labelOf(label)}\t${ends}`);
  }

  leave(why: string): void {
    this.#posts++;
    add(this.#left, why);
  }

  get posts(): number {
    return this.#posts;
  }

  state(): TallyState {
    return {
      posts: this.#posts,
      moves: Object.fromEntries(this.#moves),
      truths: Object.fromEntries(this.#truths),
      left: Object.fromEntries(this.#left),
    };
  }
}
