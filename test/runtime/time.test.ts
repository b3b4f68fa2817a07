import { loop, realTime, within } from '../../services/runtime/index.js';
import { evenClock } from '../../services/runtime/time/even.js';
import { fc } from '../property.js';
import { pause } from './parts.js';

test('a pause of months does not end at once, and ends when it is aborted', async () => {
  const abort = new AbortController();
  let ended = false;
  const sleeping = realTime.sleep(90 * 24 * 3600_000, abort.signal).then(() => {
    ended = true;
  });
  let rang = false;
  const timer = realTime.after(90 * 24 * 3600_000, () => {
    rang = true;
  });
  await pause(50);
  expect([ended, rang]).toEqual([false, false]);
  abort.abort();
  await sleeping;
  timer.stop();
});

test('a loop goes on after a step that failed, is woken, and ends only after the step under way', async () => {
  let steps = 0;
  let inside = false;
  const errors: unknown[] = [];
  const running = loop(
    realTime,
    60_000,
    async () => {
      steps++;
      inside = true;
      await pause(20);
      inside = false;
      if (steps === 1) throw new Error('once');
    },
    error => errors.push(error),
  );
  await pause(50);
  expect([steps, errors.length]).toEqual([1, 1]);
  running.wake();
  running.wake();
  await pause(10);
  running.wake();
  await pause(60);
  expect(steps).toBe(3);
  running.wake();
  await pause(5);
  expect(inside).toBe(true);
  await running.stop();
  expect(inside).toBe(false);
  expect(steps).toBe(4);
});

test('waiting for an answer ends with the time given for it', async () => {
  expect(await within(realTime, 1_000, Promise.resolve('answer'), 'late')).toBe('answer');
  await expect(within(realTime, 20, new Promise(() => undefined), 'late')).rejects.toThrow('late');
  await expect(within(realTime, 1_000, Promise.reject(new Error('its own')), 'late')).rejects.toThrow('its own');
});

describe('a clock that is set while a process runs', () => {
  /** A system clock that can be set, and one that can't. */
  function clocks() {
    let steady = 0;
    let wall = 1_795_000_000_000;
    const clock = evenClock(
      () => wall,
      () => steady,
    );
    return {
      clock,
      pass(ms: number): void {
        steady += ms;
        wall += ms;
      },
      set(ms: number): void {
        wall += ms;
      },
    };
  }

  test.each([-3_600_000, -10_000, -1_000, 1, 1_000, 9_999])(
    'by %d ms: what is measured stays right to 5 %, and it comes nearer',
    by => {
      const { clock, pass, set } = clocks();
      const from = clock.now();
      pass(1_000);
      expect(clock.now() - from).toBe(1_000);
      set(by);
      pass(1_000);
      expect(Math.abs(clock.now() - from - 2_000)).toBeLessThanOrEqual(51);
      expect(Math.sign(clock.offset())).toBe(Math.abs(by) <= 50 ? 0 : Math.sign(by));
      for (let i = 0; i < 300; i++) {
        pass(1_000);
        clock.now();
      }
      expect(Math.abs(clock.offset())).toBeLessThanOrEqual(Math.max(0, Math.abs(by) - 15_000));
    },
  );

  test('far ahead, as after sleep: it is followed at once', () => {
    const { clock, pass, set } = clocks();
    const from = clock.now();
    set(3_600_000);
    pass(10);
    expect(clock.now() - from).toBe(3_600_010);
    expect(clock.offset()).toBe(0);
  });

  test('it never goes back, whatever the system does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -1e7, max: 1e7 }), fc.nat(1e5)), { maxLength: 50 }), steps => {
        const { clock, pass, set } = clocks();
        let last = clock.now();
        for (const [by, ms] of steps) {
          set(by);
          pass(ms);
          const now = clock.now();
          expect(now).toBeGreaterThanOrEqual(last);
          last = now;
        }
      }),
    );
  });
});
