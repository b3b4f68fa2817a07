import { z } from 'zod';

/** What a key may do. `admin` may do everything. */
export const scopeSchema = z.enum([
  'admin',
  'posts:write',
  'posts:read',
  'cases:read',
  'cases:decide',
  'banks:read',
  'banks:write',
  'policies:read',
  'policies:write',
  'clocks:read',
  'figures:read',
  'approvals:decide',
  'pages:acknowledge',
  'orders:read',
  'orders:write',
  'orders:decide',
  'threats:report',
  'deliveries:read',
  'deliveries:replay',
  'ledger:details',
  'ledger:erase',
  'dead-letters:read',
  'dead-letters:replay',
]);
export type Scope = z.infer<typeof scopeSchema>;
