import {
  addBankEntry,
  applyChanges,
  type BankEntry,
  confirmBankEntry,
  importEntries,
  listBankEntries,
  readBankChanges,
  readBankEntry,
  readSourceIds,
  removeBankEntry,
  type SourceChange,
} from '../../services/classify/signals/bank/index.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { hashOf, openSite, type Site } from './bank-site.js';

const file = (name: string | number, tags: string[] = []) => ({ kind: 'sha256' as const, hash: hashOf(name), tags });
const listed = (sourceId: string, name: string | number, tags: string[] = []): SourceChange => ({
  sourceId,
  entry: file(name, tags),
});
const withdrawn = (sourceId: string): SourceChange => ({ sourceId, removed: true });

function suite(settings: () => Promise<Record<string, string>>): void {
  let site: Site;
  beforeAll(async () => {
    site = await openSite(await settings());
  });
  afterAll(() => site?.stop());

  /** In the order of the ids that their first source gave them: those of one commit have no other. */
  const entries = async (bank: string): Promise<BankEntry[]> =>
    (await listBankEntries(site.runtime, bank, { limit: 1000 })).sort((a, b) =>
      (a.sources[0]?.id ?? '') < (b.sources[0]?.id ?? '') ? -1 : 1,
    );
  const apply = (bank: string, source: string, ...changes: SourceChange[]) =>
    applyChanges(site.runtime, bank, source, changes);
  const lastChange = async (): Promise<number> =>
    (await readBankChanges(site.runtime, { after: 0, limit: 100_000 })).at(-1)?.change ?? 0;

  test('a list is followed by its own ids: added, changed, moved to another hash, withdrawn', async () => {
    const first = await apply('follow', 'list', listed('1', 'a', ['x']), listed('2', 'b'), listed('3', 'c'));
    expect(first).toEqual({ added: 3, updated: 0, removed: 0, unchanged: 0, refused: [] });
    const next = await apply(
      'follow',
      'list',
      listed('1', 'a', ['y']),
      listed('2', 'd'),
      withdrawn('3'),
      withdrawn('9'),
    );
    expect(next).toEqual({ added: 1, updated: 1, removed: 1, unchanged: 1, refused: [] });
    expect(await entries('follow')).toMatchObject([
      { content: hashOf('a'), tags: ['y'], sources: [{ source: 'list', id: '1' }] },
      { content: hashOf('d'), tags: [], sources: [{ source: 'list', id: '2' }] },
    ]);
    for (const entry of await entries('follow')) expect(entry.confirmedBy).toBeUndefined();
    expect(await readSourceIds(site.runtime, 'follow', 'list')).toEqual(['1', '2']);
  });

  test('the same twice changes nothing, not even the number of the last change', async () => {
    const changes = [listed('1', 'twice-a', ['t']), listed('2', 'twice-b'), withdrawn('3')];
    await apply('twice', 'list', ...changes);
    const before = [await lastChange(), await entries('twice')];
    const again = await apply('twice', 'list', ...changes);
    expect(again).toEqual({ added: 0, updated: 0, removed: 0, unchanged: 3, refused: [] });
    expect([await lastChange(), await entries('twice')]).toEqual(before);
  });

  test('of several changes under one id the last counts', async () => {
    const counts = await apply(
      'order',
      'list',
      listed('1', 'o1'),
      withdrawn('1'),
      listed('1', 'o2'),
      listed('2', 'o3'),
      withdrawn('2'),
    );
    expect(counts).toMatchObject({ added: 1, removed: 0 });
    expect((await entries('order')).map(({ content }) => content)).toEqual([hashOf('o2')]);
  });

  test('what several list stays while one of them does, with the tags of those that do', async () => {
    await apply('shared', 'one', listed('1', 's', ['a', 'b']));
    expect(await apply('shared', 'two', listed('7', 's', ['b', 'c']))).toMatchObject({ added: 0, updated: 1 });
    const [both] = await entries('shared');
    expect(both).toMatchObject({ source: 'one', tags: ['a', 'b', 'c'] });
    expect(both?.sources).toEqual([
      { source: 'one', id: '1' },
      { source: 'two', id: '7' },
    ]);
    expect(await apply('shared', 'one', withdrawn('1'))).toMatchObject({ removed: 0, updated: 1 });
    expect(await entries('shared')).toMatchObject([{ id: both?.id, tags: ['b', 'c'] }]);
    expect(await apply('shared', 'two', withdrawn('7'))).toMatchObject({ removed: 1 });
    expect(await entries('shared')).toEqual([]);
  });

  test('one source that lists the same twice, and withdraws it once, lists it still', async () => {
    await apply('double', 'list', listed('1', 'd'), listed('2', 'd'));
    expect(await apply('double', 'list', withdrawn('1'))).toMatchObject({ removed: 0 });
    expect(await entries('double')).toHaveLength(1);
  });

  test('it lasts as long as the last of them says', async () => {
    const now = Date.now();
    const until = (sourceId: string, expiresAt?: number): SourceChange => ({
      sourceId,
      entry: { ...file('e'), ...(expiresAt && { expiresAt }) },
    });
    await apply('ends', 'one', until('1', now + 60_000));
    await apply('ends', 'two', until('1', now + 90_000));
    expect(await entries('ends')).toMatchObject([{ expiresAt: now + 90_000 }]);
    await apply('ends', 'three', until('1'));
    expect((await entries('ends'))[0]?.expiresAt).toBeUndefined();
    await apply('ends', 'three', withdrawn('1'));
    await apply('ends', 'two', withdrawn('1'));
    expect(await entries('ends')).toMatchObject([{ expiresAt: now + 60_000 }]);
  });

  test('what our own people confirmed goes back to review when its only source withdraws it, and is then ours', async () => {
    await apply('ours', 'list', listed('1', 'u'));
    const [entry] = await entries('ours');
    expect(await confirmBankEntry(site.runtime, 'ours', entry!.id, 'Ada')).toMatchObject({ confirmedBy: 'Ada' });
    expect(await apply('ours', 'list', withdrawn('1'))).toMatchObject({ removed: 0, updated: 1 });
    expect((await entries('ours'))[0]).toMatchObject({ id: entry!.id, sources: [] });
    expect((await entries('ours'))[0]?.confirmedBy).toBeUndefined();
    await apply('ours', 'other', listed('5', 'u'));
    await apply('ours', 'other', withdrawn('5'));
    expect(await entries('ours')).toMatchObject([{ id: entry!.id }]);
  });

  test('what our own people put in stays confirmed, whoever lists and withdraws it', async () => {
    const { entry } = await addBankEntry(site.runtime, 'hand', { ...file('h'), source: 'us' }, 'Ada');
    await apply('hand', 'list', listed('1', 'h', ['tag']));
    await apply('hand', 'list', withdrawn('1'));
    expect(await entries('hand')).toMatchObject([{ id: entry.id, confirmedBy: 'Ada', tags: [] }]);
  });

  test('what our own people took out does not come back under the same id, but by hand', async () => {
    await apply('out', 'list', listed('1', 'q'), listed('2', 'r'));
    for (const { id } of await entries('out')) await removeBankEntry(site.runtime, 'out', id, 'Ada');
    expect(await apply('out', 'list', listed('1', 'q'), listed('2', 'r', ['new']))).toMatchObject({
      added: 0,
      unchanged: 2,
    });
    expect(await entries('out')).toEqual([]);
    const back = await addBankEntry(site.runtime, 'out', { ...file('q'), source: 'list', sourceId: '1' }, 'Ada');
    expect(back.added).toBe(true);
    expect(await apply('out', 'list', listed('2', 'another'))).toMatchObject({ added: 1 });
  });

  test('what is refused is named, and the others are in', async () => {
    const counts = await apply(
      'refused',
      'list',
      listed('1', 'fine'),
      { sourceId: '2', entry: { kind: 'sha256', hash: 'zz' } },
      { sourceId: '3', entry: { kind: 'text', text: 'short' } },
      { sourceId: '4', entry: { kind: 'pdq', hash: '0'.repeat(64) } },
      { sourceId: '5', entry: { kind: 'md5', hash: 'd41d8cd98f00b204e9800998ecf8427e' } },
      { sourceId: 'x'.repeat(400), entry: file('long') },
    );
    expect(counts.added).toBe(1);
    expect(counts.refused.map(({ sourceId, reason }) => [sourceId.slice(0, 3), reason])).toEqual([
      ['2', 'hash: must be 64 hex digits'],
      ['3', 'text: has 5 letters and digits; it takes 8 to name a text'],
      ['4', 'hash: has 0 of 256 bits set, as pictures without content have'],
      ['5', 'hash: is that of an empty file'],
      ['xxx', expect.stringContaining('sourceId')],
    ]);
  });

  test('text that no database keeps as it is can be listed all the same', async () => {
    const text = 'The lantern \0 swung beside \ud800 every single door';
    const change = { sourceId: 'odd\0id', entry: { kind: 'text' as const, text, tags: ['t\ud800'] } };
    expect(await apply('odd', 'list', change)).toMatchObject({ added: 1 });
    expect(await apply('odd', 'list', change)).toMatchObject({ unchanged: 1 });
    expect(await entries('odd')).toMatchObject([
      { content: text.replaceAll('\0', '\ufffd').replaceAll('\ud800', '\ufffd') },
    ]);
    expect(await apply('odd', 'list', { sourceId: 'odd\0id', removed: true })).toMatchObject({ removed: 1 });
  });

  test('many sources at once on the same entries: none is lost, none stays too long', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `c${n}`);
    const sources = ['s1', 's2', 's3', 's4'];
    const all = (source: string) => names.map((name, n) => listed(`${source}-${n}`, name, [source]));
    const none = (source: string) => names.map((_, n) => withdrawn(`${source}-${n}`));
    await Promise.all(sources.map(source => apply('crowd', source, ...all(source))));
    const there = await entries('crowd');
    expect(there).toHaveLength(names.length);
    for (const { tags, sources: by } of there) {
      expect([...tags].sort()).toEqual(sources);
      expect(by).toHaveLength(sources.length);
    }
    await Promise.all([
      ...sources.slice(1).map(source => apply('crowd', source, ...none(source))),
      ...there.map(({ id }) => confirmBankEntry(site.runtime, 'crowd', id, 'Ada')),
    ]);
    const left = await entries('crowd');
    expect(left.map(({ id }) => id).sort()).toEqual(there.map(({ id }) => id).sort());
    for (const { tags, confirmedBy } of left) expect([tags, confirmedBy]).toEqual([['s1'], 'Ada']);
  });

  test('confirming gives the distance, keeps what was confirmed, and refuses what the entry has not', async () => {
    const { runtime } = site;
    await apply('sure', 'list', { sourceId: '1', entry: { kind: 'pdq', hash: hashOf('p') } }, listed('2', 'f'));
    const [picture, other] = await entries('sure');
    const confirm = (id: string, by: string, acts = {}) => confirmBankEntry(runtime, 'sure', id, by, acts);
    const first = await confirm(picture!.id, 'Ada', { actsWithin: 12 });
    expect(first).toMatchObject({ confirmedBy: 'Ada', actsWithin: 12 });
    expect(await confirm(picture!.id, 'Bea')).toEqual(first);
    expect(await confirm(picture!.id, 'Bea', { actsWithin: 20 })).toMatchObject({ confirmedBy: 'Bea', actsWithin: 20 });
    expect(
      await apply('sure', 'list', {
        sourceId: '1',
        entry: { kind: 'pdq', hash: hashOf('p'), tags: ['n'], actsWithin: 31 },
      }),
    ).toMatchObject({ updated: 1 });
    expect(await readBankEntry(runtime, 'sure', picture!.id)).toMatchObject({
      confirmedBy: 'Bea',
      actsWithin: 20,
      tags: ['n'],
    });
    await expect(confirm(other!.id, 'Ada', { actsAt: 0.9 })).rejects.toMatchObject({ field: 'actsAt' });
    await expect(confirm(other!.id, 'Ada', { actsWithin: 9 })).rejects.toMatchObject({ field: 'actsWithin' });
    expect(await confirm('00000000-0000-4000-8000-000000000000', 'Ada')).toBeUndefined();
  });

  test('an import of many takes few commits, and each row a change of its own', async () => {
    const commits: number[] = [];
    const { commit } = site.runtime;
    const counting = {
      ...site.runtime,
      commit(...given: Parameters<typeof commit>) {
        commits.push(given[0].length);
        return commit(...given);
      },
    };
    const rows = Array.from({ length: 4_500 }, (_, n) => ({ line: n + 1, entry: file(`bulk ${n}`) }));
    const from = await lastChange();
    const done = await importEntries(counting, 'bulk', rows, { source: 'list', by: 'Ada' });
    expect(done).toEqual({ rows: 4_500, added: 4_500, updated: 0, unchanged: 0, refused: 0, errors: [] });
    expect(commits).toHaveLength(9);
    const changes = await readBankChanges(site.runtime, { after: from, limit: 10_000 });
    expect(changes.map(({ change }) => change)).toEqual(rows.map((_, n) => from + n + 1));
    expect(changes.map(({ entry }) => entry.content)).toEqual(rows.map(({ entry }) => entry.hash));
    const again = await importEntries(counting, 'bulk', rows, { source: 'list', by: 'Ada' });
    expect(again).toMatchObject({ added: 0, unchanged: 4_500 });
    expect(commits).toHaveLength(9);
  });
}

describe('sources of entries, SQLite', () => suite(async () => ({})));
withServers(['postgres'], 'sources of entries, PostgreSQL', () =>
  suite(async () => ({ DATABASE_URL: await freshDatabase() })),
);
