import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../../services/cli/client.js';
import { replay } from '../../services/cli/replay.js';
import { standardTestPost } from '../../services/platforms/index.js';
import type { Acme } from '../platforms/acme.js';
import { eventually, outcomes, publicly, type Standing, send, standing, write } from './client.js';
import { type Figures, figuresOf } from './figures.js';
import type { Installation } from './installation.js';
import type { Process } from './process.js';
import type { Stage } from './stage.js';
import { acmePost } from './traffic.js';

export async function gone({ on }: Stage): Promise<void> {
  const id = await write(on, `${standardTestPost} for the first time`);
  await publicly(on, id, 410);
  const ended = expect.arrayContaining([
    expect.objectContaining({ obligation: 'removal', state: 'stopped' }),
    expect.objectContaining({ obligation: 'posted-to-gone', state: 'stopped' }),
  ]);
  const { clocks, evidence } = await stands(on, id, { state: 'gone', grounds: [{ kind: 'policy' }], clocks: ended });
  for (const { seconds } of clocks) expect(seconds).toBeLessThan(30);
  expect(evidence[0]).toMatchObject({ phase: 'before', verdict: 'readable' });
  const last = evidence.at(-1);
  expect(last).toMatchObject({ phase: 'after', verdict: 'gone' });
  expect(new Set(last?.looks.map(({ path }) => path))).toEqual(new Set(['page', 'json', 'latest', 'about']));

  await eventually(async () => {
    const figures = await published(on);
    for (const obligation of ['removal', 'posted-to-gone']) {
      expect(figures.sum('takedown_seconds_count', { obligation, route: 'sandbox' })).toBe(1);
    }
  });
}

/** The figures of the clocks, of the one process that publishes them. */
async function published(on: Installation): Promise<Figures> {
  const all = await Promise.all(on.processes.map(figuresOf));
  const publishing = all.filter(figures => figures.has('takedown_seconds'));
  expect(publishing).toHaveLength(1);
  return publishing[0] as Figures;
}

/** Resolves once the post on the sandbox stands as wanted, and no clock of it runs any more. */
const stands = (on: Installation, id: string, wanted: object): Promise<Standing> =>
  eventually(async () => {
    const found = await standing(on, 'sandbox', id);
    expect(found).toMatchObject(wanted);
    expect(found.clocks.filter(({ state }) => ['running', 'suspended', 'breached'].includes(state))).toEqual([]);
    return found;
  });

export async function stream({ on, acme }: Stage): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-replay-'));
  const posts = Array.from({ length: 400 }, (_, n) => acmePost(acme, n % 20 === 0));
  const file = join(folder, 'posts.jsonl');
  writeFileSync(file, posts.map(post => `${JSON.stringify(post)}\n`).join(''));
  const silent = { total: () => undefined, tick: () => undefined, phase: () => undefined };
  try {
    const report = await replay(on, file, { platform: 'acme', wait: 45_000 }, silent);
    expect(report).toMatchObject({ sent: 400, refused: [], unaccounted: [] });
    expect(report.outcomes.map(({ id }) => id).sort()).toEqual(posts.map(({ id }) => id).sort());
    for (const { id, action, state } of report.outcomes) {
      expect({ id, action, state }).toEqual(
        acme.posts.has(id) ? { id, action: 'remove', state: 'gone' } : { id, action: 'allow', state: undefined },
      );
    }
    removedOnce(acme, posts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const service of ['classify', 'enforce']) {
    for (const replica of on.of(service)) expect(await workOf(replica, service)).toBeGreaterThan(0);
  }
}

/** Events that a process has dealt with in this stage. */
const workOf = async (one: Process, stage: string): Promise<number> =>
  (await figuresOf(one)).sum('pipeline_results_total', { stage }) ?? 0;

/** Each standard test post among these was removed by one call. */
export function removedOnce(acme: Acme, posts: readonly { id: string }[]): void {
  const ids = new Set(posts.map(({ id }) => id).filter(id => acme.posts.has(id)));
  const calls = acme.received.filter(({ type, data }) => type === 'item.remove' && ids.has(data.id));
  expect(calls.map(({ data }) => data.id).sort()).toEqual([...ids].sort());
}

export async function decision({ on }: Stage): Promise<void> {
  const text = 'The hens of the lower farm are looking for a new home, with a dry coop and someone patient.';
  const at = ({ url }: Process) => ({ url, key: on.key });
  const [one, ...others] = on.of('enforce');
  const other = others[0] ?? one;
  await send(at(on.of('classify')[0]), '/v1/banks/rehearsal/entries', { kind: 'text', text, source: 'a rehearsal' });
  // Any replica may get the post; the entry acts in each within a second.
  const id = await eventually(async () => {
    const written = await write(on, text);
    expect(await outcomes(on, 'sandbox', [written])).toMatchObject([{ action: 'review' }]);
    return written;
  });
  const asked = await eventually(async () => {
    const { cases } = await ask<{ cases: { id: string; postId: string; text: string }[] }>(at(one), '/v1/cases');
    const found = cases.find(({ postId }) => postId === id);
    expect(found?.text).toBe(text);
    return found;
  });
  await publicly(on, id, 200);

  const decide = (by: Process, decision: string) =>
    send(at(by), `/v1/cases/${asked?.id}/decisions`, { decision, reason: 'it is a rehearsal' });
  const removed = await decide(one, 'remove');
  await publicly(on, id, 410);
  await stands(on, id, { state: 'gone', grounds: [{ kind: 'decision' }], cases: [{ decision: 'remove' }] });
  expect(await decide(other, 'remove')).toEqual(removed);

  await decide(other, 'restore');
  expect(await publicly(on, id, 200)).toContain('hens of the lower farm');
  const lifted = { kind: 'decision', liftedAt: expect.any(String) };
  const { evidence } = await stands(on, id, { state: 'restored', grounds: [lifted], cases: [{ decision: 'restore' }] });
  expect(evidence.at(-1)).toMatchObject({ phase: 'restored', verdict: 'readable' });
}

export async function probed({ on, acme, read }: Stage): Promise<void> {
  const [probe] = on.of('probe');
  await eventually(async () => {
    const figures = await figuresOf(probe);
    expect(figures.sum('takedown_probe_seconds_count', { route: 'sandbox', stage: 'gone' })).toBeGreaterThan(0);
    expect(figures.sum('takedown_probe_success', { route: 'sandbox' })).toBe(1);
  });
  const [{ probes } = { probes: 0 }] = await read(
    `select count(*) as probes from sandbox_calls where platform = 'sandbox-probe'`,
  );
  expect(Number(probes)).toBeGreaterThan(0);
  await eventually(async () => {
    // What was still under way counts once it has ended.
    const removed = await read(
      `select distinct post_id from sandbox_calls where platform = 'sandbox' and action = 'remove'`,
    );
    // Called for without having been seen; what was not there when it was looked for was never called for.
    const [{ unseen } = { unseen: 0 }] = await read(
      `select count(*) as unseen from removals where state = 'not-found' and called = 1 and platform <> 'sandbox-probe'`,
    );
    const calls = removed.length + acme.received.filter(({ type }) => type === 'item.remove').length;
    // What came back and went again has two figures.
    const [{ again } = { again: 0 }] = await read(
      `select coalesce(sum(reopened), 0) as again from clocks where obligation = 'removal' and counted = 1`,
    );
    const expected = calls - Number(unseen) + Number(again);
    expect((await published(on)).sum('takedown_seconds_count', { obligation: 'removal' })).toBe(expected);
  });
}
