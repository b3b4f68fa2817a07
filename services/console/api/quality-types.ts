import type { quality } from '../../enforce/index.js';

/** What the screen of quality is told. Times are milliseconds since 1970, UTC. Types only: the page shares them. */

export type QualityLine = quality.QualityLine;
export type QualityAnswer = quality.Quality & { settings: quality.QualitySettings };
export type Told = quality.Told;

export interface Golden {
  id: string;
  language: string;
  text: string;
  decision: 'remove' | 'keep';
  category: string;
  why: string;
  createdAt: number;
  createdBy: string;
  retiredAt?: number;
}

interface One {
  by: string;
  decision: string;
  category: string;
  at: number;
}

/** A case that two decided differently, of whom neither knew of the other. */
export interface Disagreement {
  id: string;
  platform: string;
  postId: string;
  version: number;
  url: string;
  language: string;
  rule: string;
  reasons: string[];
  first: One;
  second: One;
  /** Whoever asks is one of the two, and can't settle it. */
  own: boolean;
}
