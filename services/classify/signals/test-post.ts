import type { Signal } from './signal.js';

/** What a post has to contain to be the standard test post, as EICAR and GTUBE are for viruses and spam. */
export const standardTestPost = 'SANSDELAI-STANDARD-TAKEDOWN-TEST-POST';

/** Finds the standard test post of accounts that are there to try the pipeline; anybody else's is a post like others. */
export const testPostSignal: Signal = {
  name: 'test-post',
  takes: ['text'],
  languages: 'any',
  cost: 'cheap',
  labels: ['standard-test-post'],
  evidence: { 'standard-test-post': 'always' },
  version: () => 'test-post-1',
  async assess(posts, { testAccounts }) {
    return posts.map(({ platform, author, text }) => {
      if (!text?.includes(standardTestPost)) return [];
      const accounts = testAccounts[platform] ?? [];
      if (accounts !== 'all' && !accounts.includes(author.id)) return [];
      const reason = 'contains the words of the standard test post';
      return [{ signal: 'test-post', label: 'standard-test-post', score: 1, reason }];
    });
  },
  problem: async () => undefined,
  stop: async () => undefined,
};
