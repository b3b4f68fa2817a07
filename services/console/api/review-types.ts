/** What the review screen is told. Times are milliseconds since 1970, UTC. Types only: the page shares them. */

interface ReviewFinding {
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
  /** The posts that it answers, the nearest first. */
  before: ReviewAround[];
  /** The latest that answer it. */
  replies: ReviewAround[];
  /** Where it was passed up, or handed to somebody or those with a skill. */
  lane?: { name?: string; person?: string; by: string; at: number };
  notes: ReviewNote[];
  /** Others that wait with this text: `same`, and nearly the same. `most`, `mostNear`: there may be more. */
  alike: { same: number; near: number; most: boolean; mostNear: boolean };
  /** What was decided of this text, or nearly this, before. */
  earlier: {
    removed: number;
    kept: number;
    latest: { postId: string; decision: string; category?: string; by: string; at: number; shared: number }[];
  };
  kind: string;
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

/** A post around it. */
export interface ReviewAround {
  author: string;
  text: string;
  whole: boolean;
}

export interface ReviewNote {
  kind: 'note' | 'escalated' | 'handed' | 'threat';
  text: string;
  by: string;
  at: number;
  to?: string;
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
  /** How this person stands to their limit. `today`: what they saw since their day began; told to nobody else. */
  seen: { today: number; hour: number; perHour: number; until?: number; liftedUntil?: number };
}

/** Who cases can be handed to, and what can be done here beyond deciding. */
export interface ReviewDesk {
  people: string[];
  skills: string[];
  translates: boolean;
  /** More cases than this at once take a second person. */
  alone: number;
  opted: string[];
  sensitive: string[];
}

/** What leads see of the queue. Nothing of what a single person saw. */
export interface ReviewOverview {
  rows: { language: string; kind: string; lane: string; queue: string; open: number; oldest: number }[];
  people: {
    name: string;
    role: string;
    working: boolean;
    before: number;
    languages: string[];
    kinds: string[];
    skills: string[];
    opted: string[];
    perHour?: number;
    limited: boolean;
    liftedUntil?: number;
  }[];
  perHour: number;
  /** Cases that all together saw in the last day. */
  seenToday: number;
}

export interface SearchedPost {
  platform: string;
  id: string;
  version: number;
  url: string;
  author: string;
  language?: string;
  createdAt: number;
  text: string;
  whole: boolean;
  media: number;
  /** What became of it here. */
  state: 'none' | 'open' | 'removing' | 'removed' | 'kept';
}
export interface Searched {
  posts: SearchedPost[];
  next?: number;
}
