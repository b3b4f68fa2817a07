/** What the live page is told once a second. Times are milliseconds since 1970, UTC; durations milliseconds. Types only: the page shares them. */

export type ShownAction = 'remove' | 'withhold' | 'review' | 'allow';

/** One post in the list, and what became of it. */
export interface LiveItem {
  id: string;
  platform: string;
  version: number;
  createdAt: number;
  receivedAt: number;
  flags: string[];
  /** Absent until assessed. */
  action?: ShownAction;
  rule?: string;
  assessedAt?: number;
  /** Its removal or restoration, where there is one. */
  removal?: { wanted: 'gone' | 'public'; state: string; requestedAt: number; endedAt?: number; escalated: boolean };
  /** Its latest case, where there is one. */
  case?: { state: string; decision?: string };
}

/** The steps of a removal that a rule asked for, and the two ways as a whole. */
export type StepName =
  | 'received-assessed'
  | 'assessed-called'
  | 'called-accepted'
  | 'accepted-gone'
  | 'received-gone'
  | 'any-assessed';

export interface StepFigures {
  count: number;
  p50: number;
  p95: number;
  p99: number;
}

export interface ClockFigures {
  obligation: string;
  open: number;
  /** The nearest due of those that run. */
  nextDue?: number;
  /** Ended by evidence, of all time. */
  ended: number;
  /** Breaches, of all time. */
  late: number;
}

export interface ProbeFigures {
  route: string;
  startedAt: number;
  receivedAt?: number;
  assessedAt?: number;
  calledAt?: number;
  goneAt?: number;
  /** Of the route `order`: Annex II was sent. */
  answeredAt?: number;
  error?: string;
}

export interface LiveFrame {
  at: number;
  /** How far back the figures "of the last hour" reach: an hour, or less shortly after the start. */
  since: number;
  /** The sandbox's address, where it is on. */
  sandbox?: string;
  testPost: string;
  received: {
    minute: number;
    hour: number;
    /** By second, the last sixty, the newest last. */
    seconds: number[];
  };
  assessed: { minute: number; hour: number; byAction: Record<ShownAction, number> };
  removals: {
    /** Of the last hour, by outcome. */
    outcomes: Record<string, number>;
    /** Under way now. */
    pending: number;
    /** Not confirmed, and shown to people. */
    escalated: number;
    /** Seen gone, by second, the last sixty, the newest last. */
    seconds: number[];
  };
  cases: { open: number };
  clocks: ClockFigures[];
  /** Of the last hour; steps that nothing went through are absent. */
  steps: Partial<Record<StepName, StepFigures>>;
  /** The newest thirty. */
  items: LiveItem[];
  /** The newest thirty that more than letting them stand followed from. */
  acted: LiveItem[];
  probe: { on: boolean; every: number; routes: ProbeFigures[] };
  deadLetters: {
    count: number;
    newest: { id: string; consumer: string; topic: string; reason: string; at: number }[];
  };
  /** What `/readyz` answers; empty where all is well. */
  problems: Record<string, string>;
}
