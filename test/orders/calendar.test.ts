import {
  beforeNextYears,
  dateAt,
  endOfDay,
  instantAt,
  plusDays,
  plusMonths,
  wallAt,
} from '../../services/clocks/calendar.js';
import { fc } from '../property.js';

const berlin = 'Europe/Berlin';
const at = (text: string): number => Date.parse(text);

/** By hand, from the calendar: in 2026 clocks go forward on 29 March at 02:00, and back on 25 October at 03:00. */
describe('days and weeks', () => {
  test.each([
    ['a plain week', '2026-05-04T10:00:00+02:00', 7, '2026-05-11T10:00:00+02:00'],
    ['over clocks put forward: 23 hours', '2026-03-28T12:00:00+01:00', 1, '2026-03-29T12:00:00+02:00'],
    ['over clocks put back: 25 hours', '2026-10-24T12:00:00+02:00', 1, '2026-10-25T12:00:00+01:00'],
    ['two weeks over clocks put back', '2026-10-12T09:30:15.250+02:00', 14, '2026-10-26T09:30:15.250+01:00'],
    ['into a time that never comes', '2026-03-28T02:30:00+01:00', 1, '2026-03-29T03:30:00+02:00'],
    ['into a time that comes twice: the first', '2026-10-24T02:30:00+02:00', 1, '2026-10-25T02:30:00+02:00'],
    ['from the second of two: the same wall', '2026-10-25T02:30:00+01:00', 1, '2026-10-26T02:30:00+01:00'],
    ['over the end of a year', '2026-12-24T23:59:59.999+01:00', 14, '2027-01-07T23:59:59.999+01:00'],
    ['over 29 February', '2028-02-22T08:00:00+01:00', 7, '2028-02-29T08:00:00+01:00'],
  ])('%s', (_, from, days, to) => {
    expect(new Date(plusDays(berlin, at(from), days)).toISOString()).toBe(new Date(to).toISOString());
  });
});

describe('months', () => {
  test.each([
    ['six, into summer time', '2026-01-15T10:00:00+01:00', 6, '2026-07-15T10:00:00+02:00'],
    ['six, into winter time', '2026-08-31T10:00:00+02:00', 6, '2027-02-28T10:00:00+01:00'],
    ['six, to 29 February', '2027-08-31T10:00:00+02:00', 6, '2028-02-29T10:00:00+01:00'],
    ['twelve, from 29 February', '2028-02-29T00:00:00+01:00', 12, '2029-02-28T00:00:00+01:00'],
    ['three, to a shorter month', '2026-11-30T23:59:59.999+01:00', 3, '2027-02-28T23:59:59.999+01:00'],
    ['one, over the end of a year', '2026-12-31T12:00:00+01:00', 1, '2027-01-31T12:00:00+01:00'],
    ['by the day of the zone, not of UTC', '2026-05-31T00:30:00+02:00', 1, '2026-06-30T00:30:00+02:00'],
  ])('%s', (_, from, months, to) => {
    expect(new Date(plusMonths(berlin, at(from), months)).toISOString()).toBe(new Date(to).toISOString());
  });
});

test('the end of a day is the last millisecond before the next, also of days of 23 and 25 hours', () => {
  const length = (day: string) => (endOfDay(berlin, at(day)) + 1 - at(day)) / 3600_000;
  expect(length('2026-03-29T00:00:00+01:00')).toBe(23);
  expect(length('2026-10-25T00:00:00+02:00')).toBe(25);
  expect(length('2026-11-22T00:00:00+01:00')).toBe(24);
});

test('before 1 March of the next year, by the zone', () => {
  expect(new Date(beforeNextYears(berlin, at('2027-01-01T00:30:00+01:00'), 3, 1)).toISOString()).toBe(
    '2028-02-29T22:59:59.999Z',
  );
  expect(new Date(beforeNextYears(berlin, at('2026-12-31T23:30:00Z'), 3, 1)).toISOString()).toBe(
    '2028-02-29T22:59:59.999Z',
  );
  expect(dateAt('Pacific/Auckland', at('2026-12-31T11:30:00Z'))).toBe('2027-01-01');
});

const zones = ['Europe/Berlin', 'Europe/Dublin', 'Atlantic/Azores', 'Europe/Helsinki', 'UTC', 'Pacific/Auckland'];
const instants = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });

test('a wall that is real leads back to an instant that shows it', () => {
  fc.assert(
    fc.property(instants, fc.constantFrom(...zones), (instant, zone) => {
      const back = instantAt(zone, wallAt(zone, instant));
      expect(wallAt(zone, back)).toBe(wallAt(zone, instant));
      expect(back === instant || instant - back === 3600_000).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('later is later: no limit of a later start ends before that of an earlier one by more than an hour', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: 0, max: 40 * 86_400_000 }), fc.nat({ max: 14 }), (start, more, months) => {
      const [a, b] = [plusMonths(berlin, start, months), plusMonths(berlin, start + more, months)];
      expect(b).toBeGreaterThan(a - 86_400_000 * 3);
      expect(plusDays(berlin, start + more, 14)).toBeGreaterThanOrEqual(plusDays(berlin, start, 14) - 3600_000);
    }),
    { numRuns: 300 },
  );
});
