import { z } from 'zod';
import type { Time } from '../../runtime/index.js';
import { askJson, score } from './client.js';
import { type DeclarationOf, keyOf } from './declaration.js';
import type { OpenModel } from './model.js';

/**
 * Opens a model behind an endpoint that takes our own request: `{ model, labels, posts: [{ text, language, links, media }] }`, and answers
 * `{ version?, posts: [{ scores: { label: 0.5 }, reason? }] }`, in the order of the posts.
 */
export function openHttp(declared: DeclarationOf<'http'>, name: string, time: Time, timeout: number): OpenModel {
  const key = keyOf(declared);
  const labels = Object.keys(declared.labels);
  const scores = z.object(Object.fromEntries(labels.map(label => [label, score])));
  const answer = z.object({
    version: z.string().max(200).optional(),
    posts: z.array(z.object({ scores, reason: z.string().optional() })),
  });
  let served: string | undefined;
  return {
    served: () => served,
    async score(posts) {
      const body = { model: name, labels, posts };
      const told = await askJson({ url: declared.url, body, key, time, timeout }, answer);
      if (told.posts.length !== posts.length)
        throw new Error(`it answered ${told.posts.length} of ${posts.length} posts`);
      served = told.version ?? served;
      return told.posts.map(({ scores, reason }) => ({
        scores: labels.map(label => scores[label]!),
        ...(reason !== undefined && { reason }),
      }));
    },
    stop: async () => undefined,
  };
}
