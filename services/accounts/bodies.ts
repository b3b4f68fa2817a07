import { z } from 'zod';
import { roleSchema } from './roles.js';
import { scopeSchema } from './scopes.js';

export const name = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,119}$/u, 'takes 1 to 120 letters, digits and . _ @ + -');
const password = z.string().min(12, 'takes 12 characters or more').max(256);
const code = z.string().regex(/^\d{6}$/, 'takes the six digits');
const reason = z.string().min(1).max(500);

export const loginSchema = z.strictObject({
  name: z.string().min(1).max(120),
  password: z.string().max(256),
  code: code.optional(),
});
export const passwordSchema = z.strictObject({ old: z.string().max(256), new: password });
export const codeSchema = z.strictObject({ code });
export const newPersonSchema = z.strictObject({ name, role: roleSchema, password: password.optional() });
export const personChangeSchema = z.strictObject({
  role: roleSchema.optional(),
  disabled: z.boolean().optional(),
  password: password.optional(),
  withoutCode: z.literal(true).optional(),
});
export const newKeySchema = z.strictObject({
  name,
  scopes: z.array(scopeSchema).min(1).max(30),
  reason: reason.optional(),
});
export const decisionOnApprovalSchema = z.strictObject({ approve: z.boolean() });
