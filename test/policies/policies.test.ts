import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decide, type Found, loadPolicy, PolicyError, parsePolicy } from '../../services/policies/index.js';
import { fc } from '../property.js';
import { signals } from './signals.js';

const post = { platform: 'sandbox', language: 'fr', flags: [] };

const found = (signal: string, label: string, score: number, more: Partial<Found> = {}): Found => ({
  signal,
  label,
  score,
  reason: `${label} ${score}`,
  ...more,
});
const match = (label: string, confirmed: boolean, score = 1): Found =>
  found(label === 'known-link' ? label : 'known-text', label, score, { entry: { bank: 'b', id: '1', confirmed } });
const media = (label: string, confirmed: boolean): Found =>
  found('known-media', label, 1, { entry: { bank: 'b', id: '1', confirmed } });
const model = (label: string, score: number, over = false): Found =>
  found('text-model', label, score, over ? { over } : {});

const policyOf = (...rules: string[]): string =>
  `name: test\nrules:\n${rules.map(rule => `  - { reason: because, ${rule} }\n`).join('')}`;
const problemsOf = (text: string): readonly string[] => {
  try {
    parsePolicy(text, signals);
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
  return [];
};

describe('the policy that comes with the program', () => {
  const policy = loadPolicy(undefined, signals);

  test.each([
    ['nothing', [], 'allow', 'otherwise', 0],
    ['the standard test post', [found('test-post', 'standard-test-post', 1)], 'remove', 'standard-test-post', 1],
    ['a confirmed text', [match('known-text', true)], 'remove', 'confirmed-text', 1],
    [
      'a confirmed text, changed within its distance',
      [match('known-text-near', true, 0.85)],
      'remove',
      'confirmed-text',
      1,
    ],
    [
      'a confirmed text, changed beyond',
      [match('known-text-similar', true, 0.5)],
      'review',
      'like-confirmed-text',
      0.9,
    ],
    ['a confirmed link', [match('known-link', true)], 'remove', 'confirmed-link', 1],
    ['an imported text', [match('known-text', false)], 'review', 'imported-match', 0.8],
    ['an imported link', [match('known-link', false)], 'review', 'imported-match', 0.8],
    [
      'an imported text beside a confirmed one',
      [match('known-text', false), match('known-text', true)],
      'remove',
      'confirmed-text',
      1,
    ],
    [
      'the text model over its threshold',
      [model('ve', 0.7, true), model('threat', 0.8, true)],
      'review',
      'text-model',
      0.8,
    ],
    ['the text model, certain, under its threshold', [model('ve', 1), model('threat', 1)], 'allow', 'otherwise', 0],
    [
      'a confirmed link, in the manner of news',
      [match('known-link', true), model('news', 0.7, true)],
      'review',
      'confirmed-in-context',
      0.9,
    ],
    [
      'a confirmed link, and a little of that manner',
      [match('known-link', true), model('news', 0.05)],
      'review',
      'confirmed-in-context',
      0.9,
    ],
    [
      'a confirmed link, and nearly nothing of it',
      [match('known-link', true), model('news', 0.04)],
      'remove',
      'confirmed-link',
      1,
    ],
    ['a confirmed picture', [media('known-media', true)], 'remove', 'confirmed-media', 1],
    [
      'a confirmed picture, in the manner of news',
      [media('known-media', true), model('news', 0.7, true)],
      'review',
      'confirmed-media-in-context',
      0.9,
    ],
    [
      'a picture like a confirmed one, beyond its distance',
      [media('known-media-near', true)],
      'review',
      'like-confirmed-media',
      0.9,
    ],
    ['an imported picture', [media('known-media', false)], 'review', 'imported-match', 0.8],
    [
      'a confirmed text, bare, whatever manner it has',
      [match('known-text', true), model('news', 1, true)],
      'remove',
      'confirmed-text',
      1,
    ],
    [
      'news that quotes a confirmed text',
      [match('known-text-similar', true, 0.5), model('news', 1, true)],
      'review',
      'like-confirmed-text',
      0.9,
    ],
    ['news', [model('news', 1, true)], 'allow', 'otherwise', 0],
    [
      'a model of the operator’s own, over its threshold',
      [found('own/guard', 'terror', 0.7, { over: true })],
      'review',
      'own-model',
      0.7,
    ],
    [
      'a model of the operator’s own, certain, without a threshold',
      [found('own/guard', 'terror', 1, { over: false })],
      'allow',
      'otherwise',
      0,
    ],
    ['a term that asks for review', [found('terms', 'term-review', 1)], 'review', 'listed-term', 0.2],
    ['a term that is only shown', [found('terms', 'term', 1)], 'allow', 'otherwise', 0],
    ['what HMA knows', [found('hma', 'hma', 0.9)], 'review', 'hma-match', 0.8],
    [
      'hatred over its threshold',
      [model('hate', 0.99, true), model('weak', 0.99, true), model('any', 0.99, true)],
      'allow',
      'otherwise',
      0,
    ],
  ] as const)('%s', (_, findings, action, rule, priority) => {
    expect(decide(policy, post, findings)).toMatchObject({ action, rule, priority });
  });

  test('whatever models, terms and lists of others say, it neither removes nor hides', () => {
    const score = fc.record({
      of: fc.constantFrom('text-model', 'terms', 'hma', 'own/guard'),
      label: fc.constantFrom(...signals.filter(({ evidence }) => !evidence).flatMap(({ labels }) => labels)),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      over: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(score), fc.constantFrom('fr', 'en', 'ar', undefined), (scores, language) => {
        const { action } = decide(
          policy,
          { ...post, language },
          scores.map(one => found(one.of, one.label, one.score, { over: one.over })),
        );
        expect(['review', 'allow']).toContain(action);
      }),
    );
  });

  test('says why: the reason of the rule, then what was found', () => {
    const decision = decide(policy, post, [match('known-text', true), model('ve', 0.3), model('ve', 0.2)]);
    expect(decision.reasons).toEqual([expect.stringMatching(/confirmed as terrorist content/), 'known-text 1']);
    expect(decision.scores).toEqual({ 'known-text': 1, ve: 0.3 });
  });
});

describe('deciding', () => {
  const policy = parsePolicy(
    policyOf(
      'name: any-score, action: review, when: { finding: { label: ve, atLeast: 0.5 } }',
      'name: by-language, action: review, when: { finding: { label: hate, atLeast: { fr: 0.6, other: 0.9 } } }',
      'name: only-german, action: review, when: { finding: { label: threat, atLeast: { de: 0.5 } } }',
      'name: late, action: withhold, when: { finding: { label: known-link, confirmed: true } }, unless: { post: { platform: news } }',
      'name: later, action: remove, when: { finding: { label: known-text, confirmed: true }, post: { platform: [sandbox, forum] } }, queue: q',
      'name: flagged, action: review, when: { post: { flags: [backfill] } }, unless: { finding: { label: known-link } }',
    ),
    signals,
  );
  const rule = (findings: Found[], of: Partial<Parameters<typeof decide>[1]> = {}): string =>
    decide(policy, { ...post, ...of }, findings).rule;

  test('the severest action counts, wherever its rule stands', () => {
    expect(rule([model('ve', 0.9), match('known-link', true)])).toBe('late');
    expect(rule([model('ve', 0.9), match('known-link', true), match('known-text', true)])).toBe('later');
  });

  test('of several with one action, the first', () => {
    expect(rule([model('hate', 1), model('ve', 1)])).toBe('any-score');
  });

  test('where no rule is for a post, it is allowed', () => {
    expect(decide(policy, post, [])).toMatchObject({ action: 'allow', rule: 'no-rule' });
  });

  test('scores count from their threshold on, by language', () => {
    expect(rule([model('ve', 0.499)])).toBe('no-rule');
    expect(rule([model('ve', 0.5)])).toBe('any-score');
    expect(rule([model('hate', 0.6)], { language: 'fr-CA' })).toBe('by-language');
    expect(rule([model('hate', 0.6)], { language: 'en' })).toBe('no-rule');
    expect(rule([model('hate', 0.6)], { language: undefined })).toBe('no-rule');
    expect(rule([model('hate', 0.9)], { language: undefined })).toBe('by-language');
    expect(rule([model('threat', 1)], { language: 'en' })).toBe('no-rule');
    expect(rule([model('threat', 0.5)], { language: 'de' })).toBe('only-german');
  });

  test('platforms, flags and exceptions count', () => {
    expect(rule([match('known-text', true)], { platform: 'forum' })).toBe('later');
    expect(rule([match('known-text', true)], { platform: 'news' })).toBe('no-rule');
    expect(rule([match('known-link', true)], { platform: 'news' })).toBe('no-rule');
    expect(rule([], { flags: ['not-public', 'backfill'] })).toBe('flagged');
    expect(rule([match('known-link', false)], { flags: ['backfill'] })).toBe('no-rule');
  });

  test('one finding has to meet all that is asked, not several together', () => {
    const both = parsePolicy(
      policyOf('name: a, action: review, when: { finding: { label: ve, atLeast: 0.9, over: true } }'),
      signals,
    );
    expect(decide(both, post, [model('ve', 0.5, true), model('ve', 0.95)]).rule).toBe('no-rule');
    expect(decide(both, post, [model('ve', 0.95, true)]).rule).toBe('a');
  });

  test('is pure: the same in, the same out, and what came in is as it was', () => {
    const finding = fc.oneof(
      fc
        .record({ label: fc.constantFrom('known-text', 'known-link'), confirmed: fc.boolean() })
        .map(one => match(one.label, one.confirmed)),
      fc
        .record({ label: fc.constantFrom('ve', 'hate', 'threat'), score: fc.double({ min: 0, max: 1, noNaN: true }) })
        .map(one => model(one.label, one.score)),
    );
    const frozen = (findings: Found[]): Found[] => Object.freeze(findings.map(one => Object.freeze(one))) as Found[];
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 6 }), findings => {
        const one = decide(Object.freeze(policy), Object.freeze({ ...post }), frozen(findings));
        expect(decide(policy, post, structuredClone(findings))).toEqual(one);
        const more = decide(policy, post, [...findings, match('known-text', true)]);
        expect(more.action).toBe('remove');
      }),
    );
  });

  test('takes bounded time for ten thousand findings', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => model('ve', n / 10_000));
    const start = performance.now();
    decide(policy, post, many);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('a policy is refused', () => {
  const needs =
    /^rules\[0\]: (remove|withhold) needs evidence, so when\.finding has to name standard-test-post, or known-text with confirmed: true/;
  test.each([
    ['removal for any post', 'name: a, action: remove'],
    [
      'removal by a text score',
      'name: a, action: remove, when: { finding: { signal: text-model, label: ve, atLeast: 1 } }',
    ],
    [
      'hiding by a text score',
      'name: a, action: withhold, when: { finding: { signal: text-model, label: [ve], over: true } }',
    ],
    ['removal by an entry nobody confirmed', 'name: a, action: remove, when: { finding: { label: known-text } }'],
    [
      'removal by an imported entry',
      'name: a, action: remove, when: { finding: { label: known-text, confirmed: false } }',
    ],
    [
      'removal beyond the confirmed distance',
      'name: a, action: remove, when: { finding: { label: known-text-similar, confirmed: true } }',
    ],
    [
      'removal by evidence or a score',
      'name: a, action: remove, when: { finding: { label: [known-text, ve], confirmed: true } }',
    ],
    [
      'removal by whatever was confirmed',
      'name: a, action: remove, when: { finding: { signal: known-text, confirmed: true } }',
    ],
    ['removal by platform', 'name: a, action: remove, when: { post: { platform: sandbox } }'],
    ['removal unless there is evidence', 'name: a, action: remove, unless: { finding: { label: standard-test-post } }'],
  ])('%s is no evidence', (_, rule) => {
    expect(problemsOf(policyOf(rule))).toEqual([expect.stringMatching(needs)]);
  });

  test.each([
    [
      'an unknown signal',
      'name: a, action: review, when: { finding: { signal: oracle } }',
      /^rules\[0\]\.when\.finding\.signal: there is no signal oracle \(there are test-post, /,
    ],
    [
      'an unknown label',
      'name: a, action: review, when: { finding: { label: [ve, evil] } }',
      /^rules\[0\]\.when\.finding\.label: no signal finds evil/,
    ],
    [
      "another signal's label",
      'name: a, action: review, when: { finding: { signal: known-link, label: ve } }',
      /signal known-link never finds ve/,
    ],
    [
      'an unknown label in an exception',
      'name: a, action: review, unless: { finding: { label: evil } }',
      /^rules\[0\]\.unless\.finding\.label/,
    ],
    [
      'a confirmation that can not be',
      'name: a, action: review, when: { finding: { signal: text-model, confirmed: true } }',
      /^rules\[0\]\.when\.finding\.confirmed/,
    ],
    [
      'languages that exclude each other',
      'name: a, action: review, when: { finding: { atLeast: { de: 0.5 } }, post: { language: fr } }',
      /^rules\[0\]\.when\.finding\.atLeast/,
    ],
    ['an exception for all', 'name: a, action: review, unless: {}', /^rules\[0\]\.unless: holds for every post/],
    ['a priority by no score', 'name: a, action: review, priority: score', /^rules\[0\]\.priority/],
    ['an unknown action', 'name: a, action: burn', /^rules\[0\]\.action: /],
    ['an unknown field', 'name: a, action: review, whem: {}', /^rules\[0\]: .*whem/],
    [
      'a score over 1',
      'name: a, action: review, when: { finding: { atLeast: 2 } }',
      /^rules\[0\]\.when\.finding\.atLeast/,
    ],
    ['an unknown flag', 'name: a, action: review, when: { post: { flags: odd } }', /^rules\[0\]\.when\.post\.flags/],
    ['no reason', 'name: a, action: review, reason: ""', /^rules\[0\]\.reason|Map keys must be unique/],
    ['no name', 'action: review', /^rules\[0\]\.name: /],
  ])('%s', (_, rule, problem) => {
    expect(problemsOf(policyOf(rule))).toEqual([expect.stringMatching(problem)]);
  });

  test.each([
    [
      'after one for every post',
      ['name: a, action: review', 'name: b, action: review, when: { finding: { label: ve } }'],
    ],
    [
      'after a wider one',
      [
        'name: a, action: review, when: { finding: { atLeast: 0.5 } }',
        'name: b, action: review, when: { finding: { label: ve, atLeast: 0.6 } }',
      ],
    ],
    [
      'after a wider one by language',
      [
        'name: a, action: review, when: { finding: { atLeast: { fr: 0.5, other: 0.4 } } }',
        'name: b, action: review, when: { finding: { atLeast: { fr: 0.5, en: 0.4, other: 0.7 } } }',
      ],
    ],
    [
      'beside a severer one that is wider',
      [
        'name: b, action: allow, when: { post: { platform: a } }',
        'name: a, action: review, when: { post: { platform: [a, b] } }',
      ],
    ],
    [
      'after itself',
      [
        'name: a, action: review, unless: { post: { platform: a } }',
        'name: b, action: review, unless: { post: { platform: a } }',
      ],
    ],
  ])('a rule that can never decide: %s', (_, rules) => {
    expect(problemsOf(policyOf(...rules))).toEqual([
      expect.stringMatching(/^rules\[[01]\]: can never decide, rule a \(review\) always comes before it$/),
    ]);
  });

  test.each([
    [
      [
        'name: a, action: review, when: { finding: { label: ve, atLeast: 0.6 } }',
        'name: b, action: review, when: { finding: { atLeast: 0.5 } }',
      ],
    ],
    [['name: a, action: review, unless: { post: { platform: a } }', 'name: b, action: review']],
    [
      [
        'name: a, action: review, when: { finding: { atLeast: { fr: 0.5 } } }',
        'name: b, action: review, when: { finding: { atLeast: 0.6 } }',
      ],
    ],
    [
      [
        'name: a, action: review, when: { finding: { label: ve, over: true } }',
        'name: b, action: review, when: { finding: { label: ve, atLeast: 0.9 } }',
      ],
    ],
    [['name: a, action: allow', 'name: b, action: review, when: { finding: { label: ve } }']],
  ])('but not one that sometimes decides: %s', rules => {
    expect(problemsOf(policyOf(...rules))).toEqual([]);
  });

  test('two rules of one name, each problem by its path', () => {
    const problems = problemsOf(
      policyOf(
        'name: a, action: review, when: { post: { platform: x } }',
        'name: a, action: withhold, when: { post: { platform: y } }',
      ),
    );
    expect(problems).toEqual([
      expect.stringMatching(/^rules\[1\]\.name: another rule is called a/),
      expect.stringMatching(/^rules\[1\]: withhold needs evidence/),
    ]);
  });

  test.each([
    ['not YAML', 'name: [', /line 1/],
    ['empty', '', /^the file: /],
    ['a list', '- a', /^the file: /],
    ['no rules', 'name: a\nrules: []', /^rules: /],
    [
      'an alias that grows',
      `a: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
        .split('')
        .map((key, n) => `${key}: &${key} [${`*${'abcdefgh'[n]}, `.repeat(10)}]`)
        .join('\n')}`,
      /alias/,
    ],
    ['far too long', `name: a # ${'x'.repeat(2_000_000)}`, /longer/],
  ])('a file that is %s', (_, text, problem) => {
    expect(problemsOf(text)[0]).toMatch(problem);
  });
});

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'own.yaml');
  const text = policyOf('name: a, action: review, when: { finding: { label: ve } }');

  test('is read, and its version follows from its bytes', () => {
    writeFileSync(file, text);
    const policy = loadPolicy(file, signals);
    expect(policy.version).toMatch(/^test@[0-9a-f]{12}$/);
    writeFileSync(file, text.replace('review', 'allow'));
    expect(loadPolicy(file, signals).version).not.toBe(policy.version);
    writeFileSync(file, text);
    expect(loadPolicy(file, signals)).toEqual(policy);
  });

  test('is named with each problem', () => {
    writeFileSync(file, text.replace('ve', 'evil'));
    expect(() => loadPolicy(file, signals)).toThrow(`Policy ${file} can't be used:\n  rules[0].when.finding.label: `);
  });

  test('that is not there is told', () => {
    expect(() => loadPolicy(join(folder, 'none.yaml'), signals)).toThrow(/ENOENT.*none\.yaml/);
  });
});
