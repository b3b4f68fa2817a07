import { digestOf } from '../../../services/classify/signals/bank/entry.js';
import type { Banks } from '../../../services/classify/signals/bank/follow.js';
import { knownTextSignal } from '../../../services/classify/signals/bank/signal.js';
import { actsAtDefault } from '../../../services/classify/signals/bank/text-index.js';
import { Texts } from '../../../services/classify/signals/bank/texts.js';
import { fold } from '../../../services/classify/signals/normalise.js';
import type { Signal } from '../../../services/classify/signals/signal.js';
import type { Finding } from '../../../services/contracts/index.js';
import { realTime } from '../../../services/runtime/index.js';

const post = {
  id: '1',
  platform: 'bench',
  version: 1,
  url: 'https://bench.invalid/1',
  audience: 'public' as const,
  author: { id: 'a' },
  createdAt: '2026-11-01T00:00:00Z',
};
const idOf = (slot: number): string => `00000000-0000-4000-8000-${slot.toString(16).padStart(12, '0')}`;
/** The text of the bank that a finding is about. */
export const slotOf = ({ entry }: Finding): number => Number.parseInt(entry?.id.slice(-12) ?? '', 16);

/** The signal over a bank in memory, without a database: entries confirmed, acting at the default, numbered as they come. */
export class TextBank {
  readonly #texts = new Texts();
  readonly #signal: Signal;
  size = 0;

  constructor() {
    const banks: Banks = {
      version: () => this.size,
      exact: units => this.#texts.exact(units),
      near: units => this.#texts.near(units),
      links: () => [],
      media: async () => [],
      problem: () => undefined,
      stop: async () => undefined,
    };
    this.#signal = knownTextSignal(banks, realTime);
  }

  add(text: string): void {
    this.#texts.put({
      id: idOf(this.size++),
      bank: 'bench',
      kind: 'text',
      found_by: digestOf(fold(text)),
      content: text,
      confirmed_by: 'bench',
      acts_at: actsAtDefault,
      expires_at: null,
    });
  }

  /** What the signal finds in each text. */
  look(texts: readonly string[]): Promise<Finding[][]> {
    return this.#signal.assess(
      texts.map(text => ({ ...post, text })),
      { now: 0, testAccounts: {} },
    );
  }
}
