import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { harms, labels, ReferenceModel, readWeights } from '../../models/text/index.js';
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
    const posts: { text: string; language?: string }[] = [
      ...samples,
      ...Array.from({ length: 300 }, (_, i) => ({ text: `${samples[i % 6]!.text} ${i} ${i * 7919}` })),
    ];
    const scored = await model.score(posts);
    expect(scored).toHaveLength(posts.length);
    posts.forEach((post, p) => {
      const expected = reference.score(post.text, post.language);
      labels.forEach((label, l) => {
        expect(Math.abs(scored[p]!.scores[label]! - expected[l]!)).toBeLessThan(2e-4);
      });
    });
  });

  test('flags no mild sentence for violent extremism', async () => {
    for (const { overThreshold } of await model.score(samples)) expect(overThreshold).not.toContain('ve');
  });

  test('gives the words behind each score of 0.3 and more of a post that may do harm, where they stand in the text', async () => {
    for (const [p, { scores, spans = {} }] of (await model.score(samples)).entries()) {
      const text = samples[p]!.text;
      const harmful = harms.some(label => scores[label]! >= 0.3);
      for (const [label, score] of Object.entries(scores)) {
        if (label === 'context-other') continue;
        if (harmful && score >= 0.3) expect(spans[label]?.length).toBeGreaterThan(0);
        for (const [start, end] of spans[label] ?? []) expect(text.slice(start, end)).toMatch(/^\S.*\S$|^\S$/u);
      }
    }
  });

  test('tells the context of mild samples: scripture from news, and talk from both', async () => {
    const [news, scripture, talk] = await model.score([
      { text: 'The government published its annual report on the regional economy in 2015.', language: 'en' },
      { text: 'And the Lord is merciful to those who believe and do righteous deeds.', language: 'en' },
      { text: 'lol yeah i was gonna say the same thing dude', language: 'en' },
    ]);
    expect(news!.scores['context-news']).toBeGreaterThan(scripture!.scores['context-news']!);
    expect(news!.scores['context-news']).toBeGreaterThan(talk!.scores['context-news']!);
    expect(scripture!.scores['context-religious']).toBeGreaterThan(0.5);
    expect(talk!.scores['context-other']).toBeGreaterThan(0.9);
  });

  test('gives the same post the same score to the last digit, alone or among others', async () => {
    const posts = Array.from({ length: 500 }, (_, i) => ({
      text: `${samples[i % 6]!.text} ${samples[(i * 7 + 1) % 6]!.text} ${i * 7919}`,
    }));
    const together = await model.score(posts);
    for (let i = 0; i < posts.length; i += 9) expect((await model.score([posts[i]!]))[0]).toEqual(together[i]);
    expect(await model.score(posts.slice(3, 200))).toEqual(together.slice(3, 200));
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
