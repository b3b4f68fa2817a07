import { assessAll, SignalError, standardTestPost, textModelSignal } from '../../services/classify/signals/index.js';
import type { Signal } from '../../services/classify/signals/signal.js';
import { testPostSignal } from '../../services/classify/signals/test-post.js';
import type { Post } from '../../services/contracts/index.js';

const post = (id: string, more: Partial<Post> = {}): Post => ({
  id,
  platform: 'sandbox',
  version: 1,
  url: 'https://platform.example/1',
  audience: 'public',
  author: { id: 'alice' },
  createdAt: '2026-11-01T00:00:00Z',
  ...more,
});
const context = { now: 0, testAccounts: { sandbox: 'all' as const, webhook: ['alice'] } };

const echo = (name: string, more: Partial<Signal> = {}): Signal => ({
  name,
  takes: ['text'],
  languages: 'any',
  cost: 'cheap',
  labels: [name],
  version: () => '1',
  assess: async posts => posts.map(({ id }) => [{ signal: name, label: name, score: 1, reason: id }]),
  problem: async () => undefined,
  stop: async () => undefined,
  ...more,
});

describe('the standard test post', () => {
  test.each([
    ['on the sandbox, of anybody', 'sandbox', 'anybody', `so: ${standardTestPost}!`, true],
    ['elsewhere, of an account that is listed', 'webhook', 'alice', standardTestPost, true],
    ['elsewhere, of another account', 'webhook', 'bob', standardTestPost, false],
    ['on a platform that lists none', 'matrix', 'alice', standardTestPost, false],
    ['written otherwise', 'sandbox', 'alice', standardTestPost.toLowerCase(), false],
  ])('%s', async (_, platform, author, text, found) => {
    const [findings] = await testPostSignal.assess([post('1', { platform, author: { id: author }, text })], context);
    expect(findings).toHaveLength(found ? 1 : 0);
    if (found) expect(findings).toMatchObject([{ label: 'standard-test-post', score: 1 }]);
  });
});

describe('the text model as a signal', () => {
  const model = {
    version: 'm1',
    labels: ['ve', 'hate'],
    score: async (posts: readonly { text: string; language?: string }[]) =>
      posts.map(({ text, language }) => ({
        scores: { ve: text.length / 10, hate: 0.1 },
        overThreshold: language === 'fr' ? ['ve'] : [],
      })),
    stop: async () => undefined,
  };

  test('tells every score in words, and which is over its threshold', async () => {
    const [french, other] = await textModelSignal(model).assess(
      [post('1', { text: 'abcdef', language: 'fr' }), post('2', { text: 'abcde' })],
      context,
    );
    expect(french).toEqual([
      {
        signal: 'text-model',
        label: 've',
        score: 0.6,
        reason: 'the text model gives 0.60 for violent extremism, over its threshold',
        over: true,
      },
      { signal: 'text-model', label: 'hate', score: 0.1, reason: 'the text model gives 0.10 for hatred' },
    ]);
    expect(other?.map(({ over }) => over)).toEqual([undefined, undefined]);
  });

  test('says that it fails, until it does its work again', async () => {
    let broken = true;
    const score: typeof model.score = async posts => {
      if (broken) throw new Error('the worker died');
      return model.score(posts);
    };
    const signal = textModelSignal({ ...model, score });
    await expect(signal.assess([post('1', { text: 'a' })], context)).rejects.toThrow('the worker died');
    expect(await signal.problem()).toBe('the worker died');
    broken = false;
    await signal.assess([post('1', { text: 'a' })], context);
    expect(await signal.problem()).toBeUndefined();
  });
});

describe('all signals together', () => {
  test('each is asked of the posts that it takes; findings come back to their posts, in the order of the signals', async () => {
    const signals = [
      echo('text'),
      echo('links', { takes: ['links'] }),
      echo('french', { languages: ['fr'] }),
      echo('anything', { takes: ['author'] }),
    ];
    const posts = [
      post('0', { text: 'a' }),
      post('1', { links: ['https://example.org'] }),
      post('2', { text: 'a', language: 'fr-CA', links: ['https://example.org'] }),
      post('3', { text: 'a', language: 'de' }),
      post('4'),
    ];
    const findings = await assessAll(signals, posts, context);
    expect(findings.map(found => found.map(({ signal }) => signal))).toEqual([
      ['text', 'french', 'anything'],
      ['links', 'anything'],
      ['text', 'links', 'french', 'anything'],
      ['text', 'anything'],
      ['anything'],
    ]);
    expect(findings.flatMap((found, n) => found.map(({ reason }) => reason === String(n)))).not.toContain(false);
  });

  test('one that fails is named: its silence would clear the posts', async () => {
    const broken = echo('broken', { assess: async () => Promise.reject(new Error('no answer')) });
    const failing = assessAll([echo('fine'), broken], [post('1', { text: 'a' })], context);
    await expect(failing).rejects.toThrow(new SignalError('broken', new Error('no answer')).message);
    await expect(failing).rejects.toThrow('signal broken: no answer');
  });

  test('one that answers for fewer posts than it was asked has failed', async () => {
    const short = echo('short', { assess: async () => [] });
    await expect(assessAll([short], [post('1', { text: 'a' })], context)).rejects.toThrow('answered 0 of 1 posts');
  });
});
