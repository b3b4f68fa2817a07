import type { Rules } from '../clocks/index.js';
import type { Outgoing, Runtime, Write } from '../runtime/index.js';
import type { Renderer } from './forms/index.js';
import type { OrderSettings } from './settings.js';

/** Content that an order took down, to be kept apart (TCO Article 6). */
export interface Preserved {
  orderId: string;
  n: number;
  platform: string;
  postId: string;
  version: number;
  removedAt: number;
}

/** Preserves in the commit in which the order says so. */
export type Preserve = (runtime: Runtime, what: Preserved) => Promise<{ writes: Write[]; events: Outgoing[] }>;

/** What the work on orders stands on. */
export interface Parts {
  runtime: Runtime;
  settings: OrderSettings;
  rules: Rules;
  renderer: Renderer;
  preserve?: Preserve;
}
