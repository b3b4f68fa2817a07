import {
  decide,
  type Found,
  factsOf,
  packBasis,
  parsePolicy,
  redecide,
  type SignalInfo,
  unpackBasis,
} from '../../services/policies/index.js';
import { fc } from '../property.js';

const signals: SignalInfo[] = [
  { name: 'bank', labels: ['known'], evidence: { known: 'confirmed' }, cost: 'cheap' },
  { name: 'model', labels: ['ve', 'hate', 'news'], context: ['news'], cost: 'model' },
  { name: 'own/guard', labels: ['terror'], cost: 'remote' },
];
const policyOf = (...rules: string[]) =>
  parsePolicy(`name: test\nrules:\n${rules.map(rule => `  - { reason: because, ${rule} }\n`).join('')}`, signals);
const known = 'name: known, action: remove, when: { finding: { signal: bank, label: known, confirmed: true } }';
const model = (least: number) =>
  `name: model, action: review, when: { finding: { signal: model, label: ve, atLeast: { en: ${least}, other: 0.9 } } }, unless: { context: true }`;
const guard = 'name: guard, action: review, when: { finding: { signal: own/guard, over: true } }';

const finding = fc.record(
  {
    signal: fc.constantFrom('bank', 'model', 'own/guard', 'own/other'),
    label: fc.constantFrom('known', 've', 'hate', 'news', 'constructor', '__proto__'),
    score: fc.integer({ min: 0, max: 10_000 }).map(n => n / 10_000),
    over: fc.constant(true as const),
    entry: fc.record({ bank: fc.constantFrom('', 'b', 'c'), id: fc.constant(''), confirmed: fc.boolean() }),
    reason: fc.constant(''),
  },
  { requiredKeys: ['signal', 'label', 'score', 'reason'] },
);
const where = { platform: 'acme', id: '1' };
/** What policies may ask of a post itself. */
const about = fc.record({
  author: fc.record({ id: fc.constantFrom('a', 'b') }),
  authorRemoved: fc.integer({ min: 0, max: 3 }),
  text: fc.constantFrom(undefined, '', 'words'),
  links: fc.constantFrom(undefined, [], ['https://example.org']),
  media: fc.constantFrom(undefined, [{}]),
  inReplyTo: fc.constantFrom(undefined, '7'),
  views: fc.constantFrom(undefined, 0, 500),
});
const asking = [
  'name: first, action: review, when: { post: { author: b, authorRemoved: 2 } }',
  'name: second, action: review, when: { post: { has: [media, links], reply: true } }',
  'name: third, action: review, when: { post: { views: { atLeast: 100 } }, finding: { bank: b, confirmed: false } }',
  'name: fourth, action: review, sample: 0.5, when: { post: { has: text, reply: false } }',
];
const sorted = (found: readonly Found[]) => found.map(one => JSON.stringify(one, Object.keys(one).sort())).sort();

test('what is kept of an assessment decides as all that was found did', () => {
  const policies = [policyOf(known, model(0.3)), policyOf(model(0.6), guard), policyOf(...asking)];
  fc.assert(
    fc.property(
      fc.array(finding, { maxLength: 12 }),
      fc.constantFrom('en', 'de-AT', undefined),
      about,
      (found, language, told) => {
        const post = { ...where, ...told, language, flags: [] };
        const facts = factsOf(post);
        const basis = {
          language,
          flags: [],
          facts,
          findings: found as Found[],
          takes: [],
          reachedModels: true,
          asked: false,
        };
        const kept = unpackBasis(packBasis(basis));
        expect(sorted(kept.findings)).toEqual(sorted(found as Found[]));
        expect(kept.language).toBe(language);
        expect(kept.facts).toEqual(facts);
        for (const policy of policies) {
          const then = decide(policy, post, found as Found[]);
          const now = redecide(policy, signals, where, kept);
          expect('decision' in now && [now.decision.action, now.decision.rule]).toEqual([then.action, then.rule]);
        }
      },
    ),
    { numRuns: 300 },
  );
});

const basisOf = (more: object) => ({
  facts: factsOf({ ...where, text: 'words', authorRemoved: 0 }),
  language: 'en',
  flags: [],
  findings: [] as Found[],
  takes: ['own/guard'],
  reachedModels: true,
  asked: true,
  ...more,
});

test('what a costly signal answered counts, where it makes it severer', () => {
  const policy = policyOf(guard);
  const terror = { signal: 'own/guard', label: 'terror', score: 0.9, over: true, reason: 'own' };
  expect(redecide(policy, signals, where, basisOf({}), { 'own/guard': { findings: [terror] } })).toMatchObject({
    decision: { action: 'review', rule: 'guard' },
  });
  expect(redecide(policy, signals, where, basisOf({}), { 'own/guard': { findings: [] } })).toMatchObject({
    decision: { action: 'allow' },
  });
  expect(redecide(policy, signals, where, basisOf({}), { 'own/guard': { why: 'away' } })).toMatchObject({
    decision: { action: 'review', rule: 'guard' },
  });
});

test('nothing is guessed: a signal that the policy needs and that was not asked is named', () => {
  expect(redecide(policyOf(guard), signals, where, basisOf({}))).toEqual({ lacking: 'own/guard' });
  expect(redecide(policyOf(known), signals, where, basisOf({}))).toMatchObject({ decision: { action: 'allow' } });
  expect(redecide(policyOf(model(0.5)), signals, where, basisOf({ reachedModels: false }))).toEqual({
    lacking: 'model',
  });
});
