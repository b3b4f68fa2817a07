import { z } from 'zod';
import { scopeNames } from './scope-names.js';

export type { Scope } from './scope-names.js';

/** What a key may do. `admin` may do everything. */
export const scopeSchema = z.enum(scopeNames);
