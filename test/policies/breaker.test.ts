import { limitOf, usualBreaker, usualHours } from '../../services/policies/holds/breaker.js';

const hour = 3600_000;

test('what is usual is told by this hour of the week, and its neighbours, of eight weeks', () => {
  const now = Date.UTC(2026, 10, 22, 13, 15);
  const hours = usualHours(now);
  expect(hours).toHaveLength(24);
  expect(new Set(hours.map(at => new Date(at).getUTCDay()))).toEqual(new Set([new Date(now).getUTCDay()]));
  expect(new Set(hours.map(at => new Date(at).getUTCHours()))).toEqual(new Set([12, 13, 14]));
  expect(Math.max(...hours)).toBeLessThan(now - 6 * 24 * hour);
});

test('a rule that seldom acts is not tripped by little', () => {
  expect(limitOf([])).toBe(usualBreaker.least);
  expect(limitOf(Array.from({ length: 24 }, () => 2))).toBe(usualBreaker.least);
});

test('a burst of the past does not make the next one usual', () => {
  const quiet = Array.from({ length: 24 }, (_, n) => 40 + (n % 5));
  const withBurst = [...quiet.slice(0, 21), 9_000, 9_000, 9_000];
  expect(limitOf(withBurst)).toBeLessThan(1.2 * limitOf(quiet));
});

/** Posts that a rule removes in each minute; the breaker looks after each, and from then on reviewers get them. */
function simulate(minutes: readonly { n: number; right: number }[], limit: number) {
  const outcome = { removedRightly: 0, removedWrongly: 0, heldRightly: 0, heldWrongly: 0, trippedAfter: -1 };
  minutes.forEach(({ n, right }, at) => {
    const good = Math.round(n * right);
    if (outcome.trippedAfter < 0) {
      outcome.removedRightly += good;
      outcome.removedWrongly += n - good;
      if (n > limit) outcome.trippedAfter = at;
    } else {
      outcome.heldRightly += good;
      outcome.heldWrongly += n - good;
    }
  });
  return outcome;
}

/**
 * The breaker sees numbers and nothing else: copies of one true video after an attack, and a rule that suddenly matches the weather report, look alike to
 * it. What it costs in the first case is what it saves in the second.
 */
test('a flash crowd of true copies and a broken rule trip it alike: the one is delayed, the other is spared', () => {
  const limit = limitOf(Array.from({ length: 24 }, () => 20));
  const burst = (right: number) => [20, 25, 400, 2_000, 2_000, 2_000].map(n => ({ n, right }));
  const crowd = simulate(burst(0.999), limit);
  const broken = simulate(burst(0.02), limit);
  expect(crowd.trippedAfter).toBe(2);
  expect(broken.trippedAfter).toBe(2);
  // All but the first two minutes and a half of the crowd wait for a person.
  expect(crowd.heldRightly / (crowd.heldRightly + crowd.removedRightly)).toBeGreaterThan(0.9);
  expect(broken.removedWrongly / (broken.removedWrongly + broken.heldWrongly)).toBeLessThan(0.1);
  // Nothing is dropped.
  for (const one of [crowd, broken])
    expect(one.removedRightly + one.removedWrongly + one.heldRightly + one.heldWrongly).toBe(6_445);
});

test('an ordinary year does not trip it', () => {
  // Poisson numbers around 20 a minute by day and 5 by night, with busy days of three times as many.
  let state = 11;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const poisson = (mean: number): number => {
    let [k, p] = [0, Math.exp(-mean)];
    for (let sum = p, u = random(); u > sum && k < 1_000; sum += p) p *= mean / ++k;
    return k;
  };
  const peakOf = (mean: number): number => Math.max(...Array.from({ length: 60 }, () => poisson(mean)));
  let trips = 0;
  const past: number[][] = Array.from({ length: 168 }, () => []);
  for (let week = 0; week < 52; week++) {
    const busy = random() < 0.1 ? 3 : 1;
    for (let at = 0; at < 168; at++) {
      const mean = (at % 24 < 7 ? 5 : 20) * busy;
      const peak = peakOf(mean);
      const known = [at - 1, at, at + 1].flatMap(near => past[(near + 168) % 168]!.slice(-8));
      if (week >= 2 && peak > limitOf(known)) trips++;
      past[at]!.push(peak);
    }
  }
  expect(trips).toBe(0);
});
