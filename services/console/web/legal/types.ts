import type { OrderContent, Wait } from '../../../orders/index.js';
import type { en } from '../words/orders.js';

export type Instrument = 'tco' | 'dsa9';
export type Phase = keyof typeof en.phases;
export type ActType = keyof typeof en.acts;

/** An order in a list. */
export interface Listed {
  id: string;
  instrument: Instrument;
  reference?: string;
  authority?: string;
  authorityName?: string;
  issuingState?: string;
  phase: Phase;
  route: string;
  receivedAt: string;
  dueAt: string;
  executedAt?: string;
  automatic: boolean;
  doubts: (keyof typeof en.doubts)[];
  sealed: boolean;
  items: number;
  takenBy?: string;
  waits: Wait[];
}
export interface Listing {
  now: string;
  counts: { open: number; withinHour: number; overdue: number; most: number; forms: number };
  /** Authorities that send far more than usual, until a person has confirmed the number. */
  volume: { authority: string; name: string; since: string; orders: number }[];
  orders: Listed[];
  next?: string;
}

export interface ShownItem {
  n: number;
  url: string;
  phase: string;
  target?: { platform: string; postId: string };
  goneAt?: string;
  evidence?: string;
  duplicateOf?: string;
  claimed?: true;
  moved?: true;
}
export interface ShownForm {
  n: number;
  form: 'II' | 'III';
  madeAt: string;
  sentAt?: string;
  receipt?: string;
  attempts: number;
  waitsForDesk: boolean;
  error?: string;
}
export interface ShownHold {
  turn: number;
  ground: keyof typeof en.grounds;
  explanation: string;
  by: string;
  at: string;
  endedAt?: string;
  late?: true;
}

/** One order, as the desk sees it. */
export interface Shown extends Omit<Listed, 'items' | 'waits' | 'authorityName' | 'issuingState'> {
  scrutiny: keyof typeof en.scrutiny;
  finality: keyof typeof en.finality;
  findings: { path: string; message: string; article: string }[];
  notice?: keyof typeof en.notice;
  content: OrderContent;
  items: ShownItem[];
  holds: ShownHold[];
  sealedUntil?: string;
  sealExtended?: true;
  scrutinyRequestDueAt?: string;
  cases: { id: string; about: string; openedAt: string; dueAt?: string; closedAt?: string; closedBy?: string }[];
  forms: ShownForm[];
  files: { id: string; name: string; bytes: number; sha256: string }[];
  events: { type: string; at: string; by: string; body: Record<string, unknown> }[];
}

export const active: readonly Phase[] = ['deciding', 'impossible', 'unclear', 'executing'];
export const inForce: readonly Phase[] = [...active, 'executed', 'nothing-there'];
export const held: readonly Phase[] = ['impossible', 'unclear'];
/** The order's limit runs. */
export const running: readonly Phase[] = ['deciding', 'executing'];
