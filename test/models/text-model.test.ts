import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { labels, ReferenceModel, readWeights } from '../../models/text/index.js';
import {
  startTextModel,
  type TextModel,
  TextModelUnavailable,
} from '../../services/classify/signals/text-model/index.js';
import { samples } from './samples.js';

const run = promisify(execFile);

describe('the text model in its worker', () => {
  let model: TextModel;
  beforeAll(async () => {
    model = await startTextModel();
  });
  afterAll(() => model.stop());

  test('names its version and labels', () => {
    expect(model.version).toBe(readWeights().version);
    expect(model.labels).toEqual(labels);
  });

  test('scores as plain JavaScript does', async () => {
    const reference = new ReferenceModel(readWeights());
    const posts = [
      ...samples,
      ...Array.from({ length: 300 }, (_, i) => ({ text: `${samples[i % 6]!.text} ${i} ${i * 7919}` })),
    ];
    const scored = await model.score(posts);
    expect(scored).toHaveLength(posts.length);
    posts.forEach((post, p) => {
      const expected = reference.score(post.text);
      labels.forEach((label, l) => {
        expect(Math.abs(scored[p]!.scores[label]! - expected[l]!)).toBeLessThan(3e-4);
      });
    });
  });

  test('flags no mild sentence for violent extremism', async () => {
    for (const { overThreshold, highlights } of await model.score(samples)) {
      expect(overThreshold).not.toContain('ve');
      expect(highlights).toBeUndefined();
    }
  });

  test('gives a text without words nothing', async () => {
    const [empty] = await model.score([{ text: '  ' }]);
    expect(Object.values(empty!.scores)).toEqual(labels.map(() => 0));
    expect(empty!.overThreshold).toEqual([]);
    expect(await model.score([])).toEqual([]);
  });

  test('answers each caller with its own posts when many call at once', async () => {
    const calls = Array.from({ length: 200 }, (_, i) => samples.slice(i % 5, (i % 5) + 1 + (i % 4)));
    const alone = await Promise.all(samples.map(async post => (await model.score([post]))[0]));
    const together = await Promise.all(calls.map(posts => model.score(posts)));
    calls.forEach((posts, i) => {
      expect(together[i]).toEqual(posts.map(post => alone[samples.indexOf(post)]));
    });
  });

  test('keeps its memory', async () => {
    const posts = Array.from({ length: 256 }, (_, i) => ({
      text: `${'The museum shows old maps of the coast. '.repeat(8)}${i}`,
    }));
    for (let i = 0; i < 40; i++) await model.score(posts);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) await model.score(posts);
    // A forgotten tensor a batch would add over 100 MB.
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(50);
  });
});

describe('when the worker dies', () => {
  const script = new URL('./crashing-worker.js', import.meta.url);

  test.each(['die', 'throw'])(
    'what it held is rejected for another try, and the next posts are scored (%s)',
    async deadly => {
      const model = await startTextModel({ script });
      const expected = await model.score(samples);
      const lost = model.score([{ text: deadly }]);
      await expect(lost).rejects.toBeInstanceOf(TextModelUnavailable);
      expect(await model.score(samples)).toEqual(expected);
      await expect(model.score([{ text: deadly }])).rejects.toThrow(deadly === 'die' ? 'code 7' : 'undefined');
      expect(await model.score(samples)).toEqual(expected);
      await model.stop();
    },
  );

  test('it says so at the start where the weights are missing', async () => {
    await expect(startTextModel({ weights: '/nowhere/at/all' })).rejects.toThrow('/nowhere/at/all');
  });
});

test('a full queue refuses more, and takes posts again once it is shorter', async () => {
  const model = await startTextModel({ queueLimit: 600 });
  const first = model.score(Array.from({ length: 600 }, () => samples[0]!));
  await expect(model.score([samples[1]!])).rejects.toBeInstanceOf(TextModelUnavailable);
  expect(await first).toHaveLength(600);
  expect(await model.score([samples[1]!])).toHaveLength(1);
  await model.stop();
});

test('stopping rejects what waits and what comes', async () => {
  const model = await startTextModel();
  const waiting = model.score(Array.from({ length: 5000 }, () => samples[10]!));
  const refused = expect(waiting).rejects.toBeInstanceOf(TextModelUnavailable);
  await model.stop();
  await refused;
  await expect(model.score(samples)).rejects.toBeInstanceOf(TextModelUnavailable);
});

test('a process that forgot to stop it ends all the same, once its posts are scored, and prints nothing of its own', async () => {
  const url = new URL('../../services/classify/signals/text-model/index.js', import.meta.url).href;
  const program = `import { startTextModel } from '${url}';
    const model = await startTextModel();
    const [scored] = await model.score([{ text: 'The ferry leaves at nine.' }]);
    process.stdout.write(String(Object.keys(scored.scores).length));`;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 });
  expect(stdout).toBe(String(labels.length));
  expect(stderr).toBe('');
});
