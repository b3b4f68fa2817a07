import { beginning, Collector } from '../../services/policies/backtest/batch.js';
import { cell } from '../../services/policies/backtest/csv.js';
import { resultOf, share } from '../../services/policies/backtest/result.js';
import type { Compared } from '../../services/policies/backtest/tally.js';

const post = (n: number, more: object = {}) => ({
  platform: 'acme',
  id: `p${n}`,
  version: 1,
  language: n % 2 ? 'en' : 'de',
  slice: 'acme',
  ...more,
});
const allow = { action: 'allow', rule: 'otherwise' } as const;
const review = { action: 'review', rule: 'model' } as const;
const remove = { action: 'remove', rule: 'known' } as const;
const nothing = () => [];
type Done = Compared['before'];

test('what is counted in pieces, each taken up where the last was kept, is what is counted at once', () => {
  const whole = new Collector(beginning(), []);
  let mark = beginning();
  const listed: { kind: string; pick: number }[] = [];
  for (let from = 0; from < 5_000; from += 700) {
    const piece = new Collector(structuredClone(mark), [...listed]);
    for (let n = from; n < Math.min(5_000, from + 700); n++) {
      for (const one of [whole, piece]) {
        if (n % 10 === 9) one.leave('not asked');
        else one.compare(post(n), n % 3 ? allow : review, n % 5 ? review : remove, nothing);
      }
    }
    const { changes, thinned, ...rest } = piece.take(String(from));
    mark = rest;
    for (const [kind, most] of Object.entries(thinned)) {
      for (const one of listed.filter(old => old.kind === kind && old.pick >= most))
        listed.splice(listed.indexOf(one), 1);
    }
    listed.push(...changes.map(({ kind, pick }) => ({ kind, pick })));
  }
  const all = whole.take('');
  expect(mark.tally).toEqual(all.tally);
  expect(mark.sample).toEqual(all.sample);
  expect(listed.map(({ kind, pick }) => `${kind} ${pick}`).sort()).toEqual(
    all.changes.map(({ kind, pick }) => `${kind} ${pick}`).sort(),
  );
});

test('of many changes of a kind an even sample is listed, and each says for how many it stands', () => {
  const collector = new Collector(beginning(), []);
  for (let n = 0; n < 20_000; n++) collector.compare(post(n), allow, review, nothing);
  for (let n = 0; n < 3; n++) collector.compare(post(n), review, remove, nothing);
  const { changes, sample } = collector.take('');
  const many = changes.filter(({ kind }) => kind === 'allow otherwise > review model');
  expect(changes.length - many.length).toBe(3);
  expect(many.length).toBeLessThanOrEqual(500);
  const stands = many.length / (sample['allow otherwise > review model'] as number);
  expect(Math.abs(stands - 20_000)).toBeLessThan(3_000);
  // Those listed are spread over all of them.
  const english = many.filter(({ change }) => change.language === 'en').length;
  expect(Math.abs(english / many.length - 0.5)).toBeLessThan(0.1);
});

test('confusion is told by label, language and slice, before and after', () => {
  const collector = new Collector(beginning(), []);
  const add = (times: number, truth: 'violating' | 'harmless', before: Done, after: Done) => {
    for (let n = 0; n < times; n++) {
      const label = truth === 'violating' ? 'incites' : 'news';
      collector.compare(post(1, { truth, label, slice: 's' }), before, after, nothing);
    }
  };
  add(30, 'violating', review, remove);
  add(10, 'violating', allow, review);
  add(2, 'harmless', review, remove);
  add(58, 'harmless', allow, allow);
  const { confusion, moves } = resultOf(collector.take('').tally);
  expect(confusion.map(({ by, value }) => `${by} ${value}`)).toEqual([
    'all all',
    'label news',
    'label incites',
    'language en',
    'slice s',
  ]);
  const [all] = confusion;
  expect(all?.before.precision).toMatchObject({ acted: null, flagged: { of: 32, value: 30 / 32 } });
  expect(all?.after.precision.acted).toMatchObject({ of: 32, value: 30 / 32 });
  expect(all?.after.recall).toMatchObject({ acted: { of: 40, value: 0.75 }, flagged: { value: 1 } });
  expect(moves[0]).toEqual({ language: 'en', before: allow, after: allow, posts: 58 });
});

test("a share's interval is Wilson's", () => {
  // Newcombe 1998, table I: 81 of 263.
  expect(share(81, 263)).toMatchObject({ from: expect.closeTo(0.2553, 4), to: expect.closeTo(0.3662, 4) });
  expect(share(0, 0)).toBeNull();
});

test.each([
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ['+1', "'+1"],
  ['-cmd', "'-cmd"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['  =1', "'  =1"],
  ['\t=1', `"'\t=1"`],
  ['\uff1d1', "'\uff1d1"],
  ['plain, with a comma', '"plain, with a comma"'],
  ['line\nbreak', '"line\nbreak"'],
  ['plain', 'plain'],
])('no spreadsheet takes %j for a formula', (text, written) => {
  expect(cell(text)).toBe(written);
});
