import { Together } from '../../services/runtime/database/together.js';

/** Commits that end when the test says so; each job is its own result, and a name with `!` can't be committed. */
function scene() {
  const under: { names: readonly string[]; end(): void }[] = [];
  const commit = async (names: readonly string[]): Promise<string[]> => {
    await new Promise<void>(end => under.push({ names, end }));
    const bad = names.find(name => name.includes('!'));
    if (bad) throw new Error(bad);
    return [...names];
  };
  const together = new Together<string, string>({
    lanes: 2,
    from: 2,
    sizeOf: name => name.length,
    most: 6,
    alone: async name => (await commit([name]))[0] ?? '',
    together: commit,
    isOfAll: error => (error as Error).message === 'away!',
  });
  const turn = () => new Promise(resolve => setImmediate(resolve));
  const end = async (n = under.length) => {
    for (const one of under.splice(0, n)) one.end();
    await turn();
  };
  return { together, under, end };
}

test('what comes while a lane is free goes at once and alone; what waits goes together, in the order in which it came', async () => {
  const { together, under, end } = scene();
  const all = Promise.all(['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'longer than all'].map(name => together.commit(name)));
  expect(under.map(({ names }) => names)).toEqual([['aa'], ['bb']]);
  await end(1);
  expect(under.map(({ names }) => names)).toEqual([['bb'], ['cc', 'dd', 'ee']]);
  await end();
  expect(under.map(({ names }) => names)).toEqual([['ff'], ['longer than all']]);
  await end();
  expect(await all).toEqual(['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'longer than all']);
});

test('of a group in which one can not be committed each is tried alone', async () => {
  const { together, under, end } = scene();
  const all = Promise.allSettled(['aa', 'bb', 'cc', 'd!', 'ee'].map(name => together.commit(name)));
  await end(2);
  expect(under.map(({ names }) => names)).toEqual([['cc', 'd!', 'ee']]);
  await end();
  expect(under.map(({ names }) => names)).toEqual([['cc'], ['d!'], ['ee']]);
  await end();
  expect((await all).map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});

test('what befalls all is told to all, and nothing is tried again', async () => {
  const { together, under, end } = scene();
  const all = Promise.allSettled(['aa', 'bb', 'away!', 'c'].map(name => together.commit(name)));
  await end(2);
  expect(under.map(({ names }) => names)).toEqual([['away!', 'c']]);
  await end();
  expect(under).toEqual([]);
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
});
