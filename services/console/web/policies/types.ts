export type State = 'draft' | 'shadow' | 'canary' | 'live' | 'retired';

export interface InForce {
  revision: number;
  live: string;
  canary?: { id: string; share: number; bound: number };
  shadows: string[];
}

export interface Version {
  id: string;
  name: string;
  state: State;
  createdAt: string;
  createdBy: string;
  note: string;
  liveAt?: string;
  before?: string;
}

export interface List {
  inForce: InForce;
  policies: Version[];
}

export interface PolicyProblem {
  path: string;
  message: string;
  line?: number;
  column?: number;
}

export interface Moved {
  from?: State;
  to: State;
  at: string;
  by: string;
  secondedBy?: string;
  why: string;
  share?: number;
}

export interface Whole extends Version {
  text: string;
  problems: PolicyProblem[];
  history: Moved[];
}

export interface Done {
  action: string;
  rule: string;
}

export interface Canary {
  state: 'canary';
  against: string;
  share: number;
  since: string;
  bound: number;
  confidence: number;
  canary: Arms;
  live: Arms;
  differences: Record<Measure, { difference?: number; low: number; high: number; exceeded: boolean }>;
}
export type Measure = 'reviewed' | 'acted' | 'complaints';
export type Arms = { posts: number } & Record<Measure, { n: number; wrong: number }>;

export interface Shadow {
  state: Exclude<State, 'canary'>;
  against: string;
  since: string;
  posts: number;
  differing: number;
  counts: { language?: string; live: Done; shadow: Done; posts: number }[];
}

export interface Hold {
  id: string;
  rule: string;
  cause: string;
  why: string;
  figures: Record<string, number | string>;
  placedAt: string;
  placedBy: string;
  liftedAt?: string;
  liftedBy?: string;
  liftedWhy?: string;
}

export interface Holds {
  holds: Hold[];
  rules: {
    rule: string;
    floor: number;
    decisions: number;
    wrong: number;
    lower: number;
    upper: number;
    acted: number;
    overturned: number;
  }[];
}

export interface Drifting {
  signal: string;
  label: string;
  language: string;
  day: string;
  divergence: number;
  unusual: number;
  bound: number;
  drifted: boolean;
  examples: { post: string; score: number }[];
}
