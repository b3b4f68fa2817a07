import type { Done } from '../policies/types.js';

export interface Backtest {
  id: string;
  name: string;
  state: 'awaiting-posts' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  version: string;
  against: string;
  over: string;
  from?: string;
  to?: string;
  by: string;
  createdAt: string;
  error?: string;
  progress: { done: number; total: number; perSecond: number; secondsLeft?: number };
}

type Counts = Record<'remove' | 'withhold' | 'review' | 'allow', number>;
export type Share = { of: number; value: number; from: number; to: number } | null;
interface Quality {
  precision: { acted: Share; flagged: Share };
  recall: { acted: Share; flagged: Share };
}

export interface Result {
  posts: number;
  before: Counts;
  after: Counts;
  moves: { language: string; before: Done; after: Done; posts: number }[];
  confusion: { by: string; value: string; before: Quality; after: Quality }[];
  left: { why: string; posts: number }[];
}

export interface Change {
  platform: string;
  id: string;
  version: number;
  language?: string;
  truth?: string;
  before: Done;
  after: Done;
  met: { signal: string; label: string; score: number }[];
  stands: number;
}

export const isOpen = ({ state }: Backtest): boolean => ['awaiting-posts', 'queued', 'running'].includes(state);
