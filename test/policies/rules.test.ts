import { parse } from 'yaml';
import { ruleDifference, textDifference } from '../../services/policies/difference.js';
import {
  decide,
  decideBeside,
  type Found,
  type Judged,
  parsePolicy,
  severerRule,
} from '../../services/policies/index.js';
import { examine, keptPolicy } from '../../services/policies/parse.js';
import { policyJsonSchema } from '../../services/policies/routes.js';
import { inCanary } from '../../services/policies/sample.js';
import { signals } from './signals.js';

/** What a rule can ask of a post and of its account, and on how many of them it acts. */
const textOf = (...rules: string[]): string =>
  `name: test\nrules:\n${rules.map(rule => `  - { reason: because, ${rule} }\n`).join('')}`;
const policyOf = (...rules: string[]) => parsePolicy(textOf(...rules), signals);
const problemsOf = (...rules: string[]) => examine(textOf(...rules), signals).problems;
const post: Judged = { platform: 'acme', id: 'p1', language: 'fr', flags: [], author: { id: 'ann' } };
const model = (label: string, score: number): Found => ({ signal: 'text-model', label, score, reason: 'says so' });

test.each([
  ['an account', 'author: [ann, bob]', {}, { author: { id: 'eve' } }],
  ['posts of it that were removed', 'authorRemoved: 3', { authorRemoved: 3 }, { authorRemoved: 2 }],
  ['parts', 'has: [links, media]', { media: [{}] }, { text: 'words', links: [] }],
  ['an answer', 'reply: true', { inReplyTo: 'p0' }, {}],
  ['no answer', 'reply: false', {}, { inReplyTo: 'p0' }],
  ['many views', 'views: { atLeast: 1000 }', { views: 1000 }, { views: 999 }],
  ['few views', 'views: { below: 1000 }', { views: 0 }, {}],
] as const)('a rule about %s', (_, asked, meets, misses) => {
  const policy = policyOf(`name: one, action: review, when: { post: { ${asked} } }`);
  expect(decide(policy, { ...post, ...meets }, []).rule).toBe('one');
  expect(decide(policy, { ...post, ...misses }, []).rule).toBe('no-rule');
});

test('scores by label: each has its own threshold, and one is enough', () => {
  const policy = policyOf(
    'name: one, action: review, priority: score, when: { finding: { signal: text-model, scores: { ve: 0.5, threat: { en: 0.9, other: 0.3 } } } }',
  );
  const of = (...found: Found[]) => decide(policy, post, found);
  expect(of(model('ve', 0.49), model('threat', 0.29), model('hate', 1)).action).toBe('allow');
  expect(of(model('ve', 0.1), model('threat', 0.3))).toMatchObject({ action: 'review', priority: 0.3 });
  expect(decide(policy, { ...post, language: 'en' }, [model('threat', 0.8)]).action).toBe('allow');
  const late = signals.find(({ name }) => name === 'text-model')!;
  expect(severerRule(policy, post, [], 'allow', late)?.name).toBe('one');
  expect(
    problemsOf('name: one, action: review, when: { finding: { scores: { ve: 0.5 }, atLeast: 0.4 } }'),
  ).toMatchObject([{ path: 'rules[0].when.finding.scores', message: 'stands instead of label and atLeast' }]);
  expect(
    problemsOf('name: one, action: review, when: { finding: { signal: text-model, scores: { hope: 0.5 } } }'),
  ).toHaveLength(1);
});

test('a sample is the same share of posts at every look, another for another rule', () => {
  const rule = (name: string) => `name: ${name}, action: review, sample: 0.05`;
  const [one, two] = [policyOf(rule('one')), policyOf(rule('two'))];
  const ids = Array.from({ length: 20_000 }, (_, n) => `post-${n}`);
  const taken = (policy: typeof one) => ids.filter(id => decide(policy, { ...post, id }, []).action === 'review');
  const [first, other] = [taken(one), taken(two)];
  // Five standard errors around 1,000.
  expect(Math.abs(first.length - 1000)).toBeLessThan(155);
  expect(taken(one)).toEqual(first);
  expect(first.filter(id => other.includes(id)).length).toBeLessThan(120);
  const { id: _, ...nameless } = post;
  expect(decide(one, nameless, []).action).toBe('allow');
  const late = signals.find(({ name }) => name === 'hma')!;
  const costly = policyOf('name: one, action: review, sample: 0.05, when: { finding: { signal: hma } }');
  const asked = ids.filter(id => severerRule(costly, { ...post, id }, [], 'allow', late));
  expect(asked).toEqual(first);
});

test('a canary has its share of the accounts, and a larger share has them too', () => {
  const authors = Array.from({ length: 10_000 }, (_, n) => `a${n}`);
  const of = (share: number, version = 'v@1') => authors.filter(author => inCanary(version, 'acme', author, share));
  expect(Math.abs(of(0.1).length - 1000)).toBeLessThan(150);
  const larger = new Set(of(0.2));
  expect(of(0.1).filter(author => !larger.has(author))).toEqual([]);
  const another = new Set(of(0.1, 'v@2'));
  expect(of(0.1).filter(author => another.has(author)).length).toBeLessThan(160);
});

test('property: what a shadow decides beside another is what it would decide by itself', () => {
  const rules = [
    'name: a, action: remove, when: { finding: { signal: test-post, label: standard-test-post } }',
    'name: b, action: review, when: { finding: { signal: text-model, label: ve, atLeast: 0.5 } }',
    'name: b, action: review, when: { finding: { signal: text-model, label: ve, atLeast: 0.2 } }',
    'name: c, action: review, sample: 0.5, when: { post: { language: fr } }',
    'name: d, action: withhold, when: { finding: { signal: test-post, label: standard-test-post }, post: { language: fr } }',
    'name: e, action: allow',
  ];
  const policies = Array.from({ length: 63 }, (_, n) => rules.filter((__, i) => (n + 1) & (1 << i)))
    .filter(some => examine(textOf(...some), signals).problems.length === 0)
    .map(some => policyOf(...some));
  expect(policies.length).toBeGreaterThan(15);
  const test = { signal: 'test-post', label: 'standard-test-post', score: 1, reason: 'it is' };
  const seen = [[], [model('ve', 0.3)], [model('ve', 0.6)], [test], [test, model('ve', 0.6)]];
  for (const first of policies) {
    for (const second of policies) {
      for (const found of seen) {
        for (const language of ['fr', 'en']) {
          const judged = { ...post, language };
          const decided = decide(first, judged, found);
          expect(decideBeside(first, decided, second, judged, found)).toEqual(decide(second, judged, found));
        }
      }
    }
  }
});

test('queue and time go with the decision', () => {
  const policy = policyOf('name: one, action: review, queue: urgent, within: 30m');
  expect(decide(policy, post, [])).toMatchObject({ queue: 'urgent', within: 1_800_000 });
});

test.each([
  [
    'an exception that always holds',
    'name: a, action: review, when: { post: { language: fr } }, unless: { post: { language: [fr, en] } }',
    'rules[0].unless',
  ],
  [
    'no number of views',
    'name: a, action: review, when: { post: { views: { atLeast: 9, below: 9 } } }',
    'rules[0].when.post.views',
  ],
  ['a time where nobody looks', 'name: a, action: allow, within: 1h', 'rules[0].within'],
  ['a sample of nothing', 'name: a, action: review, sample: 0', 'rules[0].sample'],
] as const)('%s is refused, with the place', (_, rule, path) => {
  expect(problemsOf(rule)).toMatchObject([{ path, line: 3, column: expect.any(Number) }]);
});

test('a rule behind another that takes only a sample can decide; behind one for every post it can not', () => {
  const second = 'name: b, action: review, when: { post: { author: ann } }';
  expect(problemsOf('name: a, action: review, sample: 0.5', second)).toEqual([]);
  expect(problemsOf('name: a, action: review, when: { post: { author: [ann, bob] } }', second)).toHaveLength(1);
  expect(problemsOf('name: a, action: review, when: { post: { author: [bob] } }', second)).toEqual([]);
});

test('a kept policy whose evidence is gone sends to people, and says why', () => {
  const rule = 'name: a, action: remove, when: { finding: { signal: known-text, label: known-text, confirmed: true } }';
  const match: Found = {
    signal: 'known-text',
    label: 'known-text',
    score: 1,
    reason: 'known',
    entry: { bank: 'b', id: '1', confirmed: true },
  };
  const now = signals.map(one => (one.name === 'known-text' ? { name: one.name, labels: one.labels } : one));
  const { policy, problems } = keptPolicy(textOf(rule), now, 'test@1');
  expect(decide(policy, post, [match])).toMatchObject({ action: 'review', rule: 'a' });
  expect(problems.map(({ message }) => message).join()).toContain('remove needs evidence');
  expect(decide(keptPolicy(textOf(rule), signals, 'test@1').policy, post, [match]).action).toBe('remove');
});

test('what differs is said by rule', () => {
  const written = (text: string) => examine(text, signals).written!;
  const [a, b] = [
    textOf('name: a, action: review, priority: 0.5', 'name: b, action: allow', 'name: c, action: review, sample: 0.1'),
    textOf(
      'name: c, action: review, sample: 0.2',
      'name: a, action: review, queue: q',
      'name: d, action: review, sample: 0.5',
    ),
  ];
  expect(ruleDifference(written(a), written(b)).map(({ change, words }) => [change, words])).toEqual([
    ['changed', 'c: sample from 0.1 to 0.2'],
    ['changed', 'a: queue is now asked: q; it stands elsewhere in the order'],
    ['added', 'd is new: review, because: because'],
    ['removed', 'b is gone (it was allow)'],
  ]);
  expect(textDifference({ id: 'x', text: a }, { id: 'y', text: a })).toBe('');
  expect(textDifference({ id: 'x', text: a }, { id: 'y', text: b })).toMatch(/^=+\n--- x\n\+\+\+ y\n@@/);
});

test('JSON is taken as YAML is, and the schema names every field', () => {
  const { written } = examine(textOf('name: a, action: review, within: 2h, sample: 0.5'), signals);
  expect(
    examine(JSON.stringify(parse(textOf('name: a, action: review, within: 2h, sample: 0.5'))), signals).written,
  ).toEqual(written);
  const schema = JSON.stringify(policyJsonSchema());
  for (const field of ['authorRemoved', 'sample', 'within', 'queue', 'scores', 'unless', 'views'])
    expect(schema).toContain(`"${field}"`);
});
