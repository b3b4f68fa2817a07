import type { Post } from '../../services/contracts/index.js';
import { readRecentPosts, takePosts } from '../../services/ingest/index.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { flipped, type HttpSite, hashOf, openHttp } from './bank-site.js';
import { sentences } from './texts.js';

const day = 24 * 3600_000;
const known = sentences(3, 71).join(' ');
const changed = known.split(' ').with(9, 'otherwise').join(' ');
const quoting = `${sentences(12, 72).join(' ')} ${known} ${sentences(12, 73).join(' ')}`;

let made = 0;
const post = (more: Partial<Post>): Post => ({
  id: `p${made++}`,
  platform: 'forum',
  version: 1,
  url: 'https://platform.example/1',
  audience: 'public',
  author: { id: 'a' },
  createdAt: new Date().toISOString(),
  ...more,
});

function suite(settings: () => Promise<Record<string, string>>): void {
  let site: HttpSite;
  const preview = (body: object) => site.call('POST', '/v1/banks/preview', body);
  /** Takes posts in as if it were so long ago. */
  const take = (posts: Post[], ago = 0) => {
    const time = { ...site.runtime.time, now: () => Date.now() - ago };
    return takePosts({ ...site.runtime, time }, posts, { route: 'api' });
  };

  beforeAll(async () => {
    // Older ones are kept, so that it is the preview that leaves them out.
    site = await openHttp({ RETENTION_POSTS: '60d', ...(await settings()) });
    await take([post({ id: 'too-old', text: known })], 31 * day);
    await take([post({ id: 'old', text: known, language: 'de', platform: 'constructor' })], 29 * day);
    await take([
      post({ id: 'bare', text: `${known}!`, language: 'en' }),
      post({ id: 'changed', text: changed, language: 'en' }),
      post({ id: 'quoting', text: quoting, language: 'fr' }),
      post({ id: 'links', text: 'look at youtu.be/abcdefghijk now', links: ['https://listed.example/a/b'] }),
      post({ id: 'picture', media: [{ type: 'image/png', pdq: flipped(hashOf('pic'), 12) }] }),
      post({ id: 'file', media: [{ type: 'image/png' }, { type: 'video/mp4', md5: hashOf('vid', 32) }] }),
    ]);
    await take(sentences(600, 74).map(text => post({ text })));
    await take([post({ id: 'gone', text: known })]);
    await take([post({ id: 'gone', version: 2, text: known, deletedAt: new Date().toISOString() })]);
    await take([post({ id: 'hidden', text: known, audience: 'private' })]);
  });
  afterAll(() => site?.stop());

  test('a text: what would have been acted on, what would have gone to a person, where and in which language', async () => {
    const { status, body } = await preview({ entry: { kind: 'text', text: known } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      lookedAt: 607,
      complete: true,
      acts: 3,
      alike: 1,
      byPlatform: { forum: { acts: 2, alike: 1 }, constructor: { acts: 1, alike: 0 } },
      byLanguage: { en: { acts: 2, alike: 0 }, fr: { acts: 0, alike: 1 }, de: { acts: 1, alike: 0 } },
    });
    expect(body.to - body.from).toBe(30 * day);
    expect(body.lookedBackTo).toBe(body.from);
    const found = Object.fromEntries(body.posts.map((one: { id: string }) => [one.id, one]));
    expect(Object.keys(found).sort()).toEqual(['bare', 'changed', 'old', 'quoting']);
    expect(body.posts.at(-1).id).toBe('old');
    expect(found.bare).toMatchObject({ acts: true, similarity: 1 });
    expect(found.changed.acts).toBe(true);
    expect(found.changed.similarity).toBeGreaterThan(0.8);
    expect(found.changed.similarity).toBeLessThan(1);
    expect(found.quoting.acts).toBe(false);
  });

  test('stricter, or fewer days: fewer', async () => {
    expect((await preview({ entry: { kind: 'text', text: known, actsAt: 1 } })).body).toMatchObject({
      acts: 2,
      alike: 2,
    });
    expect((await preview({ entry: { kind: 'text', text: known }, days: 2 })).body).toMatchObject({
      acts: 2,
      alike: 1,
    });
  });

  test('links, in the text and beside it', async () => {
    const video = { kind: 'link', link: 'https://www.youtube.com/watch?v=abcdefghijk&t=3' };
    expect((await preview({ entry: video })).body.posts).toMatchObject([{ id: 'links', acts: true, similarity: 1 }]);
    const domain = { kind: 'link', link: 'listed.example', scope: 'domain' };
    expect((await preview({ entry: domain })).body).toMatchObject({ acts: 1, alike: 0 });
  });

  test('pictures by their distance, files by their hash', async () => {
    const picture = { kind: 'pdq', hash: hashOf('pic') };
    const [found] = (await preview({ entry: picture })).body.posts;
    expect(found).toMatchObject({ id: 'picture', acts: true, distance: 12, similarity: 1 - 12 / 256 });
    expect((await preview({ entry: { ...picture, actsWithin: 11 } })).body).toMatchObject({ acts: 0, alike: 1 });
    const { body } = await preview({ entry: { kind: 'md5', hash: hashOf('vid', 32) } });
    expect(body.posts).toMatchObject([{ id: 'file', acts: true, similarity: 1 }]);
    expect(body.posts[0].distance).toBeUndefined();
  });

  test('an entry that would be refused is refused here', async () => {
    const { status, body } = await preview({ entry: { kind: 'text', text: 'short' } });
    expect([status, body.errors[0].path]).toEqual([422, 'text']);
    expect((await preview({ entry: { kind: 'text', text: known }, days: 31 })).status).toBe(422);
  });

  test('nothing is kept of it', async () => {
    await preview({ entry: { kind: 'text', text: known } });
    const rows = site.runtime.db.tables<{ bank_entries: object }>();
    expect(await rows.selectFrom('bank_entries').selectAll().execute()).toEqual([]);
  });

  test('where the time is over before all are looked at, it says so, and how far it came', async () => {
    // A clock on which every page takes a second.
    let steady = 0;
    const { previewEntry } = await import('../../services/classify/signals/bank/preview.js');
    const time = { ...site.runtime.time, steady: () => (steady += 1_000) };
    const entry = { kind: 'text' as const, text: known, actsAt: 0.8, tags: [] };
    const part = await previewEntry({ db: site.runtime.db, time }, entry, { days: 30, seconds: 1 });
    expect(part.complete).toBe(false);
    expect(part.lookedAt).toBeLessThan(607);
    expect(part.lookedBackTo).toBeGreaterThan(part.from);
    expect(part.lookedBackTo).toBeLessThanOrEqual(part.to);
  });

  test('the latest posts are read page by page, none twice and none left out, also where many came at once', async () => {
    const { db } = site.runtime;
    const seen: string[] = [];
    let page = await readRecentPosts(db, { since: 0, limit: 37 });
    for (;;) {
      seen.push(...page.posts.map(({ post: { id } }) => id));
      if (!page.next) break;
      page = await readRecentPosts(db, { since: 0, limit: 37, before: page.next });
    }
    expect(seen).toHaveLength(608);
    expect(new Set(seen).size).toBe(608);
    expect(seen.at(-1)).toBe('too-old');
    expect(seen).not.toContain('gone');
    expect(seen).not.toContain('hidden');
  });
}

describe('preview, SQLite', () => suite(async () => ({})));
withServers(['postgres'], 'preview, PostgreSQL', () => suite(async () => ({ DATABASE_URL: await freshDatabase() })));
