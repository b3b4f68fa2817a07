import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realTime, within } from '../../services/runtime/index.js';
import { acme, acmeFile, secret } from '../platforms/acme.js';
import { openInstallation } from './installation.js';
import { decision, gone, probed, stream } from './removals.js';
import { killed, rolling } from './restarts.js';
import type { Mode, Stage } from './stage.js';
import { tester } from './traffic.js';

/** Secrets that may be in a log; and pauses as short as they may be without anything going another way. */
const common = {
  SANSDELAI_API_KEY: 'an-ingest-key-of-the-tests',
  SANSDELAI_ADMIN_PASSWORD: 'a-password-of-tests',
  ACME_SECRET: secret,
  SANSDELAI_PROBE_EVERY: '2s',
  REMOVAL_LEASE: '5s',
};

/**
 * What has to hold on one machine as on many: the same scenarios, one after another, on one installation.
 * @param further scenarios that only this mode has
 */
export function scenarios(
  open: () => Promise<Mode>,
  further: (scenario: (title: string, run: (stage: Stage) => Promise<void>) => void) => void,
): void {
  let stage: Stage;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sansdelai-platforms-'));
    const site = await acme();
    const platforms = acmeFile(folder, site.origin, `    testAccounts: [${tester}]\n`);
    const mode = await open();
    const settings = { ...common, SANSDELAI_PLATFORMS: platforms, ...mode.settings };
    const on = await openInstallation(settings, mode.groups);
    stage = { on, acme: site, mode, read: mode.record(on) };
  }, 120_000);

  afterAll(async () => {
    await stage?.on.stop();
    await stage?.acme.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const scenario = (title: string, run: (stage: Stage) => Promise<void>): void =>
    test(title, async () => {
      try {
        await within(realTime, 170_000, run(stage), 'the scenario did not end');
        expect(stage.on.processes.flatMap(({ name, died }) => (died ? [`${name} ended by itself`] : []))).toEqual([]);
      } catch (error) {
        for (const one of stage.on.processes) process.stderr.write(`\n=== ${one.name}\n${one.log(60)}\n`);
        throw error;
      }
    }, 180_000);

  scenario('the standard test post is gone, with its evidence, its clocks stopped, its figure published once', gone);
  scenario('every post of a file is accounted for; replicas share the work', stream);
  scenario('a person removes a post, and brings it back', decision);
  further(scenario);
  scenario('every process is stopped and started while posts come in: nothing is lost, nothing removed twice', rolling);
  scenario('processes are killed while posts come in: all settles', killed);
  scenario('the probe has its own figures, and is in no other', probed);
}
