import { hashesOf } from './hash.js';
import type { HashReply, HashRequest } from './messages.js';

/** The process that hashes files: forked by hasher.ts, which gives it one at a time and ends it where it takes too long. */
process.on('message', async ({ id, bytes }: HashRequest) => {
  process.send?.({ id, hashes: await hashesOf(bytes) } satisfies HashReply);
});
// Whoever asked is gone.
process.on('disconnect', () => process.exit());
