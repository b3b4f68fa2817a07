import type { OrderHappened } from '../../contracts/index.js';

/** TCO Article 3 and DSA Article 9: two instruments that are never mixed. */
export type Instrument = 'tco' | 'dsa9';

/** Where an order stands as a whole. Scrutiny, finality and non-disclosure run beside it. */
export const phases = [
  /** A person has to decide; the clock runs. */
  'deciding',
  /** Held on a ground of Article 3(7): force majeure, or impossible. */
  'impossible',
  /** Held on a ground of Article 3(8): manifest errors, or not enough said. */
  'unclear',
  'executing',
  'executed',
  /** Nothing of it was there to remove, or is in its scope. */
  'nothing-there',
  /** It comes from no authority. */
  'refused',
  /** It binds no more, and its content is coming back; and that is done. */
  'lifted',
  'ended',
] as const;
export type Phase = (typeof phases)[number];

/** Where one item of an order stands. */
export type ItemPhase =
  | 'unknown'
  | 'not-public'
  | 'found'
  | 'removing'
  | 'gone'
  | 'not-there'
  /** A person decided that nothing is to be done about it. */
  | 'left'
  | 'restoring'
  | 'restored'
  /** Another ground keeps it down. */
  | 'stays-down';

/** What an item was found to be on one of our platforms. */
export interface Target {
  platform: string;
  postId: string;
  version: number;
  authorId: string;
  /** Where it can be read, as the platform told; the order's own address where that is not known. */
  url: string;
  public: boolean;
}

export interface Item {
  /** From 1, as in the order. */
  n: number;
  url: string;
  phase: ItemPhase;
  target?: Target;
  /** The removal that is to end it, and since when it is asked for. */
  removalId?: string;
  askedAt?: number;
  goneAt?: number;
  /** From where it was seen gone, or a person's words. */
  evidence?: string;
  /** Another order in force that names the same post. */
  duplicateOf?: string;
  /** The platform's word is all there is. */
  claimed?: true;
  moved?: true;
}

/** Grounds of Article 3(7) and 3(8), and nothing else. */
export const holdGrounds = ['force-majeure', 'impossibility', 'manifest-errors', 'insufficient-information'] as const;
export type HoldGround = (typeof holdGrounds)[number];

export interface Hold {
  turn: number;
  ground: HoldGround;
  explanation: string;
  by: string;
  at: number;
  endedAt?: number;
  /** Stated when the limit had passed: it moves no clock. */
  late?: true;
}

export type Scrutiny = 'none' | 'asked' | 'opened' | 'no-infringement' | 'infringement' | 'waived' | 'lapsed';
type Finality = 'pending' | 'final' | 'annulled' | 'withdrawn' | 'void';

/** Why an order needs a person: what did not verify. */
export const doubts = ['authority', 'signature', 'form', 'item', 'not-public', 'territory', 'volume'] as const;
export type Doubt = (typeof doubts)[number];

export interface OrderState {
  id: string;
  instrument: Instrument;
  phase: Phase;
  /** The channel. */
  route: string;
  receivedAt: number;
  /** The legal limit as it stands. */
  due: number;
  /** Empty where it could be executed without a person. */
  doubts: readonly Doubt[];
  /** The authority and the signature were checked against the register. */
  verified: boolean;
  crossBorder: boolean;
  /** The probe sent it, about what it wrote itself: nobody has to look at it, and it is in no figure. */
  probe?: true;
  /** It names less, and a person decided to remove everywhere: the platform can't do less. */
  everywhere?: true;
  items: readonly Item[];
  takenBy?: string;
  executedAt?: number;
  holds: readonly Hold[];
  scrutiny: Scrutiny;
  finality: Finality;
  /** Nothing may be disclosed until then; `unsealed`: that is over. */
  sealedUntil?: number;
  /** The authority made it longer: TCO Article 11(3) knows that once. */
  sealExtended?: true;
  unsealed?: true;
  /** Answering forms that were asked for, by number from 1. */
  forms: readonly { n: number; form: AnswerKind; turn?: number; sentAt?: number; receipt?: string }[];
  /** Events applied so far: what ids of facts and effects are made of. */
  seq: number;
}

/** `II`: executed. `III`: can't be executed. */
export type AnswerKind = 'II' | 'III';

/** What can happen to an order. `by`: who says so. */
export type OrderEvent = { at: number; by: string } & (
  | {
      type: 'received';
      id: string;
      instrument: Instrument;
      route: string;
      doubts: readonly Doubt[];
      verified: boolean;
      crossBorder: boolean;
      items: readonly Pick<Item, 'n' | 'url' | 'phase' | 'target' | 'duplicateOf'>[];
      /** DSA: the limit that the order names, or the operator's. TCO: set by the law. */
      due?: number;
      sealedUntil?: number;
      probe?: true;
    }
  | { type: 'taken' }
  /** `everywhere`: a person has it removed everywhere, where the platform can't do less. */
  | { type: 'execute'; everywhere?: boolean | undefined }
  | { type: 'volume-confirmed' }
  | { type: 'hold'; ground: HoldGround; explanation: string }
  | { type: 'release'; note: string }
  | { type: 'refuse'; note: string }
  | { type: 'item-named'; n: number; target: Target; moved: boolean }
  | { type: 'item-left'; n: number; note: string }
  | { type: 'item-asked'; n: number; removalId: string }
  | { type: 'item-gone'; n: number; evidence: string }
  | { type: 'item-not-there'; n: number; evidence: string }
  | { type: 'item-claimed'; n: number }
  | { type: 'item-returned'; n: number }
  | { type: 'item-restored'; n: number; staysDown: boolean; evidence?: string }
  | { type: 'form-sent'; n: number; receipt: string }
  | { type: 'scrutiny-asked'; reasons: string }
  | { type: 'scrutiny-opened' }
  | { type: 'scrutiny-decided'; infringes: boolean; note: string }
  | { type: 'scrutiny-waived'; lapsed: boolean }
  | { type: 'final'; note: string }
  | { type: 'annulled'; note: string }
  | { type: 'withdrawn'; note: string }
  | { type: 'unsealed' }
  | { type: 'seal-extended'; until: number }
);
export type EventType = OrderEvent['type'];

/** A fact for topic `evidence`: what starts, suspends or ends a clock. */
export interface Fact {
  happened: OrderHappened;
  at: number;
  by: string;
  due?: number;
  crossBorder?: boolean;
  turn?: number;
  restores?: boolean;
  evidence?: string;
}

/** What is to be done. Each is committed with the state from which it follows. */
export type Effect =
  | { do: 'remove'; n: number }
  | { do: 'lift'; n: number }
  | { do: 'preserve'; n: number }
  | { do: 'form'; n: number; form: AnswerKind; turn?: number }
  | { do: 'desk'; about: DeskAbout; due?: number }
  | { do: 'desk-done'; about: DeskAbout }
  | { do: 'unseal' };

/** What the desk is asked to look at. */
type DeskAbout = 'decide' | 'scope' | 'volume' | 'scrutiny' | 'executed' | 'nothing-there' | 'returned';

export interface Outcome {
  state: OrderState;
  facts: readonly Fact[];
  effects: readonly Effect[];
}

/** What can't happen to an order as it stands, and why. */
export class Impossible extends Error {
  override name = 'Impossible';
}
