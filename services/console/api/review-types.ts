/** What the review screen is told. Times are milliseconds since 1970, UTC. Types only: the page shares them. */

export interface ReviewFinding {
  signal: string;
  label: string;
  score: number;
  reason: string;
  over: boolean;
  entry?: { bank: string; id: string; confirmed: boolean };
  /** Where in the text: start and end in UTF-16 units. */
  spans?: [number, number][];
}

export interface ReviewCase {
  id: string;
  platform: string;
  postId: string;
  version: number;
  url: string;
  language?: string;
  rule: string;
  reasons: string[];
  openedAt: number;
  /** The nearest of the clocks that run about it. */
  clock: { obligation: string; from: number; dueAt: number };
  /** Absent where the text was erased meanwhile. */
  post?: {
    text: string;
    createdAt: number;
    author: string;
    media: { type: string; readable: boolean }[];
    links: string[];
    views?: number;
  };
  before?: { author: string; text: string; whole: boolean };
  findings: ReviewFinding[];
  /** What became of the author's posts here that were looked at; `most`: of the latest hundred. */
  author: {
    cases: number;
    removed: number;
    kept: number;
    most: boolean;
    latest: { postId: string; rule: string; at: number; decision?: string; by?: string }[];
  };
}

export interface ReviewCounts {
  open: number;
  claimed: number;
  oldest?: number;
  languages: { language: string; open: number }[];
}

export interface Claimed {
  cases: ReviewCase[];
  /** Of those that were to be kept: what is still theirs. */
  kept: string[];
  counts: ReviewCounts;
}
