import { type Body, openScene, type Scene } from './running.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.end());

const enter = async (minutesAgo: number, more: object = {}): Promise<string> => {
  const order = scene.order('unheard-of', { items: [{ url: 'https://elsewhere.example.org/1' }], ...more });
  const receivedAt = new Date(scene.time.now() - minutesAgo * 60_000).toISOString();
  const { status, body } = await scene.call('POST', '/v1/removal-orders', { order, receivedAt });
  expect(status).toBe(202);
  return body.id;
};
/** Every page of a list, put together. */
async function all(path: string, of: string): Promise<Body[]> {
  const found: Body[] = [];
  for (let next = ''; ; ) {
    const { status, body } = await scene.call('GET', `${path}limit=2${next && `&cursor=${encodeURIComponent(next)}`}`);
    expect(status).toBe(200);
    found.push(...body[of]);
    if (!body.next) return found;
    next = body.next;
  }
}

test('orders are listed by the time that is left, page by page, and those whose clock stands still after them', async () => {
  const dsa = { instrument: 'dsa9', deadline: new Date(scene.time.now() + 7_200_000).toISOString(), territory: ['FR'] };
  const [late, short, fresh, held, named] = [
    await enter(70),
    await enter(50),
    await enter(1),
    await enter(20),
    await enter(5, dsa),
  ];
  // The same instant twice: which is first is their id's matter, and none is missed at a page's edge.
  const pair = [await enter(30), await enter(30)];
  const explanation = 'The address leads to a list of many posts: which of them?';
  await scene.call('POST', `/v1/removal-orders/${held}/events`, {
    type: 'hold',
    ground: 'insufficient-information',
    explanation,
  });
  const listed = await all('/v1/desk/orders?', 'orders');
  expect(listed.map(({ id }) => (pair.includes(id) ? 'one of two' : id))).toEqual([
    late,
    short,
    'one of two',
    'one of two',
    fresh,
    named,
    held,
  ]);
  expect(new Set(listed.map(({ id }) => id)).size).toBe(7);
  expect(listed[0]).toMatchObject({ waits: ['items', 'scrutiny'], authorityName: 'One', issuingState: 'FR' });
  expect(listed.at(-1)).toMatchObject({ waits: expect.arrayContaining(['clarification', 'form']) });
  const { body } = await scene.call('GET', '/v1/desk/orders?limit=1');
  expect(body.counts).toMatchObject({ open: 7, withinHour: 4, overdue: 1 });

  expect((await all('/v1/desk/orders?show=all&', 'orders')).map(({ id }) => id).sort()).toEqual(
    [late, short, fresh, held, named, ...pair].sort(),
  );
  expect(await all('/v1/desk/orders?instrument=dsa9&', 'orders')).toMatchObject([{ id: named }]);
  expect(await all('/v1/desk/orders?authority=fr-one&', 'orders')).toEqual([]);
  expect(await all('/v1/desk/orders?authority=-&', 'orders')).toHaveLength(7);

  const cases = await all('/v1/desk/cases?', 'cases');
  expect(cases.filter(({ about }) => about === 'scrutiny')).toHaveLength(6);
  // What has to be decided is not closed by having looked.
  expect((await scene.call('POST', `/v1/desk/cases/${cases[0].id}/seen`)).status).toBe(409);
});
