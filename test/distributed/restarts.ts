import { setTimeout as pause } from 'node:timers/promises';
import { eventually, type Outcome, outcomes, publicly, standing } from './client.js';
import type { Installation } from './installation.js';
import type { Process } from './process.js';
import { removedOnce } from './removals.js';
import type { Stage } from './stage.js';
import { type Acknowledged, startTraffic, type Traffic } from './traffic.js';

/** Ms within which a process ends that was asked to. */
const graceful = 15_000;

/** Runs `work` while people and a platform send posts. @returns what was acknowledged, once all that was sent is */
async function whilePostsComeIn({ on, acme }: Stage, work: (traffic: Traffic) => Promise<void>): Promise<Acknowledged> {
  const traffic = startTraffic(on, acme);
  try {
    await pause(1_500);
    await work(traffic);
    await pause(1_500);
  } catch (error) {
    traffic.stop().catch(() => undefined);
    throw error;
  }
  return traffic.stop();
}

export async function rolling(stage: Stage): Promise<void> {
  const { on } = stage;
  // Somebody has the live page open.
  const live = await fetch(`${on.url}/console/api/live`);
  expect(live.status).toBe(200);
  const restart = async (one: Process): Promise<void> => {
    const end = await one.end('SIGTERM');
    expect([one.name, end]).toEqual([one.name, { code: 0, signal: null, ms: expect.any(Number) }]);
    expect(end.ms).toBeLessThan(graceful);
    await one.start();
  };
  const posts = await whilePostsComeIn(stage, async traffic => {
    for (const wave of waves(on)) await Promise.all(wave.map(restart));
    expect(traffic.again).toBeGreaterThan(0);
  });
  await live.body?.cancel().catch(() => undefined);
  await allSettled(stage, posts);
}

/** The front, then one replica of everything, then the next: where there are two, one of them is always at work. */
function waves(on: Installation): Process[][] {
  const [front, ...others] = on.processes as [Process, ...Process[]];
  const turns: Process[][] = [[front]];
  for (const one of others) {
    const turn = 1 + on.of(one.services.at(-1) ?? '').indexOf(one);
    turns[turn] = [...(turns[turn] ?? []), one];
  }
  return turns;
}

export async function killed(stage: Stage): Promise<void> {
  const { on, acme } = stage;
  const replicas = ['classify', 'enforce', 'clocks'].map(service => on.of(service));
  const victims = [...new Set(replicas.map(([first]) => first))];
  const startAgain = () => Promise.all(victims.map(one => one.start()));
  // Where others share the work, they go on with it alone; else nobody does until it is back.
  const alone = replicas.every(([, other]) => other === undefined);
  const posts = await whilePostsComeIn(stage, async traffic => {
    // In the middle of many removals: some calls were made, and nobody wrote down their answers.
    const calls = acme.received.length;
    traffic.burst(60);
    await eventually(async () => expect(acme.received.length).toBeGreaterThanOrEqual(calls + 10), 30_000, 2);
    for (const end of await Promise.all(victims.map(one => one.end('SIGKILL')))) expect(end.signal).toBe('SIGKILL');
    if (alone) await startAgain();
  });
  await allSettled(stage, posts);
  if (!alone) await startAgain();
}

/** Every acknowledged post was assessed, and each standard test post removed by one call. */
async function allSettled({ on, acme, read }: Stage, { sandbox, acme: there }: Acknowledged): Promise<void> {
  expect(Math.min(sandbox.test.length, sandbox.mild.length, there.test.length, there.mild.length)).toBeGreaterThan(3);
  const ends = await Promise.all([
    outcomes(on, 'sandbox', [...sandbox.test, ...sandbox.mild]),
    outcomes(on, 'acme', [...there.test, ...there.mild]),
  ]);
  const tests = new Set([...sandbox.test, ...there.test]);
  const odd = ({ id, action, state }: Outcome) =>
    tests.has(id) ? action !== 'remove' || state !== 'gone' : action !== 'allow';
  const [here, elsewhere] = ends as [Outcome[], Outcome[]];
  expect(elsewhere.filter(odd)).toEqual([]);
  // The sandbox is away while its process is: what nobody could see before its removal is not held to be gone (promise 2).
  const unseen: string[] = [];
  for (const outcome of here.filter(odd)) {
    expect(outcome).toMatchObject({ action: 'remove', state: 'not-found' });
    const { evidence } = await standing(on, 'sandbox', outcome.id);
    const before = evidence.filter(({ phase }) => phase === 'before').map(({ verdict }) => verdict);
    expect([outcome.id, new Set(before)]).toEqual([outcome.id, new Set(['unclear'])]);
    unseen.push(outcome.id);
  }
  expect(unseen.length).toBeLessThanOrEqual(Math.ceil(sandbox.test.length / 5));
  removedOnce(
    acme,
    there.test.map(id => ({ id })),
  );
  const calls = await read(`select post_id from sandbox_calls where platform = 'sandbox' and action = 'remove'`);
  const counts = new Map<string, number>();
  for (const { post_id } of calls) counts.set(String(post_id), (counts.get(String(post_id)) ?? 0) + 1);
  expect(sandbox.test.flatMap(id => (counts.get(id) === 1 ? [] : [[id, counts.get(id)]]))).toEqual([]);
  for (const id of sandbox.test.slice(-3)) await publicly(on, id, 410);
  for (const id of sandbox.mild.slice(-3)) await publicly(on, id, 200);
}
