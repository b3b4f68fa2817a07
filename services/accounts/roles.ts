import { z } from 'zod';
import type { Scope } from './scopes.js';

/** What people are here for. Each may do what its row lists, and nothing else. */
export const roles = ['reviewer', 'lead', 'operator', 'legal', 'regulator', 'administrator'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

// Clocks are for who is paged: by them a test case could be told from others.
const reviewing: readonly Scope[] = ['posts:read', 'cases:read', 'cases:decide', 'threats:report'];

/** The table of who may do what. `regulator` reads figures, and no content: what entries say is granted by `ledger:details` to a key. */
const granted: Readonly<Record<Role, readonly Scope[]>> = {
  reviewer: reviewing,
  lead: [
    ...reviewing,
    'queue:lead',
    'banks:read',
    'policies:read',
    'quality:read',
    'quality:write',
    'figures:read',
    'approvals:decide',
  ],
  operator: [
    'posts:read',
    'clocks:read',
    'pages:acknowledge',
    'banks:read',
    'banks:write',
    'policies:read',
    'policies:write',
    'deliveries:read',
    'deliveries:replay',
    'dead-letters:read',
    'dead-letters:replay',
    'figures:read',
    'approvals:decide',
  ],
  legal: [
    'posts:read',
    'cases:read',
    'clocks:read',
    'orders:read',
    'orders:write',
    'orders:decide',
    'preserved:read',
    'threats:report',
    'pages:acknowledge',
    'figures:read',
    'approvals:decide',
  ],
  regulator: ['figures:read'],
  administrator: ['admin'],
};

/** What a role may do. */
export const scopesOf = (role: Role): ReadonlySet<Scope> => new Set(granted[role]);
