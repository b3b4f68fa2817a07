import { startTextModel } from '../../services/classify/signals/text-model/index.js';
import { samples } from './samples.js';

export interface Speed {
  batch: number;
  postsPerSecond: number;
}

/**
 * How many posts of 400 bytes a second the text model scores, features and the way to its thread and back included, by batch.
 * Two callers, so that the thread always finds work; for batches of one, a single caller. `seconds` is the time for each size.
 */
export async function textModelSpeed(seconds = 2, batches: readonly number[] = [1, 16, 64, 256]): Promise<Speed[]> {
  const model = await startTextModel();
  const posts = Array.from({ length: 2048 }, (_, i) => ({ text: fourHundredBytes(i) }));
  const speeds: Speed[] = [];
  for (const batch of batches) {
    let scored = 0;
    const call = async (until: number, count: boolean) => {
      while (performance.now() < until) {
        const at = (scored * 7) % (posts.length - batch);
        await model.score(posts.slice(at, at + batch));
        if (count) scored += batch;
      }
    };
    await call(performance.now() + 300, false);
    const started = performance.now();
    const until = started + seconds * 1000;
    await Promise.all(batch === 1 ? [call(until, true)] : [call(until, true), call(until, true)]);
    speeds.push({ batch, postsPerSecond: Math.round((scored * 1000) / (performance.now() - started)) });
  }
  await model.stop();
  return speeds;
}

/** Words of the samples and made-up ones, in an order of its own for each number: a real stream repeats little. */
function fourHundredBytes(seed: number): string {
  const words = samples.slice(0, 5).flatMap(sample => sample.text.split(' '));
  let state = seed + 1;
  let text = '';
  while (Buffer.byteLength(text) < 400) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text +=
      state % 3 === 0
        ? `${(state >>> 8).toString(36).replace(/\d/g, 'e')} `
        : `${words[(state >>> 8) % words.length]} `;
  }
  return Buffer.from(text)
    .subarray(0, 400)
    .toString()
    .replace(/\ufffd/g, '');
}
