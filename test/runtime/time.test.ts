import { loop, realTime, within } from '../../services/runtime/index.js';
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
