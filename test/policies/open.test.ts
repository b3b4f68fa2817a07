import {
  couldChange,
  decide,
  type Found,
  PolicyError,
  parsePolicy,
  type SignalInfo,
  severerRule,
  withoutAnswer,
} from '../../services/policies/index.js';

const bank: SignalInfo = {
  name: 'known-text',
  labels: ['known-text'],
  evidence: { 'known-text': 'confirmed' },
  cost: 'cheap',
};
const model: SignalInfo = { name: 'text-model', labels: ['ve', 'hate', 'news'], context: ['news'], cost: 'model' };
const pictures: SignalInfo = { name: 'pictures', labels: ['known'], evidence: { known: 'confirmed' }, cost: 'remote' };
const guard: SignalInfo = { name: 'own/guard', labels: ['terror', 'fine'], cost: 'remote' };
const signals = [bank, model, pictures, guard];
const post = { platform: 'acme', language: 'fr', flags: [] };

const policyOf = (...rules: string[]) =>
  parsePolicy(`name: test\nrules:\n${rules.map(rule => `  - { reason: because, ${rule} }\n`).join('')}`, signals);
const problemsOf = (...rules: string[]): readonly string[] => {
  try {
    policyOf(...rules);
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
  return [];
};
const found = (signal: string, label: string, score: number, more: Partial<Found> = {}): Found => ({
  signal,
  label,
  score,
  reason: `${label} ${score}`,
  ...more,
});
const confirmed = { entry: { bank: 'b', id: '1', confirmed: true } };

const remove =
  'name: confirmed, action: remove, when: { finding: { signal: known-text, label: known-text, confirmed: true } }';
const seen = 'name: seen, action: remove, when: { finding: { signal: pictures, label: known, confirmed: true } }';
const ours = 'name: ours, action: review, when: { finding: { signal: "own/*", over: true } }';

describe('what an answer could still lead to', () => {
  const policy = policyOf(remove, seen, ours);
  const could = (signal: SignalInfo, action: 'allow' | 'review' | 'withhold' | 'remove', of = post) =>
    severerRule(policy, of, [], action, signal)?.name;

  test.each([
    [guard, 'allow', 'ours'],
    [guard, 'review', undefined],
    [pictures, 'allow', 'seen'],
    [pictures, 'review', 'seen'],
    [pictures, 'withhold', 'seen'],
    [pictures, 'remove', undefined],
    [model, 'allow', undefined],
  ] as const)('%o, where %s is done so far: %s', (signal, action, rule) => {
    expect(could(signal, action)).toBe(rule);
  });

  test.each([
    ['another language', 'post: { language: en }', undefined],
    ['the language', 'post: { language: fr }', 'narrow'],
    [
      'a score that no language of the post has',
      'finding: { signal: own/guard, label: terror, atLeast: { en: 0.5 } }',
      undefined,
    ],
    ['a label that it never gives', 'finding: { label: ve }', undefined],
    ['an entry, which it never has', 'finding: { confirmed: false }', undefined],
    ['any finding', 'finding: { atLeast: 0.9 }', 'narrow'],
  ])('a rule for %s', (_, when, rule) => {
    const conditions = when.startsWith('post') ? `finding: { signal: own/guard }, ${when}` : when;
    const narrow = policyOf(`name: narrow, action: review, when: { ${conditions} }`);
    expect(severerRule(narrow, post, [], 'allow', guard)?.name).toBe(rule);
  });

  test('"with" narrows which posts are asked about', () => {
    const narrow = policyOf(
      'name: narrow, action: review, when: { finding: { signal: own/guard, label: terror }, with: { signal: text-model, label: ve, atLeast: 0.3 } }',
    );
    const could = (...findings: Found[]) => severerRule(narrow, post, findings, 'allow', guard)?.name;
    expect(could()).toBeUndefined();
    expect(could(found('text-model', 've', 0.2))).toBeUndefined();
    expect(could(found('text-model', 've', 0.3))).toBe('narrow');
    const both = [found('text-model', 've', 0.3), found('own/guard', 'terror', 1)];
    expect(decide(narrow, post, both).action).toBe('review');
    expect(decide(narrow, post, both.slice(1)).action).toBe('allow');
  });

  test('what holds back a rule that would act keeps it from being asked', () => {
    const held = policyOf(`${seen}, unless: { context: true }`);
    const news = found('text-model', 'news', 0.9, { over: true });
    expect(severerRule(held, post, [], 'allow', pictures)?.name).toBe('seen');
    expect(severerRule(held, post, [news], 'allow', pictures)).toBeUndefined();
  });

  test('a model is asked where it could hold back the rule that decides', () => {
    const match = found('known-text', 'known-text', 1, confirmed);
    const could = (...rules: string[]) => {
      const policy = policyOf(...rules);
      return couldChange(policy, post, [match], decide(policy, post, [match]), model);
    };
    expect(could(remove)).toBe(false);
    expect(could(`${remove}, unless: { context: true }`)).toBe(true);
    expect(could(`${remove}, unless: { finding: { signal: text-model, label: hate } }`)).toBe(true);
    expect(could(`${remove}, unless: { post: { platform: other } }`)).toBe(false);
    expect(could('name: look, action: review, when: { finding: { signal: text-model, label: ve } }')).toBe(true);
  });

  test('property: an answer is never severer than what was foretold', () => {
    const policy = policyOf(remove, `${seen}, unless: { context: true }`, ours);
    const answers = [
      [found('own/guard', 'terror', 1, { over: true })],
      [found('own/guard', 'fine', 1)],
      [found('pictures', 'known', 1, confirmed)],
      [found('pictures', 'known', 1, { entry: { ...confirmed.entry, confirmed: false } })],
    ];
    const before = [
      [],
      [found('text-model', 'news', 1, { over: true })],
      [found('known-text', 'known-text', 1, confirmed)],
    ];
    for (const early of before) {
      for (const answer of answers) {
        const signal = signals.find(({ name }) => name === answer[0]?.signal) as SignalInfo;
        const { action } = decide(policy, post, early);
        const after = decide(policy, post, [...early, ...answer]);
        if (!severerRule(policy, post, early, action, signal)) expect(after.action).toBe(action);
      }
    }
  });
});

describe('context protects', () => {
  const policy = policyOf(
    `${remove}, unless: { context: true }`,
    'name: quoted, action: review, when: { finding: { signal: known-text, confirmed: true } }',
  );
  const match = found('known-text', 'known-text', 1, confirmed);

  test.each([
    ['news, by the threshold of the signal', [found('text-model', 'news', 0.6, { over: true })], 'quoted'],
    ['what may be news: protecting takes little', [found('text-model', 'news', 0.05)], 'quoted'],
    ['what is hardly news', [found('text-model', 'news', 0.04)], 'confirmed'],
    ["another signal's word of that name", [found('own/guard', 'news', 1, { over: true })], 'confirmed'],
    ['another label', [found('text-model', 'hate', 1, { over: true })], 'confirmed'],
    ['nothing', [], 'confirmed'],
  ])('%s', (_, findings, rule) => {
    expect(decide(policy, post, [match, ...findings]).rule).toBe(rule);
  });
});

describe('without an answer', () => {
  const policy = policyOf(`${seen}, priority: 1`, `${ours}, priority: 0.3, queue: models`);
  test('a person looks, told why, and nothing else is done', () => {
    expect(withoutAnswer(policy, 'seen', 'pictures', 'no route to it')).toEqual({
      action: 'review',
      rule: 'seen',
      reasons: ['pictures gave no answer (no route to it), which by rule seen could have mattered: because'],
      priority: 0.5,
    });
    expect(withoutAnswer(policy, 'ours', 'own/guard', 'w')).toMatchObject({
      action: 'review',
      priority: 0.3,
      queue: 'models',
    });
    expect(withoutAnswer(policy, 'a rule of before', 'own/guard', 'w')).toMatchObject({
      action: 'review',
      rule: 'a rule of before',
    });
  });
});

describe('a policy is refused', () => {
  test.each([
    [
      'an own model that removes',
      'name: a, action: remove, when: { finding: { signal: own/guard, label: terror } }',
      /^rules\[0\]: remove needs evidence/,
    ],
    [
      'any own model that removes',
      'name: a, action: remove, when: { finding: { signal: "own/*", label: known-text, confirmed: true } }',
      /^rules\[0\]: remove needs evidence/,
    ],
    [
      'an own model that is not declared',
      'name: a, action: review, when: { finding: { signal: own/other } }',
      /there is no signal own\/other/,
    ],
    [
      'a label that the own model has not',
      'name: a, action: review, when: { finding: { signal: own/guard, label: ve } }',
      /signal own\/guard never finds ve/,
    ],
    [
      'an exception by what is asked later',
      'name: a, action: review, when: { finding: { label: ve } }, unless: { finding: { signal: own/guard, label: fine } }',
      /^rules\[0\]\.unless\.finding\.signal: own\/guard is asked after/,
    ],
    [
      'an exception by any own model',
      'name: a, action: review, when: { finding: { label: ve } }, unless: { finding: { signal: "own/*" } }',
      /^rules\[0\]\.unless\.finding\.signal: own\/\* is asked after/,
    ],
    [
      'a narrowing by what is asked later',
      'name: a, action: review, when: { finding: { signal: own/guard }, with: { label: known } }',
      /^rules\[0\]\.when\.with\.label: no signal finds known/,
    ],
    [
      'a narrowing of nothing',
      'name: a, action: review, when: { with: { label: ve } }',
      /^rules\[0\]\.when\.with: needs when\.finding/,
    ],
  ])('%s', (_, rule, problem) => {
    expect(problemsOf(rule)).toEqual(expect.arrayContaining([expect.stringMatching(problem)]));
  });

  test('own models need not be there yet', () => {
    expect(problemsOf(ours)).toEqual([]);
    expect(parsePolicy(`name: test\nrules:\n  - { reason: because, ${ours} }\n`, [bank]).rules).toHaveLength(1);
  });

  test('a wider rule before a narrower one, also with what stands beside', () => {
    const guarded = 'finding: { signal: own/guard }';
    expect(problemsOf(ours.replace(', over: true', ''), `name: b, action: review, when: { ${guarded} }`)).toHaveLength(
      1,
    );
    expect(
      problemsOf(
        `name: a, action: review, when: { ${guarded}, with: { label: ve } }`,
        `name: b, action: review, when: { ${guarded} }`,
      ),
    ).toEqual([]);
    expect(
      problemsOf(
        `name: a, action: review, when: { ${guarded}, context: true }`,
        `name: b, action: review, when: { ${guarded} }`,
      ),
    ).toEqual([]);
  });
});
