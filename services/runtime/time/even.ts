/** Forward, more than this (ms) is no correction: the machine slept, or its clock was wrong. It is taken over at once. */
const slept = 10_000;
/** Otherwise so much of the time that passes goes into coming nearer to the system's clock. */
const rate = 0.05;

/** A clock that tells the time of day, and never jumps back. */
export interface EvenClock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** What the system's clock is ahead of this one by, ms, when it was last asked. */
  offset(): number;
}

/**
 * The time of day, carried on by the steady clock: where the system's clock is set (NTP, a leap second, by hand), what is measured between two readings
 * stays right to within 5 %, and never becomes negative. It comes nearer to the system's clock bit by bit; only where that is far ahead it is followed
 * at once, since a machine that slept has to see at once what became due.
 * @param wall the system's clock, ms since 1970
 * @param steady milliseconds of a clock that nobody sets
 */
export function evenClock(wall: () => number, steady: () => number): EvenClock {
  let seen = steady();
  let time = wall();
  let offset = 0;
  return {
    now() {
      const at = steady();
      const passed = Math.max(0, at - seen);
      seen = at;
      time += passed;
      const ahead = wall() - time;
      time += ahead > slept ? ahead : Math.max(-rate * passed, Math.min(rate * passed, ahead));
      offset = wall() - time;
      return Math.floor(time);
    },
    offset: () => offset,
  };
}
