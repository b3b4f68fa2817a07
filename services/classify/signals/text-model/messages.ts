/** Posts for the worker, in columns: what crosses between threads is copied. */
export interface ScoreRequest {
  texts: string[];
  languages: (string | undefined)[];
}

export interface ScoreReply {
  kind: 'scores';
  /** A row a post, a column a label. */
  scores: Float32Array;
  /** By post: bit `n` is set where label `n` reached its threshold. */
  over: Uint32Array;
  /** By post's place in the batch and label: the words that raised the score, where there is something to tell. */
  spans: Map<number, Map<string, [start: number, end: number][]>>;
}

export interface ReadyReply {
  kind: 'ready';
  version: string;
  labels: readonly string[];
}

export type Reply = ReadyReply | ScoreReply;

/** Posts in one run of the model: more gain nothing and hold up those behind. */
export const batchLimit = 256;
