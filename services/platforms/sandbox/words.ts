/** Does nothing but be removed, as EICAR does for viruses. */
export const standardTestPost = 'SANSDELAI-STANDARD-TAKEDOWN-TEST-POST';

/** What looking expects of the sandbox's own pages when all is well. */
export const latestWords = 'Latest posts';
export const aboutWords = 'This page never goes away';

/** Longest post, in characters. */
export const mostText = 10_000;
/** Longest reason that is given with a call to moderate. */
export const mostReason = 2_000;
