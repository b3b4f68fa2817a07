import { execFile } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type EntryMade, toLedger } from '../../services/contracts/index.js';
import { rotateKey, sealEntry, signPromise } from '../../services/ledger/index.js';
import { openKeys } from '../../services/ledger/keys.js';
import {
  commitDetail,
  commitOpening,
  Frontier,
  hashLeaf,
  type Opening,
  parseCheckpoint,
  parseNote,
  parseVerifier,
  signedBy,
  unpackEntries,
} from '../../services/ledger/log/index.js';
import { checkSome } from '../../services/ledger/self-check.js';
import { appendStage } from '../../services/ledger/stage.js';
import type { Input } from '../../services/runtime/index.js';
import { ConflictError } from '../../services/runtime/index.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { entries, folder, keys, startLedger } from './running.js';

const run = promisify(execFile);
interface Opened {
  entry: string;
  salt: string;
  opening: Opening;
  detail: object;
  detailSalt: string;
}
type Running = Awaited<ReturnType<typeof startLedger>>;

/** The last checkpoint, and what it says to who holds the key. */
async function checkpointOf(ledger: Running) {
  const note = await ledger.text('checkpoint');
  const [plain = '', timed = ''] = (await ledger.text('keys')).split('\n');
  const read = parseNote(note);
  return {
    note,
    plain,
    ...parseCheckpoint(read.text),
    signed: signedBy(read, parseVerifier(plain)) !== undefined,
    at: signedBy(read, parseVerifier(timed))?.at,
  };
}

function suite(settings: () => Promise<Record<string, string>>) {
  let ledger: Running;
  let given: Record<string, string>;
  beforeAll(async () => {
    given = await settings();
    ledger = await startLedger(given);
    await ledger.enter(entries(700));
    await ledger.signed(700);
  });
  afterAll(() => ledger.stop());

  test('the tiles make the root that the checkpoint signs, within the second', async () => {
    const { size, root, signed, at, origin } = await checkpointOf(ledger);
    expect({ size, signed }).toEqual({ size: 700, signed: true });
    expect(origin).toMatch(/^127\.0\.0\.1\/ledger\//);
    expect(Date.now() - at!).toBeLessThan(10_000);
    const frontier = new Frontier();
    for (const path of ['000', '001', '002.p/188']) {
      const bundle = await ledger.get(`/v1/ledger/tile/entries/${path}`);
      expect(bundle.headers.get('cache-control')).toContain('immutable');
      const found = unpackEntries(Buffer.from(await bundle.arrayBuffer()));
      for (const entry of found) {
        expect(entry).toHaveLength(32);
        frontier.add(hashLeaf(entry));
      }
    }
    expect(frontier.root()).toEqual(root);
    const level1 = Buffer.from(await (await ledger.get('/v1/ledger/tile/1/000.p/2')).arrayBuffer());
    expect(level1).toHaveLength(64);
  });

  test.each([
    'tile/0/003.p/1',
    'tile/0/002',
    'tile/0/002.p/189',
    'tile/1/000.p/3',
    'tile/2/000.p/1',
    'tile/0/2',
    'tile/x',
    'tile/0/..%2f..%2fcheckpoint',
  ])('%s is not there', async path => expect((await ledger.get(`/v1/ledger/${path}`)).status).toBe(404));

  test('what comes twice is entered once', async () => {
    const before = await ledger.state();
    await ledger.enter(entries(100));
    await ledger.enter(entries(1, 700));
    await ledger.signed(701);
    expect((await ledger.state())!.size).toBe(before!.size + 1);
  });

  test('of two who append at once one conflicts, and nothing of it stays', async () => {
    const before = (await ledger.state())!;
    const stages = [appendStage(ledger.runtime), appendStage(ledger.runtime)];
    const outputs = await Promise.all(
      stages.map((stage, i) => {
        const [{ made }] = entries(1, 10_000 + i) as [ReturnType<typeof entries>[0]];
        const { topic, event } = toLedger(made, '/test', `at once ${i}`);
        return stage.handle([{ topic, ...event } as Input<EntryMade>], ledger.runtime);
      }),
    );
    const commits = await Promise.allSettled(outputs.map(({ writes = [] }) => ledger.runtime.db.commit(writes)));
    const failed = commits.flatMap(result => (result.status === 'rejected' ? [result.reason] : []));
    expect(failed).toEqual([expect.any(ConflictError)]);
    expect((await ledger.state())!.size).toBe(before.size + 1);
    const { count } = await ledger.rows
      .selectFrom('ledger_entries')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(before.size + 1);
    await ledger.signed(before.size + 1);
  });

  test('it goes on after a restart, where it ended', async () => {
    const before = await checkpointOf(ledger);
    await ledger.stop({ forget: false });
    ledger = await startLedger(given, ledger.directory);
    await ledger.enter(entries(300, 20_000));
    await ledger.signed(before.size + 300);
    const after = await checkpointOf(ledger);
    expect(after.plain).toBe(before.plain);
    expect(await checkSome(ledger.runtime, 0)).toEqual({ next: 0, wrong: undefined });
  });
}

describe('SQLite', () => suite(async () => ({})));
withServers(['postgres'], 'the ledger on PostgreSQL', () => {
  describe('PostgreSQL', () => suite(async () => ({ DATABASE_URL: await freshDatabase() })));
});

withServers(['go'], "a verifier that this project did not write: Go's sumdb", () => {
  test('finds every entry, record proofs, and that the log only grew', async () => {
    const ledger = await startLedger();
    try {
      await ledger.enter(entries(300));
      await ledger.signed(300);
      const { note, plain } = await checkpointOf(ledger);
      const kept = join(ledger.directory, 'kept');
      writeFileSync(kept, note);
      await ledger.enter(entries(70_000, 300));
      await ledger.signed(70_300);
      const cwd = fileURLToPath(new URL('../../../test/ledger/go-verifier', import.meta.url));
      const env = { ...process.env, GOFLAGS: '' };
      const go = (...args: string[]) => run('go', ['run', '.', ledger.url, ...args], { cwd, env });
      expect((await go(plain, kept)).stdout.trim()).toBe('70300');
      // It can fail: another key, and an entry that was changed.
      await expect(go(plain.replace(/^[^+]+/, 'other'), kept)).rejects.toThrow();
      const { entry } = await ledger.rows
        .selectFrom('ledger_entries')
        .select('entry')
        .where('idx', '=', 5)
        .executeTakeFirstOrThrow();
      const other = Buffer.from(entry, 'base64');
      other[0]! ^= 1;
      await ledger.runtime.db.commit([
        {
          query: ledger.rows
            .updateTable('ledger_entries')
            .set({ entry: other.toString('base64') })
            .where('idx', '=', 5),
        },
      ]);
      await expect(go(plain)).rejects.toThrow(/inconsistent|does not match|invalid/i);
      expect((await checkSome(ledger.runtime, 0)).wrong).toContain('entry 5');
    } finally {
      await ledger.stop();
    }
  }, 240_000);
});

describe('what entries say', () => {
  let ledger: Running;
  beforeAll(async () => {
    ledger = await startLedger();
    const [first, second, third] = entries(3);
    await ledger.enter([first!, { ...second!, made: { ...second!.made, seal: 'order-1' } }, third!]);
    await ledger.signed(3);
  });
  afterAll(() => ledger.stop());
  const entry = (index: number | string, key?: string) => ledger.get(`/v1/ledger/entries/${index}`, key);

  test('is opened to who was granted it, and its commitments hold', async () => {
    expect((await entry(0)).status).toBe(401);
    expect((await entry(0, keys.other)).status).toBe(403);
    const found = (await (await entry(0, keys.details)).json()) as Opened;
    expect(commitDetail(Buffer.from(found.detailSalt, 'base64url'), found.detail)).toBe(found.opening.detail);
    expect(commitOpening(Buffer.from(found.salt, 'base64url'), found.opening).toString('base64')).toBe(found.entry);
    expect(JSON.stringify(found.opening)).not.toMatch(/post \d|Ada/);
    for (const bad of ['3', '-1', 'x', '1e9']) expect((await entry(bad, keys.details)).status).toBe(404);
  });

  test('of an order under non-disclosure is opened to nobody until that ends', async () => {
    const refused = await entry(1, keys.details);
    expect(refused.status).toBe(403);
    expect(await refused.text()).not.toMatch(/post 1|order-1/);
  });

  test('is erased with its salt: the proof stays', async () => {
    const before = await checkpointOf(ledger);
    const erase = (key: string) =>
      fetch(`${ledger.url}/v1/ledger/erasures`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ platform: 'test', post: 'post 2', reason: 'the author asked for it' }),
      });
    expect((await erase(keys.details)).status).toBe(403);
    expect((await erase(keys.eraser)).status).toBe(202);
    await ledger.signed(4);
    expect(await (await entry(2, keys.details)).json()).toMatchObject({ erased: true });
    const row = await ledger.rows
      .selectFrom('ledger_entries')
      .selectAll()
      .where('idx', '=', 2)
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain('post 2');
    expect(row.detail_salt).toBeNull();
    const erasure = (await (await entry(3, keys.details)).json()) as object;
    expect(erasure).toMatchObject({ detail: { by: 'Ada', reason: 'the author asked for it' } });
    expect(JSON.stringify(erasure)).not.toContain('post 2');
    // What was signed before is still the beginning of the log.
    const frontier = new Frontier();
    const bundle = Buffer.from(await (await ledger.get('/v1/ledger/tile/entries/000.p/3')).arrayBuffer());
    for (const leaf of unpackEntries(bundle)) frontier.add(hashLeaf(leaf));
    expect(frontier.root()).toEqual(before.root);
    expect((await checkSome(ledger.runtime, 0)).wrong).toBeUndefined();
  });

  test('an erasure of what was never entered is no entry', async () => {
    await ledger.enter([{ cause: 'nothing', made: { kind: 'data.erased', at: 1, detail: {}, item: 'test/unknown' } }]);
    await ledger.enter(entries(1, 900));
    await ledger.signed(5);
  });

  test('a promise names an entry before it is in the log, and is kept', async () => {
    const signers = await openKeys(ledger.runtime);
    const [{ made }] = entries(1, 1_000) as [ReturnType<typeof entries>[0]];
    const salts = { entry: ledger.runtime.time.secret(32), detail: ledger.runtime.time.secret(32) };
    const { entry: bytes } = sealEntry({ ...made, salts }, salts);
    const promise = parseNote(signPromise(signers, bytes, 2_000, 1_000));
    expect(promise.text.split('\n').slice(1)).toEqual(['promise', bytes, '2000', '']);
    expect(signedBy(promise, signers[0])).toEqual({});
    expect(() => parseCheckpoint(promise.text)).toThrow();
    await ledger.enter([{ cause: 'promised', made: { ...made, salts } }]);
    await ledger.signed(6);
    const row = await ledger.rows
      .selectFrom('ledger_entries')
      .select('entry')
      .where('idx', '=', 5)
      .executeTakeFirstOrThrow();
    expect(row.entry).toBe(bytes);
  });
});

describe('the key', () => {
  test('is made once, is readable by nobody else, and can be followed by another', async () => {
    const directory = folder();
    const path = join(directory, 'ledger.key');
    let ledger = await startLedger({}, directory);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await ledger.enter(entries(5));
    await ledger.signed(5);
    const first = await checkpointOf(ledger);
    await ledger.stop({ forget: false });

    rotateKey(ledger.runtime.config);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    ledger = await startLedger({}, directory);
    // The change of the key is an entry.
    await ledger.signed(6);
    const second = await checkpointOf(ledger);
    expect(second.plain).not.toBe(first.plain);
    expect(second.origin).toBe(first.origin);
    // Both sign: whoever holds the old key goes on reading, and finds in the statement that the new one follows.
    expect(signedBy(parseNote(second.note), parseVerifier(first.plain))).toEqual({});
    const [, statement = ''] = (await ledger.text('keys')).split(/\n\n(.*)/s);
    const said = parseNote(statement);
    expect(said.text).toBe(`${first.origin}\nkey\n${second.plain}\n5\n`);
    expect(signedBy(said, parseVerifier(first.plain))).toEqual({});
    expect(signedBy(said, parseVerifier(second.plain))).toEqual({});
    await ledger.stop({ forget: false });

    // A file without the key that signs this log is refused, and says what to do.
    const [, ...old] = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, old.join('\n'));
    await expect(startLedger({}, directory)).rejects.toThrow(/keep the old one on the line below/);
    writeFileSync(path, 'nonsense\n');
    await expect(startLedger({}, directory)).rejects.toThrow(/LEDGER_KEY_FILE/);
    await expect(startLedger({ LEDGER_KEY_FILE: join(directory, 'none') }, directory)).rejects.toThrow(
      /bring its file back/,
    );
  });
});

test('a log that was changed behind its back is found by the service itself', async () => {
  const ledger = await startLedger();
  try {
    await ledger.enter(entries(600));
    await ledger.signed(600);
    expect(await checkSome(ledger.runtime, 0)).toEqual({ next: 0, wrong: undefined });
    const change = (set: object, idx: number) =>
      ledger.runtime.db.commit([{ query: ledger.rows.updateTable('ledger_entries').set(set).where('idx', '=', idx) }]);
    const row = async (idx: number) =>
      ledger.rows.selectFrom('ledger_entries').selectAll().where('idx', '=', idx).executeTakeFirstOrThrow();
    const was = await row(300);
    await change({ opening: was.opening.replace('"at":', '"at":1') }, 300);
    expect((await checkSome(ledger.runtime, 0)).wrong).toContain('entry 300 does not say');
    await change({ opening: was.opening }, 300);
    await change({ detail: was.detail!.replace('Ada', 'Eve') }, 300);
    expect((await checkSome(ledger.runtime, 0)).wrong).toContain('detail of entry 300');
    await change({ detail: was.detail }, 300);
    // An entry that is made anew as a whole fits itself, but not its tile.
    const other = await row(301);
    const { entry, salt, opening, detail, detail_salt } = other;
    await change({ entry, salt, opening, detail, detail_salt }, 300);
    expect((await checkSome(ledger.runtime, 0)).wrong).toContain('tile 1');
    await change(
      { entry: was.entry, salt: was.salt, opening: was.opening, detail: was.detail, detail_salt: was.detail_salt },
      300,
    );
    // In the part that is no whole tile yet, the root shows it.
    await change({ entry }, 599);
    expect((await checkSome(ledger.runtime, 0)).wrong).toContain('do not make its root');
  } finally {
    await ledger.stop();
  }
});
