import { Impossible, secretUntil } from '../../services/orders/machine/index.js';
import { t0 } from '../clocks/facts.js';
import { hour, minute, type Step, story, target } from './stories.js';

const day = 24 * hour;

const gone = (n = 1): Step => ({ type: 'item-gone', n, evidence: 'seen from here' });
const sent = (n = 1): Step => ({ type: 'form-sent', n, receipt: 'receipt 1' });
const hold = (ground: 'impossibility' | 'insufficient-information' | 'force-majeure' | 'manifest-errors'): Step => ({
  type: 'hold',
  ground,
  explanation: 'the data centre of this region burns',
});

describe('an order that all verifies', () => {
  test('is executed, answered and shown to the desk without a person', () => {
    const order = story().at(2_000, gone()).at(3_000, sent());
    expect(order.told).toEqual(['received', 'executed', 'answered']);
    expect(order.effects).toEqual([
      'desk executed',
      'remove 1',
      'preserve 1',
      'desk-done decide',
      'desk-done scope',
      'form II',
    ]);
    expect(order.state).toMatchObject({ phase: 'executed', executedAt: order.state.receivedAt + 2_000 });
    expect(order.clock('tco-removal')).toEqual({ state: 'stopped', due: undefined, late: 0 });
    expect(order.clock('tco-feedback')).toMatchObject({ state: 'stopped' });
    expect(order.open()).toEqual([]);
  });

  test.each([
    [-1_000, 0],
    [0, 0],
    [1, 1],
    [1_000, 1],
  ])('gone %i ms after the hour: %i breach', (offset, late) => {
    expect(
      story()
        .at(hour + offset, gone())
        .clock('tco-removal'),
    ).toMatchObject({ state: 'stopped', late });
  });

  test("is not ended by a platform's word, by a form, or by a person who takes it up", () => {
    const order = story().at(1_000, { type: 'item-claimed', n: 1 }, { type: 'taken' });
    expect(order.open()).toContain('tco-removal');
    expect(() => order.at(2_000, sent())).toThrow(Impossible);
    expect(order.clock('tco-removal')).toMatchObject({ state: 'running', due: hour });
  });

  test('that comes back runs again with a whole hour, and needs no second answer', () => {
    const order = story()
      .at(1_000, gone())
      .at(2_000, sent())
      .at(10 * hour, { type: 'item-returned', n: 1 });
    expect(order.clock('tco-removal')).toMatchObject({ state: 'running', due: 11 * hour });
    expect(order.effects.at(-1)).toBe('desk returned');
    order.at(10 * hour + minute, gone());
    expect(order.state).toMatchObject({ phase: 'executed', forms: [{ n: 1 }] });
    expect(order.open()).toEqual([]);
  });

  test('of which nothing is there ends without a figure, and somebody tells the authority', () => {
    const order = story().at(1_000, { type: 'item-not-there', n: 1, evidence: '404' });
    expect(order.state.phase).toBe('nothing-there');
    expect(order.clock('tco-removal')).toMatchObject({ state: 'cancelled' });
    expect(order.effects).toContain('desk nothing-there');
    // It appears after all.
    order.at(minute, { type: 'item-returned', n: 1 });
    expect(order.clock('tco-removal')).toMatchObject({ state: 'running', due: hour + minute });
  });

  test('with several items is executed with the last of them', () => {
    const order = story({ items: ['found', 'found', 'found'] })
      .at(1_000, gone(2))
      .at(2_000, gone(1));
    expect(order.clock('tco-removal')).toMatchObject({ state: 'running' });
    order.at(3_000, { type: 'item-not-there', n: 3, evidence: '404' });
    expect(order.state).toMatchObject({ phase: 'executed', executedAt: order.state.receivedAt + 2_000 });
    expect(order.effects.filter(effect => effect.startsWith('preserve'))).toEqual(['preserve 2', 'preserve 1']);
  });
});

describe('an order that needs a person', () => {
  const doubtful = () => story({ doubts: ['signature'], verified: false });

  test('runs the hour all the same, and somebody has to take it up', () => {
    const order = doubtful();
    expect(order.state.phase).toBe('deciding');
    expect(order.open()).toEqual(['order-desk', 'tco-received-to-gone', 'tco-removal']);
    expect(order.effects).toEqual(['desk decide']);
    order.at(5 * minute + 1);
    expect(order.clock('order-desk')).toMatchObject({ state: 'breached' });
    order.at(6 * minute, { type: 'execute' });
    expect(order.told.slice(-1)).toEqual(['taken']);
    expect(order.effects).toContain('remove 1');
    order.at(7 * minute, gone());
    expect(order.clock('tco-removal')).toMatchObject({ state: 'stopped', late: 0 });
  });

  test('can be found to be none, unless it was checked', () => {
    const order = doubtful().at(minute, { type: 'refuse', note: 'the ministry knows nothing of it' });
    expect(order.state.phase).toBe('refused');
    expect(order.open()).toEqual([]);
    expect(() => story({ doubts: ['item'] }).at(minute, { type: 'refuse', note: 'no' })).toThrow(/checked/);
  });

  test('names a post that is not found: the desk names it, or leaves it', () => {
    const order = story({ doubts: ['item'], items: ['found', 'unknown', 'unknown'] });
    expect(() => order.at(minute, { type: 'execute' })).toThrow(/Item 2/);
    order.at(minute, { type: 'item-named', n: 2, target: target('moved'), moved: true });
    order.at(2 * minute, { type: 'item-left', n: 3, note: 'it is on another site' }, { type: 'execute' });
    expect(order.effects.filter(effect => effect.startsWith('remove'))).toEqual(['remove 1', 'remove 2']);
    order.at(3 * minute, gone(1), gone(2));
    expect(order.state.phase).toBe('executed');
  });

  test('about something that is not public is a question of scope, never done by itself', () => {
    const order = story({ doubts: ['not-public'], items: ['not-public'] });
    expect(order.effects).toEqual(['desk scope', 'desk decide']);
    expect(order.state.items[0]?.phase).toBe('not-public');
    const left = story({ doubts: ['not-public'], items: ['not-public'] });
    left.at(minute, { type: 'item-left', n: 1, note: 'a closed group of eight' });
    expect(left.state.phase).toBe('nothing-there');
    expect(left.open()).toEqual([]);
    order.at(minute, { type: 'execute' });
    expect(order.effects).toContain('remove 1');
  });

  test('because of the number of orders goes on once that is confirmed', () => {
    const order = story({ doubts: ['volume'] });
    expect(order.effects).toEqual(['desk volume', 'desk decide']);
    order.at(minute, { type: 'volume-confirmed' });
    expect(order.state.phase).toBe('executing');
    expect(() => story({ doubts: ['item'] }).at(1, { type: 'volume-confirmed' })).toThrow(Impossible);
    expect(story({ doubts: ['volume', 'item'] }).at(1, { type: 'volume-confirmed' }).state.phase).toBe('deciding');
  });
});

describe('a ground of Article 3(7) or (8)', () => {
  test.each([
    ['impossibility', 'impossible'],
    ['force-majeure', 'impossible'],
    ['manifest-errors', 'unclear'],
    ['insufficient-information', 'unclear'],
  ] as const)('%s holds the order, and Annex III is to be sent', (ground, phase) => {
    const order = story().at(30 * minute, hold(ground));
    expect(order.state.phase).toBe(phase);
    expect(order.effects.at(-1)).toBe('form III');
    expect(order.clock('tco-removal')).toMatchObject({ state: 'suspended' });
    expect(order.clock('tco-inability', 'o1/1')).toMatchObject({ state: 'running', due: 90 * minute });
    order.at(31 * minute, sent());
    expect(order.clock('tco-inability', 'o1/1')).toMatchObject({ state: 'stopped' });
    // Days pass, and no breach.
    order.at(50 * hour);
    expect(order.clock('tco-removal')).toMatchObject({ state: 'suspended', late: 0 });
    order.at(51 * hour, { type: 'release', note: 'it is out' });
    expect(order.clock('tco-removal')).toMatchObject({ state: 'running', due: 52 * hour });
    // The time from first receipt is counted beside it, and stands still for nothing.
    expect(order.clock('tco-received-to-gone')).toMatchObject({ state: 'running' });
    order.at(52 * hour, gone());
    expect(order.clock('tco-removal')).toMatchObject({ state: 'stopped', late: 0 });
    expect(order.clocks.row('tco-received-to-gone', 'o1').seconds).toBe(52 * 3600);
  });

  test('ended a millisecond too late is a breach of the fresh hour', () => {
    const order = story()
      .at(minute, hold('impossibility'))
      .at(5 * hour, { type: 'release', note: 'x' });
    expect(order.at(6 * hour + 1, gone()).clock('tco-removal')).toMatchObject({ late: 1 });
  });

  test('that is stated when the hour is over takes no breach back', () => {
    const order = story().at(hour + 1, hold('impossibility'));
    expect(order.told.at(-1)).toBe('held-late');
    expect(order.clock('tco-removal')).toMatchObject({ state: 'breached' });
    order.at(2 * hour, { type: 'release', note: 'x' }).at(2 * hour + 1, gone());
    expect(order.clock('tco-removal')).toMatchObject({ state: 'stopped', late: 1 });
    const inTime = story().at(hour, hold('impossibility'));
    expect(inTime.told.at(-1)).toBe('held');
  });

  test('can be stated a second time, with a form of its own', () => {
    const order = story()
      .at(minute, hold('impossibility'))
      .at(2 * minute, { type: 'release', note: 'x' })
      .at(3 * minute, hold('manifest-errors'));
    expect(order.state.forms.map(({ form, turn }) => [form, turn])).toEqual([
      ['III', 1],
      ['III', 2],
    ]);
    expect(order.clock('tco-inability', 'o1/2')).toMatchObject({ state: 'running' });
    expect(() => order.at(4 * minute, hold('manifest-errors'))).toThrow(Impossible);
  });

  test('does not hold what goes in the meantime', () => {
    const order = story()
      .at(minute, hold('impossibility'))
      .at(2 * minute, gone());
    expect(order.state.phase).toBe('executed');
    expect(order.clock('tco-removal')).toMatchObject({ state: 'stopped', late: 0 });
  });

  test('is not known to DSA Article 9', () => {
    expect(() => story({ instrument: 'dsa9', due: 0 }).at(1, hold('impossibility'))).toThrow(/Article 9/);
  });
});

describe('DSA Article 9', () => {
  test('keeps the limit that the order names, and not the hour', () => {
    const order = story({ instrument: 'dsa9', due: Date.UTC(2026, 10, 23) });
    expect(order.clock('dsa-order')).toMatchObject({ state: 'running', due: 12 * hour });
    expect(order.clock('tco-removal')).toBeUndefined();
    expect(order.open()).toEqual(['dsa-order']);
    order.at(12 * hour, gone());
    expect(order.clock('dsa-order')).toMatchObject({ late: 0 });
    expect(order.clock('dsa-order-feedback')).toMatchObject({ state: 'running' });
  });

  test('is not looked into by the home State', () => {
    const order = story({ instrument: 'dsa9', due: 0, crossBorder: true });
    expect(() => order.at(1, { type: 'scrutiny-asked', reasons: 'x' })).toThrow(/TCO/);
    expect(order.clock('tco-scrutiny-request')).toBeUndefined();
  });
});

describe('an order of another State', () => {
  const foreign = () => story({ crossBorder: true }).at(1_000, gone());
  const ask: Step = { type: 'scrutiny-asked', reasons: 'it names a news report' };

  test('shows the desk the 48 hours, and the home State has 72', () => {
    const order = foreign();
    expect(order.effects).toContain('desk scrutiny');
    expect(order.clock('tco-scrutiny-request')).toMatchObject({ state: 'running', due: 48 * hour });
    order.at(48 * hour, ask);
    expect(order.clock('tco-scrutiny-request')).toMatchObject({ state: 'stopped' });
    expect(order.clock('tco-scrutiny')).toMatchObject({ state: 'running', due: 120 * hour });
    order.at(100 * hour, { type: 'scrutiny-decided', infringes: false, note: 'decision 5' });
    expect(order.state).toMatchObject({ phase: 'executed', scrutiny: 'no-infringement' });
  });

  test('is asked about in the last millisecond of the 48 hours, and not in the first after', () => {
    expect(() => foreign().at(48 * hour + 1, ask)).toThrow(/48 hours/);
    expect(() => foreign().at(48 * hour, { type: 'scrutiny-waived', lapsed: true })).toThrow(/not over/);
    const order = foreign().at(48 * hour + 1, { type: 'scrutiny-waived', lapsed: true });
    expect(order.state.scrutiny).toBe('lapsed');
    expect(order.clock('tco-scrutiny-request')).toMatchObject({ state: 'cancelled' });
  });

  test('that infringes is void: what it took down comes back', () => {
    const order = foreign()
      .at(hour, { type: 'scrutiny-opened' })
      .at(2 * hour, { type: 'scrutiny-decided', infringes: true, note: 'decision 6' });
    expect(order.state).toMatchObject({ phase: 'lifted', finality: 'void', scrutiny: 'infringement' });
    expect(order.effects).toContain('lift 1');
    expect(order.clock('tco-reinstatement')).toMatchObject({ state: 'running', due: 3 * hour });
    order.at(2 * hour + minute, { type: 'item-restored', n: 1, staysDown: false });
    expect(order.state.phase).toBe('ended');
    expect(order.clock('tco-reinstatement')).toMatchObject({ state: 'stopped', late: 0 });
    expect(order.open()).toEqual([]);
  });

  test('of our own State is a matter of its court', () => {
    expect(() => story().at(1, ask)).toThrow(/court/);
  });
});

describe('an order that binds no more', () => {
  test.each(['annulled', 'withdrawn'] as const)('%s: lifted, whatever it had come to', type => {
    const end: Step = { type, note: 'judgment 12' };
    const early = story({ doubts: ['form'] }).at(minute, end);
    expect(early.state.phase).toBe('ended');
    expect(early.open()).toEqual([]);
    const running = story().at(minute, end);
    expect(running.state.phase).toBe('lifted');
    expect(running.clock('tco-removal')).toMatchObject({ state: 'cancelled' });
    const done = story().at(minute, gone()).at(hour, end);
    expect(done.clock('tco-removal')).toMatchObject({ state: 'stopped' });
    done.at(hour + 1, { type: 'item-restored', n: 1, staysDown: true });
    expect(done.told.at(-1)).toBe('stays-down');
    expect(done.clock('tco-reinstatement')).toMatchObject({ state: 'cancelled' });
    expect(() => done.at(2 * hour, end)).toThrow(Impossible);
  });

  test('final stays in force, and can be lifted still', () => {
    const order = story().at(minute, gone()).at(hour, { type: 'final', note: 'no appeal' });
    expect(order.state).toMatchObject({ phase: 'executed', finality: 'final' });
    expect(() => order.at(2 * hour, { type: 'final', note: 'again' })).toThrow(Impossible);
  });
});

test('a non-disclosure ends once, and may be made longer before', () => {
  const order = story({ sealedUntil: t0 + 10 * day }).at(minute, { type: 'seal-extended', until: t0 + 20 * day });
  expect(order.told).toContain('sealed');
  expect(order.state).toMatchObject({ sealedUntil: t0 + 20 * day, sealExtended: true });
  order.at(2 * minute, { type: 'unsealed' });
  expect(order.effects.at(-1)).toBe('unseal');
  expect(order.clock('tco-non-disclosure')).toMatchObject({ state: 'stopped' });
  expect(() => order.at(3 * minute, { type: 'unsealed' })).toThrow(Impossible);
});

test('TCO Article 11(3) makes it longer once, and by six weeks at the most; never shorter', () => {
  const until = t0 + 42 * day;
  const extend = (to: number) => ({ type: 'seal-extended' as const, until: to });
  expect(() => story({ sealedUntil: until }).at(minute, extend(until))).toThrow(/lasts longer/);
  expect(() => story({ sealedUntil: until }).at(minute, extend(until + 44 * day))).toThrow(/six|6 weeks/);
  const order = story({ sealedUntil: until }).at(minute, extend(until + 42 * day));
  expect(() => order.at(2 * minute, extend(until + 43 * day))).toThrow(/one extension/);
  expect([secretUntil('tco', t0, t0 + 30 * day), secretUntil('tco', t0, t0 + 90 * day)]).toEqual([
    t0 + 30 * day,
    t0 + 43 * day,
  ]);
});

test('of a DSA order the time that its authority names counts, as often as it does, under a clock of its own', () => {
  const order = story({ instrument: 'dsa9', due: t0 + day, sealedUntil: t0 + 90 * day });
  order.at(minute, { type: 'seal-extended', until: t0 + 200 * day });
  order.at(2 * minute, { type: 'seal-extended', until: t0 + 300 * day });
  expect(order.clock('tco-non-disclosure')).toBeUndefined();
  expect(order.clock('dsa-non-disclosure')).toMatchObject({ state: 'running', due: undefined });
  order.at(3 * minute, { type: 'unsealed' });
  expect(order.clock('dsa-non-disclosure')).toMatchObject({ state: 'stopped' });
  expect(secretUntil('dsa9', t0, t0 + 300 * day)).toBe(t0 + 300 * day);
});
