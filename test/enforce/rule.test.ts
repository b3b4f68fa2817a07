import { openScene, type Scene } from './setup.js';

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.end());

test('what a rule removed by itself has a case, by which a person brings it back', async () => {
  const id = await scene.post('en');
  await scene.stands(id, 'gone', 'gone');
  const { cases } = await scene.item(id);
  expect(cases).toMatchObject([{ state: 'decided', decision: 'remove', decided_by: 'policy' }]);
  const { status } = await scene.decide(cases[0]?.id ?? '', 'restore');
  expect(status).toBe(201);
  await scene.stands(id, 'public', 'restored');
  expect(scene.platform.pages.get(id)?.removed).toBe(false);
  expect(await scene.clock('review', id)).toBeUndefined();
});
