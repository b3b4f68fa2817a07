import { obligations, rulesOf } from '../../services/clocks/index.js';
import { type DutyMoved, eventId } from '../../services/contracts/index.js';
import { readConfig } from '../../services/runtime/index.js';
import type { Told } from './facts.js';
import { clocksInMemory } from './in-memory.js';

const [hour, day] = [3600_000, 24 * 3600_000];
/** Received on a Wednesday, three days before clocks are put back in Brussels. */
const t0 = Date.parse('2026-10-21T09:30:00+02:00');
const config = readConfig({ LEGAL_ZONE: 'Europe/Brussels' });
const rules = rulesOf(config);

const duty = (duty: string, happened: DutyMoved['happened'], at: number, evidence?: string): Told => ({
  id: eventId('of-one', `${duty}/${happened}/${at}`),
  fact: {
    type: 'duty.moved.v1',
    data: {
      ...{ platform: '', postId: '', version: 0, duty, subject: 'epoc-1', happened, at: t0 + at },
      ...{ by: 'a person', route: 'e-codex', ...(evidence === undefined ? {} : { evidence }) },
    },
  },
});

test.each([
  ['epoc-notified', '2026-10-31T09:30:00+01:00'],
  ['epoc-pr', '2026-12-20T23:59:59.999+01:00'],
  ['epoc-pr-extended', '2026-11-20T23:59:59.999+01:00'],
])('%s lasts at least to %s, and nobody is warned of its end', (name, end) => {
  const limit = obligations.find(one => one.name === name)?.limit?.(config);
  expect(new Date(limit?.due(t0) ?? 0).toISOString()).toBe(new Date(end).toISOString());
  expect(rules.limit(name)).toBeUndefined();
});

const clocks = () => clocksInMemory({ LEGAL_ZONE: 'Europe/Brussels' });

test('an order that has to be mended stands still until the answer is there, and goes on with what was left', () => {
  const kept = clocks();
  kept.take([duty('epoc', 'begun', 0)], t0);
  const due = kept.row('epoc', 'epoc-1').due_at as number;
  kept.take([duty('epoc', 'suspended', 2 * day, 'Annex III of 23 October')], t0 + 2 * day);
  kept.escalate(t0 + 30 * day);
  expect(kept.row('epoc', 'epoc-1')).toMatchObject({ state: 'suspended' });
  kept.take([duty('epoc', 'resumed', 5 * day, 'the answer of 26 October')], t0 + 30 * day);
  expect(kept.row('epoc', 'epoc-1').due_at).toBe(due + 3 * day);
  kept.take([duty('epoc', 'done', 13 * day, 'the receipt')], t0 + 30 * day);
  expect(kept.total('epoc', 'within', 'e-codex')).toBe(1);
});

test('nothing is suspended without what shows it, and an emergency not at all', () => {
  const kept = clocks();
  kept.take([duty('epoc', 'begun', 0), duty('epoc', 'suspended', hour)], t0 + hour);
  expect(kept.row('epoc', 'epoc-1').state).toBe('running');
  kept.take([duty('epoc-emergency', 'begun', 0), duty('epoc-emergency', 'suspended', hour, 'Annex III')], t0 + hour);
  expect(kept.row('epoc-emergency', 'epoc-1').state).toBe('running');
  kept.escalate(t0 + 8 * hour);
  expect(kept.row('epoc-emergency', 'epoc-1').state).toBe('running');
  kept.escalate(t0 + 8 * hour + 1);
  expect(kept.row('epoc-emergency', 'epoc-1').state).toBe('breached');
});

test('what others owe, and what is to last, is in no objective', () => {
  const promised = rules.objectives.map(({ obligation }) => obligation).filter(name => name.startsWith('epoc'));
  expect(promised.sort()).toEqual(['epoc', 'epoc-emergency', 'epoc-inability', 'epoc-preserve']);
});
