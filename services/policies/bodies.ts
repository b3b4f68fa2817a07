import { z } from 'zod';
import { largestShare } from './states.js';

const why = z.string().trim().min(1).max(500);
/** The revision that the caller looked at: where something changed since, the call answers 409. */
const revision = z.int().min(1).optional();

/** A policy as text (YAML, of which JSON is a part), or as the object that it stands for. */
const given = {
  text: z.string().min(1).optional(),
  policy: z.record(z.string(), z.unknown()).optional(),
};
const oneOf = ({ text, policy }: { text?: unknown; policy?: unknown }): boolean =>
  (text === undefined) !== (policy === undefined);
const either = { message: 'give either text or policy' };

export const draftSchema = z.strictObject({ ...given, note: why }).refine(oneOf, either);
export const checkSchema = z.strictObject(given).refine(oneOf, either);
export const seenSchema = z.strictObject({ why });
export const moveSchema = z.strictObject({ why, revision });
export const canarySchema = z.strictObject({
  why,
  revision,
  /** Of the accounts; each of them meets one policy. */
  share: z.number().min(0.001).max(largestShare),
  /** How much larger the share of its decisions that people overturn (or complain of) may be than the live version's. */
  bound: z.number().min(0.005).max(0.5).default(0.05),
});
export type Given = z.output<typeof checkSchema>;
