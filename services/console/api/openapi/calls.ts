import { accountCalls } from './account-calls.js';
import { backtestCalls } from './backtest-calls.js';
import { bankCalls } from './bank-calls.js';
import type { Call } from './call.js';
import { clockCalls } from './clock-calls.js';
import { deskCalls } from './desk-calls.js';
import { exposedCalls } from './exposed-calls.js';
import { formCalls } from './form-calls.js';
import { holdCalls } from './hold-calls.js';
import { incidentCalls } from './incident-calls.js';
import { ledgerCalls } from './ledger-calls.js';
import { operationCalls } from './operation-calls.js';
import { orderCalls } from './order-calls.js';
import { policyCalls } from './policy-calls.js';
import { postCalls } from './post-calls.js';
import { preservedCalls } from './preserved-calls.js';
import { whatIfCalls } from './what-if-calls.js';

/** Every call that there is, in the order in which a post meets them. */
export const calls: readonly Call[] = [
  ...postCalls,
  ...orderCalls,
  ...incidentCalls,
  ...deskCalls,
  ...formCalls,
  ...backtestCalls,
  ...preservedCalls,
  ...exposedCalls,
  ...policyCalls,
  ...whatIfCalls,
  ...holdCalls,
  ...clockCalls,
  ...accountCalls,
  ...ledgerCalls,
  ...bankCalls,
  ...operationCalls,
];
