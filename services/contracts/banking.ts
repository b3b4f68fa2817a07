import { z } from 'zod';
import { platformName } from './post.js';

/** A bank's short name. */
export const bankName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"');

/**
 * `post.banked.v1` on `decisions`: a person decided to remove a post, and that what it says and shows enters a bank, so that it stays down; or an order takes it
 * down, and it is offered, unconfirmed. It
 * names the post and carries none of its text.
 */
export const postBanked = {
  type: 'post.banked.v1',
  schema: z.object({
    platform: platformName,
    postId: z.string(),
    version: z.int(),
    caseId: z.string(),
    bank: bankName,
    by: z.string(),
    at: z.int(),
    /** The order that takes it down: nobody here has confirmed it, so it only sends copies of it to review. */
    offeredBy: z.string().optional(),
  }),
} as const;
export type PostBanked = z.infer<typeof postBanked.schema>;

/** `post.unbanked.v1` on `decisions`: a person brought a post back: what entered a bank because of it, in any version, is taken out. */
export const postUnbanked = {
  type: 'post.unbanked.v1',
  schema: z.object({
    platform: platformName,
    postId: z.string(),
    caseId: z.string(),
    by: z.string(),
    at: z.int(),
    offeredBy: z.string().optional(),
  }),
} as const;
export type PostUnbanked = z.infer<typeof postUnbanked.schema>;
