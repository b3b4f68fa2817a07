import { type Obligation, obligations, rulesOf } from '../../services/clocks/obligations.js';
import { type History, isOpen, isPastDue, standing } from '../../services/clocks/standing.js';
import { readConfig } from '../../services/runtime/index.js';

const config = readConfig({ LEGAL_ZONE: 'Europe/Berlin' });
const rules = rulesOf(config);
const hour = 3600_000;
const at = (text: string): number => Date.parse(text);
const winter = '2026-11-22T12:00:00Z';

/** Each limit that has an instant, with its due by hand: [row, start, due]. */
const dues: [string, string, string][] = [
  ['tco-removal', winter, '2026-11-22T13:00:00.000Z'],
  // An hour is an hour, also where the wall skips or repeats one.
  ['tco-removal', '2026-03-29T00:30:00Z', '2026-03-29T01:30:00.000Z'],
  ['tco-removal', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00.000Z'],
  ['tco-scrutiny-request', '2026-10-24T12:00:00Z', '2026-10-26T12:00:00.000Z'],
  ['tco-scrutiny', '2026-03-28T12:00:00Z', '2026-03-31T12:00:00.000Z'],
  ['tco-scrutiny-request-by-author', winter, '2026-11-24T12:00:00.000Z'],
  ['tco-exposed-report', '2026-11-30T12:00:00Z', '2027-02-28T12:00:00.000Z'],
  ['tco-exposed-review', '2026-01-15T12:00:00Z', '2026-04-15T11:00:00.000Z'],
  ['tco-transparency-report', winter, '2027-02-28T22:59:59.999Z'],
  ['tco-complaint', '2026-10-12T07:00:00Z', '2026-10-26T08:00:00.000Z'],
  ['dsa-out-of-court', winter, '2027-02-20T12:00:00.000Z'],
  ['dsa-order', winter, '2026-11-23T12:00:00.000Z'],
  ['order-desk', winter, '2026-11-22T12:05:00.000Z'],
  ['policy-stopped', winter, '2026-11-22T12:01:00.000Z'],
  ['order-volume', winter, '2026-11-22T12:05:00.000Z'],
  ['tco-feedback', winter, '2026-11-22T13:00:00.000Z'],
  ['tco-inability', winter, '2026-11-22T13:00:00.000Z'],
  ['tco-reinstatement', winter, '2026-11-22T13:00:00.000Z'],
  ['dsa-order-feedback', winter, '2026-11-22T13:00:00.000Z'],
  ['threat-to-life', winter, '2026-11-22T13:00:00.000Z'],
  ['order-volume', winter, '2026-11-22T12:05:00.000Z'],
  ['epoc-preserve', winter, '2026-11-22T13:00:00.000Z'],
  ['epoc', '2026-10-21T07:30:00Z', '2026-10-31T08:30:00.000Z'],
  ['epoc-emergency', winter, '2026-11-22T20:00:00.000Z'],
  ['epoc-emergency-objection', '2026-10-24T12:00:00Z', '2026-10-28T12:00:00.000Z'],
  ['epoc-emergency-validation', winter, '2026-11-24T12:00:00.000Z'],
  ['epoc-inability', winter, '2026-11-22T13:00:00.000Z'],
  ['epoc-clarification', winter, '2026-11-27T12:00:00.000Z'],
  ['epoc-third-country', winter, '2026-12-02T12:00:00.000Z'],
  ['epoc-pr-clarification', winter, '2026-11-27T12:00:00.000Z'],
];

describe.each(dues)('%s from %s', (name, start, due) => {
  const from = at(start);
  const clock = (end: number) => {
    const history: History = {
      moments: [
        { id: 'a', kind: 'start', at: from, due: rules.limit(name)?.due(from) as number, route: 'api' },
        { id: 'b', kind: 'stop', at: end },
      ],
    };
    return standing(history);
  };

  test(`is due at ${due}`, () => {
    expect(new Date(rules.limit(name)?.due(from) as number).toISOString()).toBe(due);
  });

  test('is kept in its last second and millisecond, and broken in the first after', () => {
    for (const [offset, late] of [
      [-1000, false],
      [0, false],
      [1, true],
      [1000, true],
    ] as const) {
      expect([offset, clock(at(due) + offset).stretches[0]?.late]).toEqual([offset, late]);
    }
    const running = standing({ moments: [{ id: 'a', kind: 'start', at: from, due: at(due) }] });
    expect([isOpen(running), isPastDue(running, at(due)), isPastDue(running, at(due) + 1)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

const row = (name: string): Obligation => obligations.find(one => one.name === name) as Obligation;

test.each([
  ['tco-preservation', '2026-08-31T10:00:00Z', '2027-02-28T22:59:59.999Z'],
  ['tco-preservation', '2027-08-31T10:00:00Z', '2028-02-29T22:59:59.999Z'],
  ['tco-preservation-extended', '2026-01-15T10:00:00Z', '2026-07-15T21:59:59.999Z'],
  ['dsa-complaint-period', winter, '2027-05-22T21:59:59.999Z'],
  ['tco-non-disclosure', '2026-10-01T10:00:00Z', '2026-11-12T11:00:00.000Z'],
  ['tco-notice', winter, '2026-11-23T00:00:00.000Z'],
])('%s lasts from %s at least to %s, and nobody is warned of its end', (name, start, end) => {
  expect(new Date(row(name).limit?.(config).due(at(start)) as number).toISOString()).toBe(end);
  expect(rules.limit(name)).toBeUndefined();
});

test('every limit by law has its article, and every row that has a limit is in one of the two tables above', () => {
  for (const one of obligations) {
    if (one.setBy === 'law') expect([one.name, one.article]).toEqual([one.name, expect.stringMatching(/Art\. \d/)]);
  }
  const tried = new Set([...dues.map(([name]) => name), 'review', 'removal']);
  expect(obligations.map(({ name }) => name).filter(name => rules.limit(name) && !tried.has(name))).toEqual([]);
  expect(new Set(obligations.map(({ name }) => name)).size).toBe(obligations.length);
});

test("only the provider's duties are promised; what others do is followed", () => {
  const promised = new Set(rules.objectives.map(({ obligation }) => obligation));
  for (const name of ['tco-removal', 'tco-complaint', 'threat-to-life']) expect(promised).toContain(name);
  for (const name of ['tco-scrutiny', 'tco-scrutiny-request', 'dsa-out-of-court']) expect(promised).not.toContain(name);
});

test('a duty ends by what shows it, and by nothing else', () => {
  const told = {
    platform: '',
    postId: '',
    version: 0,
    duty: 'tco-complaint',
    subject: 'c1',
    at: 5,
    by: 'x',
    route: 'r',
  };
  const follow = row('tco-complaint').follows['duty.moved.v1'];
  expect(follow?.({ ...told, happened: 'begun' })).toMatchObject({ kind: 'start', at: 5 });
  expect(follow?.({ ...told, happened: 'done' })).toBeUndefined();
  expect(follow?.({ ...told, happened: 'void' })).toBeUndefined();
  expect(follow?.({ ...told, happened: 'done', evidence: 'letter 7' })).toMatchObject({ kind: 'stop' });
  expect(follow?.({ ...told, duty: 'threat-to-life', happened: 'begun' })).toBeUndefined();
});

test('the fresh hour after a ground is a whole one', () => {
  const start = at(winter);
  const due = (from: number) => rules.limit('tco-removal')?.due(from) as number;
  expect(rules.resumes('tco-removal')).toBe('afresh');
  const clock = standing({
    moments: [
      { id: 'a', kind: 'start', at: start, due: due(start) },
      { id: 'b', kind: 'suspend', at: start + hour - 1 },
      { id: 'c', kind: 'resume', at: start + 30 * hour, due: due(start + 30 * hour) },
    ],
  });
  expect(clock).toMatchObject({ phase: 'running', due: start + 31 * hour, late: 0 });
});
