import { join } from 'node:path';
import { LockedError, lockDirectory, openRuntime, readConfig, realTime } from '../../services/runtime/index.js';
import { folder, silent } from './parts.js';
import { startChild } from './processes.js';

const home = folder();

test('a second process on the same data directory is refused, and told what to do; a kill -9 frees it', async () => {
  const directory = join(home, 'new', 'data');
  const holder = startChild('lock-holder', directory);
  await holder.says('ready');
  expect(() => lockDirectory(directory)).toThrow(LockedError);
  expect(() => lockDirectory(directory)).toThrow(
    `Another process is using the data directory ${directory}. End it first, or set SANSDELAI_DATA to another folder (and PORT to another port).`,
  );
  const second = startChild('lock-holder', directory);
  expect(await second.ended).toBe(1);
  await holder.kill();
  lockDirectory(directory).release();
});

test('also within one process; releasing it frees it', () => {
  const directory = join(home, 'within');
  const lock = lockDirectory(directory);
  expect(() => lockDirectory(directory)).toThrow(LockedError);
  lock.release();
  lockDirectory(directory).release();
});

test('a runtime takes its data directory, and gives it back when it stops or can not start', async () => {
  const config = readConfig({ SANSDELAI_DATA: join(home, 'runtime'), LOG_LEVEL: 'silent' });
  const runtime = await openRuntime(config, realTime, silent, []);
  await expect(openRuntime(config, realTime, silent, [])).rejects.toBeInstanceOf(LockedError);
  expect(await runtime.problems()).toEqual({});
  await runtime.stop();
  const wrong = { ...config, REDIS_URL: 'redis://127.0.0.1:1' };
  await expect(openRuntime(wrong, realTime, silent, [])).rejects.toMatchObject({ name: 'UnavailableError' });
  const again = await openRuntime(config, realTime, silent, []);
  await again.stop();
});
