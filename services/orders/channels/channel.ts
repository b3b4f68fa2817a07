import type { AnswerForm } from '../answers.js';
import type { Incoming } from '../intake.js';

/** A way by which orders come in and answers go out. */
export interface Channel {
  readonly name: string;
  /** False where it was never tried against the real other side. */
  readonly tested: boolean;
  /** Hands over orders as they come, until aborted. `take` resolves once an order is durable; only then is it confirmed to the other side. */
  receive(take: (incoming: Incoming) => Promise<{ id: string }>, signal: AbortSignal): Promise<void>;
  /** Sends an answering form. @returns the other side's receipt */
  send(form: AnswerForm): Promise<string>;
}
