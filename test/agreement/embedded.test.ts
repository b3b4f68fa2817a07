import { agreement } from './suite.js';

describe('everything in one process', () => {
  agreement(async () => ({ settings: {}, groups: [[]], posts: 2_000, kills: 2, victims: 1, killsLast: true }));
});
