import { accountTables } from '../accounts/index.js';
import { classify } from '../classify/index.js';
import { clocks } from '../clocks/index.js';
import { consoleService } from '../console/index.js';
import { enforce } from '../enforce/index.js';
import { ingest } from '../ingest/index.js';
import { ledger } from '../ledger/index.js';
import { orders } from '../orders/index.js';
import { platformTables } from '../platforms/index.js';
import { probe } from '../probe/index.js';
import type { Service, Table } from '../runtime/index.js';

/** All services, in the order in which a post meets them; also the order in which they end. */
export const services: readonly Service[] = [ingest, classify, orders, enforce, clocks, ledger, probe, consoleService];

/** Every table: each process brings the whole database up to date, whichever services it runs. */
export const allTables: readonly Table[] = [
  ...accountTables,
  ...platformTables,
  ...services.flatMap(service => service.tables),
];
