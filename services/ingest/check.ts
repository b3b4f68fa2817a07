import { type Post, postSchema } from '../contracts/index.js';

/** Control characters and halves of surrogate pairs: PostgreSQL keeps neither in a text, and two names that differ by them look the same. */
const unfit = /[\p{Cc}\p{Cs}]/u;

const names = ({ id, url, author }: Post): [string[], string][] => [
  [['id'], id],
  [['url'], url],
  [['author', 'id'], author.id],
];

/** A post as it comes in by any door. The text may hold whatever JSON can; what names something may not. */
export const incomingPost = postSchema.superRefine((post, context) => {
  for (const [path, value] of names(post)) {
    if (unfit.test(value)) {
      context.addIssue({ code: 'custom', path, message: 'must hold no control characters and be whole Unicode' });
    }
  }
});
