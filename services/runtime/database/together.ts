/** A commit that waits, and who waits for it. */
interface Waiting<Job, Result> {
  job: Job;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** How many of those that wait go together: at least one, and no more than count `most`. */
export function fitting<T>(waiting: readonly T[], sizeOf: (one: T) => number, most: number): number {
  let size = 0;
  let n = 0;
  for (const one of waiting) {
    size += sizeOf(one);
    if (n > 0 && size > most) break;
    n++;
  }
  return n;
}

export interface Lanes<Job, Result> {
  /** Commits under way at once. */
  lanes: number;
  /** So many have to wait before they go together: fewer go one by one, each in a lane. */
  from: number;
  /** What a job counts; a group counts `most` at the most, so that nobody waits long for others. */
  sizeOf(job: Job): number;
  most: number;
  /** Commits one job. */
  alone(job: Job): Promise<Result>;
  /** Commits all of them at once or none. */
  together(jobs: readonly Job[]): Promise<Result[]>;
  /** Whether what befell a group would befall each of its jobs as well. */
  isOfAll(error: unknown): boolean;
}

/**
 * Commits what arrives: at once where a lane is free, else together with what waits, so that under load many share a transaction, its round trips and its
 * fsync. While a group is under way all that comes waits for it: measured, groups beside each other stay small, and save little. Where one of a group can't
 * be committed, each is tried alone: it fails for itself, as if the others were not there.
 */
export class Together<Job, Result> {
  #queue: Waiting<Job, Result>[] = [];
  #busy = 0;
  #grouped = false;

  constructor(private readonly by: Lanes<Job, Result>) {}

  commit(job: Job): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (!this.#grouped && this.#busy < this.by.lanes && this.#queue.length > 0) this.#start();
  }

  #start(): void {
    const n =
      this.#queue.length < this.by.from ? 1 : fitting(this.#queue, ({ job }) => this.by.sizeOf(job), this.by.most);
    this.#busy++;
    this.#grouped = n > 1;
    void this.#commit(this.#queue.splice(0, n)).finally(() => {
      this.#busy--;
      if (n > 1) this.#grouped = false;
      this.#next();
    });
  }

  async #commit(group: Waiting<Job, Result>[]): Promise<void> {
    if (group.length > 1) {
      try {
        const results = await this.by.together(group.map(({ job }) => job));
        group.forEach(({ resolve }, i) => {
          resolve(results[i] as Result);
        });
        return;
      } catch (error) {
        if (this.by.isOfAll(error)) {
          for (const { reject } of group) reject(error);
          return;
        }
      }
    }
    await Promise.all(group.map(({ job, resolve, reject }) => this.by.alone(job).then(resolve, reject)));
  }
}
