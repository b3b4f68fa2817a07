import { type Signal, SignalError } from '../../services/classify/signals/index.js';
import { askAtOnce, type JudgedPost } from '../../services/classify/tiers.js';
import type { Finding } from '../../services/contracts/index.js';
import { parsePolicy, single } from '../../services/policies/index.js';

const post = (text: string, more: Partial<JudgedPost> = {}): JudgedPost => ({
  id: text,
  platform: 'acme',
  version: 1,
  url: 'https://acme.example/1',
  audience: 'public',
  author: { id: 'a' },
  createdAt: '2026-11-01T00:00:00Z',
  text,
  flags: [],
  ...more,
});
const context = { now: 0, testAccounts: {} };

/** A signal that finds each of its labels in the posts that hold the label as a word, and keeps what it was asked. */
const finds = (name: string, labels: string[], more: Partial<Signal> = {}): Signal & { asked: string[] } => {
  const asked: string[] = [];
  return {
    name,
    takes: ['text'],
    languages: 'any',
    cost: 'cheap',
    labels,
    version: () => '1',
    async assess(posts) {
      asked.push(...posts.map(({ text = '' }) => text));
      return posts.map(({ text = '' }) =>
        labels
          .filter(label => text.includes(label))
          .map(
            (label): Finding => ({
              signal: name,
              label,
              score: 1,
              reason: label,
              over: true,
              ...(more.evidence && { entry: { bank: 'b', id: '1', confirmed: true } }),
            }),
          ),
      );
    },
    problem: async () => undefined,
    stop: async () => undefined,
    asked,
    ...more,
  };
};

const bank = () => finds('bank', ['known'], { evidence: { known: 'confirmed' } });
const model = () => finds('model', ['bad', 'news'], { cost: 'model', context: ['news'] });
const pictures = (more: Partial<Signal> = {}) =>
  finds('pictures', ['seen'], { cost: 'remote', evidence: { seen: 'confirmed' }, ...more });
const guard = () => finds('own/guard', ['terror'], { cost: 'remote' });

const rules = {
  known: 'name: known, action: remove, when: { finding: { signal: bank, label: known, confirmed: true } }',
  seen: 'name: seen, action: remove, when: { finding: { signal: pictures, label: seen, confirmed: true } }',
  bad: 'name: bad, action: review, when: { finding: { signal: model, label: bad } }',
  ours: 'name: ours, action: review, when: { finding: { signal: "own/*" } }',
};
const ask = async (signals: Signal[], posts: JudgedPost[], ...written: string[]) => {
  const text = `name: test\nrules:\n${written.map(rule => `  - { reason: because, ${rule} }\n`).join('')}`;
  const found = await askAtOnce(signals, single(parsePolicy(text, signals)), posts, context);
  return found.map(({ decision, open }) => ({
    rule: decision.rule,
    open: open.map(({ signal, rule }) => `${signal.name} by ${rule}`),
  }));
};

test('what is cheap is asked about every post, a model only where it could still change something', async () => {
  const [cheap, middle] = [bank(), model()];
  const found = await ask([cheap, middle], [post('known'), post('bad'), post('fine')], rules.known, rules.bad);
  expect(found.map(({ rule }) => rule)).toEqual(['known', 'bad', 'no-rule']);
  expect(cheap.asked).toEqual(['known', 'bad', 'fine']);
  expect(middle.asked).toEqual(['bad', 'fine']);
});

test('a model that could hold back a removal is asked, and holds it back', async () => {
  const middle = model();
  const posts = [post('known'), post('known, in the news')];
  const found = await ask([bank(), middle], posts, `${rules.known}, unless: { context: true }`);
  expect(found.map(({ rule }) => rule)).toEqual(['known', 'no-rule']);
  expect(middle.asked).toHaveLength(2);
});

test('people who will look are shown what the models say', async () => {
  const middle = model();
  const look = 'name: look, action: review, when: { finding: { signal: bank } }';
  await ask([bank(), middle], [post('known'), post('fine')], look);
  expect(middle.asked).toEqual(['known']);
});

test('costly signals are not asked: it is told which of them could make it severer', async () => {
  const [images, own] = [pictures(), guard()];
  const found = await ask(
    [bank(), model(), images, own],
    [post('fine'), post('bad'), post('known')],
    ...Object.values(rules),
  );
  expect(found).toEqual([
    { rule: 'no-rule', open: ['pictures by seen', 'own/guard by ours'] },
    { rule: 'bad', open: ['pictures by seen'] },
    { rule: 'known', open: [] },
  ]);
  expect([...images.asked, ...own.asked]).toEqual([]);
});

test('of a costly signal only what it takes and wants', async () => {
  const images = pictures({ takes: ['media'], wants: ({ media }) => Boolean(media?.some(({ pdq }) => !pdq)) });
  const media = (more: object) => ({ media: [{ type: 'image/png', url: 'https://a.example/1.png', ...more }] });
  const posts = [post('a', media({})), post('b', media({ pdq: '0'.repeat(64) })), post('c')];
  const found = await ask([images], posts, rules.seen);
  expect(found.map(({ open }) => open.length)).toEqual([1, 0, 0]);
});

test('what is asked at once and fails clears nothing', async () => {
  const broken = { ...model(), assess: () => Promise.reject(new Error('no memory left')) };
  await expect(ask([bank(), broken], [post('fine')], rules.bad)).rejects.toThrow(SignalError);
});
