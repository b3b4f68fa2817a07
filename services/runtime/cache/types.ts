/** Hot state, always rebuilt from the record: nothing may be lost with it. Memory in one process, Redis between many. */
export interface Cache {
  readonly kind: 'memory' | 'redis';
  get(key: string): Promise<string | undefined>;
  /** `ttl` in milliseconds. */
  set(key: string, value: string, ttl: number): Promise<void>;
  /** Sets only where nothing is set; true where it did. */
  setIfAbsent(key: string, value: string, ttl: number): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Counts up a window's counter and returns it; the first count starts the window of `ttl` ms. */
  increment(key: string, ttl: number): Promise<number>;
  /** Tells every process that subscribed. May be lost: only ever a call to look. */
  publish(channel: string, message: string): Promise<void>;
  subscribe(channel: string, hear: (message: string) => void): Promise<{ stop(): Promise<void> }>;
  problem(): Promise<string | undefined>;
  stop(): Promise<void>;
}
