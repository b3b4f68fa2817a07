import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { covers, joined, seesFrom, stateOf } from '../../services/enforce/territory.js';
import { importRegister } from '../../services/orders/register.js';
import { memberStates } from '../../services/orders/settings.js';
import { territoryOf } from '../../services/orders/territory.js';
import { platformsFile, startPlatform } from '../enforce/platform.js';
import { newFolder } from '../ingest/installation.js';
import { until } from '../until.js';
import { openScene, type Scene } from './running.js';

describe('territories', () => {
  test('what covers what, and what two are together', () => {
    expect(covers(null, undefined)).toBe(true);
    expect(covers(null, ['DE'])).toBe(true);
    expect(covers('["DE"]', undefined)).toBe(false);
    expect(covers('["DE","FR"]', ['FR'])).toBe(true);
    expect(covers('["DE"]', ['DE', 'FR'])).toBe(false);
    expect(joined('["DE"]', ['FR', 'DE'])).toBe('["DE","FR"]');
    expect(joined('["DE"]', undefined)).toBeNull();
    expect(joined(null, ['DE'])).toBeNull();
  });

  test('who sees what is gone in a State: who looks from there', () => {
    expect(stateOf('here')).toBeUndefined();
    expect(stateOf('DE-frankfurt')).toBe('DE');
    expect(seesFrom('here', null)).toBe(true);
    expect(seesFrom('here', '["DE"]')).toBe(false);
    expect(seesFrom('DE', '["DE"]')).toBe(true);
    expect(seesFrom('FR-paris', '["DE"]')).toBe(false);
  });

  test('an order for the whole Union is one for everywhere, and so is every order under TCO Article 3', () => {
    expect(territoryOf({ instrument: 'dsa9', territory: memberStates })).toBeUndefined();
    expect(territoryOf({ instrument: 'dsa9', territory: ['DE', 'CH'] })).toEqual(['DE', 'CH']);
    expect(territoryOf({ instrument: 'tco', territory: ['DE'] })).toBeUndefined();
  });
});

async function open(territorial: boolean, vantage: string) {
  const [folder, platform] = [newFolder(), await startPlatform()];
  const file = join(folder, 'own-platforms.yaml');
  writeFileSync(
    file,
    platformsFile(platform.origin).replaceAll(
      '    timeoutSeconds: 1\n',
      `    timeoutSeconds: 1\n    territorial: ${territorial}\n`,
    ),
  );
  platform.seenFrom = stateOf(vantage);
  const scene = await openScene({ SANSDELAI_PLATFORMS: file, SANSDELAI_VANTAGE: vantage }, { folder, platform });
  scene.writeRegister({ instruments: ['tco', 'dsa9'] });
  await importRegister(scene.runtime, join(folder, 'register.json'));
  return {
    scene,
    async close() {
      await scene.end();
      await platform.close();
    },
  };
}
const inGermany = (scene: Scene, id: string) => scene.order(id, { instrument: 'dsa9', territory: ['DE'] });
const say = (scene: Scene, id: string, event: object) => scene.call('POST', `/v1/removal-orders/${id}/events`, event);
const territories = (scene: Scene, id: string) => scene.platform.callsFor(id).map(({ territory }) => territory);

test('a platform that can: it is removed in the State that the order names, and seen gone from there; later everywhere', async () => {
  const { scene, close } = await open(true, 'DE-frankfurt');
  try {
    const id = await scene.post();
    const { body } = await scene.send(inGermany(scene, id));
    expect(body).toMatchObject({ instrument: 'dsa9', doubts: [], automatic: true });
    const done = await scene.phase(body.id, 'executed');
    expect(territories(scene, id)).toEqual([['DE']]);
    expect(done.items).toMatchObject([{ phase: 'gone', evidence: 'seen gone from DE-frankfurt' }]);
    // All Member States are more than it is gone in: the platform is called again.
    const all = await scene.send(scene.order(id));
    await scene.phase(all.body.id, 'executed');
    expect(territories(scene, id)).toEqual([['DE'], 'all']);
    // Less than it is gone in asks nothing of the platform.
    const again = await scene.send(inGermany(scene, id));
    await scene.phase(again.body.id, 'executed');
    expect(territories(scene, id)).toEqual([['DE'], 'all']);
  } finally {
    await close();
  }
});

test('looked at from elsewhere, it is the platform’s word, which ends no clock: a person looks', async () => {
  const { scene, close } = await open(true, 'FR-paris');
  try {
    const id = await scene.post();
    const { body } = await scene.send(inGermany(scene, id));
    await scene.phase(body.id, 'executing');
    const note = 'Looked at from Frankfurt by hand: it can not be read there.';
    const gone = async () => (await say(scene, body.id, { type: 'item-gone', n: 1, note })).status;
    for (let tries = 0; (await gone()) !== 201 && tries < 100; tries++) await new Promise(done => setTimeout(done, 50));
    expect(await scene.phase(body.id, 'executed')).toMatchObject({ items: [{ phase: 'gone', claimed: true }] });
    expect(territories(scene, id)).toEqual([['DE']]);
  } finally {
    await close();
  }
});

test('a platform that can only remove everywhere: the desk is told why, and nothing is removed until it says so', async () => {
  const { scene, close } = await open(false, 'here');
  try {
    const id = await scene.post();
    const { body } = await scene.send(inGermany(scene, id));
    expect(body).toMatchObject({ phase: 'deciding', doubts: ['territory'] });
    expect(await say(scene, body.id, { type: 'execute' })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('only removes everywhere') },
    });
    expect(territories(scene, id)).toEqual([]);
    expect(await say(scene, body.id, { type: 'execute', everywhere: true })).toMatchObject({ status: 201 });
    await scene.phase(body.id, 'executed');
    expect(territories(scene, id)).toEqual(['all']);
    // Named by a person afterwards, where nobody decided about everywhere, it is not called for at all.
    const other = await scene.post();
    const unknown = await scene.send({ ...inGermany(scene, other), items: [{ url: `https://old.example/${other}` }] });
    expect(unknown.body.doubts).toEqual(['item']);
    await say(scene, unknown.body.id, {
      type: 'item-named',
      n: 1,
      target: { platform: 'acme', post: other },
      moved: true,
    });
    expect((await say(scene, unknown.body.id, { type: 'execute' })).status).toBe(201);
    await new Promise(done => setTimeout(done, 500));
    expect(territories(scene, other)).toEqual([]);
    expect(scene.platform.pages.get(other)?.removed).toBe(false);
  } finally {
    await close();
  }
});

describe('a wider order ends while one for less stands', () => {
  const annulled = { type: 'annulled', note: 'The court has annulled it, by its judgment of today.' };
  /** All Member States by one order, Germany by another; then the first is annulled. */
  async function narrow(scene: Scene) {
    const id = await scene.post();
    const all = await scene.send(scene.order(id));
    await scene.phase(all.body.id, 'executed');
    const german = await scene.send(inGermany(scene, id));
    await scene.phase(german.body.id, 'executed');
    expect((await say(scene, all.body.id, annulled)).status).toBe(201);
    return { id, all: all.body.id as string, german: german.body.id as string };
  }
  const reinstatement = async (scene: Scene) =>
    (await scene.call('GET', '/v1/clocks?obligation=tco-reinstatement')).body.clocks.length;

  test('it comes back elsewhere, which is seen from there, and stays down where the other wants it', async () => {
    const { scene, close } = await open(true, 'FR-paris');
    try {
      const { id, all, german } = await narrow(scene);
      const ended = await scene.phase(all, 'ended');
      expect(ended.items).toMatchObject([{ phase: 'restored' }]);
      expect(territories(scene, id)).toEqual(['all', ['DE']]);
      expect(scene.platform.pages.get(id)).toMatchObject({ removed: true, territory: ['DE'] });
      expect(await scene.phase(german, 'executed')).toMatchObject({ items: [{ phase: 'gone' }] });
      await until(async () => (await reinstatement(scene)) === 0, 'the clock of the reinstatement to end');
      // That it can be read from here is as it should be: nobody takes that for its return.
      scene.time.forward(2 * 3600_000);
      await new Promise(done => setTimeout(done, 600));
      await scene.phase(german, 'executed');
      // With the last order it comes back in Germany, too.
      await say(scene, german, annulled);
      await scene.phase(german, 'ended');
      expect(scene.platform.pages.get(id)?.removed).toBe(false);
    } finally {
      await close();
    }
  });

  test('looked at from where it stays down, the platform’s word is all there is: a person looks', async () => {
    const { scene, close } = await open(true, 'DE-frankfurt');
    try {
      const { id, all, german } = await narrow(scene);
      await until(() => scene.platform.pages.get(id)?.territory !== 'all', 'the platform to be told');
      const claimed = await until(async () => {
        const { body } = await scene.call('GET', `/v1/removal-orders/${all}`);
        return body.items[0].claimed && body;
      }, 'the platform’s word');
      expect(claimed).toMatchObject({ phase: 'lifted', items: [{ phase: 'restoring' }] });
      await until(async () => (await reinstatement(scene)) === 1, 'the clock of the reinstatement to run');
      const note = 'Looked at from Paris by hand: it can be read there again.';
      expect((await say(scene, german, { type: 'item-back', n: 1, note })).status).toBe(409);
      expect((await say(scene, all, { type: 'item-back', n: 1, note })).status).toBe(201);
      await scene.phase(all, 'ended');
      await until(async () => (await reinstatement(scene)) === 0, 'the clock of the reinstatement to end');
      expect(await scene.phase(german, 'executed')).toMatchObject({ items: [{ phase: 'gone' }] });
      // Another order for Germany finds it gone there.
      const again = await scene.send(inGermany(scene, id));
      await scene.phase(again.body.id, 'executed');
      expect(territories(scene, id)).toEqual(['all', ['DE']]);
    } finally {
      await close();
    }
  });
});
