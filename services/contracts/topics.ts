const day = 24 * 3600_000;

/** Every topic of the bus: how long it is kept (ms) and into how many partitions Kafka splits it. */
export const topics = {
  /** Posts as platforms send them to Kafka, the second door: values as `POST /v1/posts` takes them. */
  'platform-posts': { retention: 7 * day, partitions: 6 },
  posts: { retention: 3 * day, partitions: 6 },
  assessments: { retention: 3 * day, partitions: 6 },
  /** What people decided that other services follow. */
  decisions: { retention: 30 * day, partitions: 3 },
  removals: { retention: 3 * day, partitions: 3 },
  evidence: { retention: 30 * day, partitions: 3 },
  /** What the ledger enters. One partition: entries have one order, and one process at a time appends them. */
  ledger: { retention: 30 * day, partitions: 1 },
} as const;

export type Topic = keyof typeof topics;
