import type { Rules } from '../clocks/index.js';
import type { Preservation } from '../enforce/index.js';
import type { Runtime } from '../runtime/index.js';
import type { Renderer } from './forms/index.js';
import type { OrderSettings } from './settings.js';

/** What the work on orders stands on. */
export interface Parts {
  runtime: Runtime;
  settings: OrderSettings;
  rules: Rules;
  renderer: Renderer;
  preservation: Preservation;
}
