/** What is used of jstat, which has no types of its own. */
declare module 'jstat' {
  /** A distribution's quantile function is `inv`. */
  export const jStat: {
    beta: { inv(p: number, alpha: number, beta: number): number };
  };
}
