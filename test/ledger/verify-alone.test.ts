import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportCommand } from '../../services/cli/figures-report.js';
import { toLedger } from '../../services/contracts/index.js';
import { sealEntry } from '../../services/ledger/entry.js';
import { Frontier, hashLeaf } from '../../services/ledger/log/index.js';
import type { LedgerRows } from '../../services/ledger/tables.js';
import type { Finding, Report } from '../../services/ledger/verify/index.js';
import { sql } from '../../services/runtime/index.js';
import { eventually, type Installed, install, testWords } from '../console/installation.js';
import { folder, removeFolders } from './made-log.js';

let here: Installed;
/** An empty folder with the verifier and the public key. */
let elsewhere: string;
let made: string;
/** Makes the single file, as `npm run build` does. */
const bundle = (file: string): string => {
  const { status, stderr } = spawnSync(process.execPath, ['services/cli/bundle.mjs', file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return readFileSync(file, 'utf8');
};

const posts = 3;

beforeAll(async () => {
  here = await install();
  elsewhere = folder();
  made = bundle(join(elsewhere, 'verifier.mjs'));
  mkdirSync(join(elsewhere, 'empty'));
  copyFileSync(join(elsewhere, 'verifier.mjs'), join(elsewhere, 'empty', 'sansdelai-verify.mjs'));
  const ids = await Promise.all(Array.from({ length: posts }, () => here.write(testWords)));
  for (const id of ids)
    await eventually(async () => ((await fetch(`${here.url}/sandbox/posts/${id}`)).status === 410 ? true : undefined));
  // Each removal is entered when it was asked for, and when it was gone.
  await eventually(async () => ((await removed()) === posts ? true : undefined));
  writeFileSync(join(elsewhere, 'empty', 'ledger.key'), await (await here.ask('/v1/ledger/keys')).text());
});
afterAll(async () => {
  await here?.stop();
  removeFolders();
});

async function removed(): Promise<number> {
  const { figures } = (await (await here.ask('/v1/sla')).json()) as Pick<Report, 'figures'>;
  return figures.find(({ obligation }) => obligation === 'removal')?.count ?? 0;
}

/** `sansdelai report`, of today. */
async function publish(more: { export?: boolean } = {}): Promise<string> {
  const out = join(folder(), 'report');
  const before = { ...process.env };
  Object.assign(process.env, { SANSDELAI_URL: here.url, SANSDELAI_API_KEY: here.key });
  const { write } = process.stdout;
  process.stdout.write = () => true;
  try {
    await reportCommand({ from: new Date().toISOString().slice(0, 10), by: 'obligation,route,language', out, ...more });
  } finally {
    process.stdout.write = write;
    process.env = before;
  }
  return out;
}

/** The single file, with nothing beside it. */
async function check(...args: string[]): Promise<{ code: number; findings: Finding[] }> {
  const cwd = join(elsewhere, 'empty');
  const command = ['sansdelai-verify.mjs', ...args, '--key', 'ledger.key', '--json'];
  const child = spawn(process.execPath, command, { cwd, env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, error] = ['', ''];
  child.stdout.on('data', chunk => {
    out += chunk;
  });
  child.stderr.on('data', chunk => {
    error += chunk;
  });
  const code = await new Promise<number>(resolve => child.once('close', resolve));
  if (error !== '') throw new Error(error);
  return { code, findings: (JSON.parse(out) as { findings: Finding[] }).findings };
}

const differing = (findings: readonly Finding[]): string =>
  findings.flatMap(({ verdict, check, says }) => (verdict === 'differs' ? [`${check}: ${says}`] : [])).join('\n');

test('the single file is the same each time, and small', () => {
  expect(bundle(join(elsewhere, 'again.mjs'))).toBe(made);
  expect(made.length).toBeLessThan(400_000);
  expect(made).not.toMatch(/^import .* from ["'](?!node:)/m);
});

test('a stranger verifies the figures of a running installation, by its address and from an export', async () => {
  const report = await publish({ export: true });
  for (const where of [['--log', `${here.url}/v1/ledger`], []]) {
    const { code, findings } = await check(report, ...where);
    expect(findings.filter(({ verdict }) => verdict !== 'agrees')).toEqual([]);
    expect(code).toBe(0);
    const figures = findings.filter(({ check }) => check.startsWith('figures: '));
    expect(figures.map(({ check }) => check)).toEqual([
      'figures: posted-to-gone · sandbox · und',
      'figures: removal · sandbox · und',
    ]);
    for (const { says } of figures) expect(says).toMatch(new RegExp(`^count ${posts}, `));
  }
  const told = JSON.parse(readFileSync(join(report, 'figures.json'), 'utf8')) as Report;
  const [row] = told.figures;
  if (row?.ms) row.ms.p50 += 1;
  writeFileSync(join(report, 'figures.json'), JSON.stringify(told));
  const { code, findings } = await check(report);
  expect(code).toBe(1);
  expect(differing(findings)).toMatch(/p50 \(ms\) is told as \d+ and is \d+$/);
  const openings = readFileSync(join(report, 'openings.ndjson'), 'utf8');
  expect(openings).not.toMatch(/sandbox\/|https?:|author|post-|SANSDELAI/);
});

test('it says what to do where it can check nothing', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(elsewhere, 'verifier.mjs'), ...args], { env: {}, encoding: 'utf8' });
  for (const [args, says] of [
    [[], /--key is missing/],
    [['--key', 'nowhere.key'], /give a report, or the log/],
    [['.', '--key', 'nowhere.key'], /nowhere\.key does not exist/],
    [['.', '--key', 'a+12345678+AAAA'], /not an Ed25519 key/],
    [['.', '--unknown'], /Unknown option/],
    [['.', '--key', join(elsewhere, 'empty', 'ledger.key'), '--late', 'soon'], /write a duration/],
  ] as const) {
    const { status, stderr } = run(...args);
    expect(stderr).toMatch(says);
    expect(status).toBe(2);
  }
  const { status, stdout } = run(elsewhere, '--key', join(elsewhere, 'empty', 'ledger.key'));
  expect(stdout).toMatch(/figures\.json does not exist/);
  expect(status).toBe(2);
  expect(run('--help').stdout).toMatch(/--checkpoint FILE/);
});

describe('who can write to the database and has the key is found by a checkpoint that was kept', () => {
  const kept = () => join(elsewhere, 'empty', 'kept.note');
  const entries = () =>
    here.runtime.db.tables<LedgerRows>().selectFrom('ledger_entries').selectAll().orderBy('idx').execute();
  const latest = async () =>
    (await here.runtime.db
      .tables<LedgerRows>()
      .selectFrom('ledger_checkpoints')
      .selectAll()
      .where('slot', '=', 'latest')
      .executeTakeFirst())!;

  /** Puts these rows in the place of the log's, and signs the log that they make: as the server does by itself. */
  async function rewrite(rows: Awaited<ReturnType<typeof entries>>): Promise<void> {
    const { db } = here.runtime;
    const frontier = new Frontier();
    for (const { entry } of rows) frontier.add(hashLeaf(Buffer.from(entry, 'base64')));
    const root = frontier.root().toString('base64');
    const tables = db.tables<LedgerRows>();
    await db.commit([
      { query: tables.deleteFrom('ledger_entries') },
      ...rows.map((row, idx) => ({ query: tables.insertInto('ledger_entries').values({ ...row, idx }) })),
      { query: tables.updateTable('ledger_state').set({ size: rows.length, root }).where('id', '=', 1) },
      { query: sql`delete from ledger_checkpoints`.compile(tables) },
    ]);
    // A checkpoint that was being signed meanwhile may come once more; the next is of these.
    await eventually(async () => ((await latest())?.note.includes(`\n${root}\n`) ? true : undefined));
  }

  test('deleted, altered, reordered, forked, cut off', async () => {
    await eventually(async () => ((await latest()).size === (await entries()).length ? true : undefined));
    const log = ['--log', `${here.url}/v1/ledger`];
    expect((await check(...log, '--keep', 'kept.note')).code).toBe(0);
    expect(readFileSync(kept(), 'utf8')).toMatch(/\/ledger/);
    const rows = await entries();
    const [a, b, ...rest] = rows;
    if (!a || !b) throw new Error('the log is too short');
    const salts = { entry: 'A'.repeat(43), detail: 'A'.repeat(43) };
    const opening = JSON.parse(a.opening);
    const other = {
      ...a,
      ...sealEntry({ ...opening, at: a.at - 1, detail: {} }, salts),
      salt: salts.entry,
      at: a.at - 1,
    };
    const more = { ...other, idx: rows.length };
    for (const [changed, says] of [
      [[b, ...rest], /entries are gone/],
      [[b, ...rest, more], /forked/],
      [[other, b, ...rest, more], /rewritten/],
      [[b, a, ...rest, more], /rewritten/],
      [[other, b, ...rest], /forked/],
    ] as const) {
      await rewrite([...changed]);
      const { code, findings } = await check(...log, '--checkpoint', 'kept.note');
      expect(differing(findings)).toMatch(says);
      expect(code).toBe(1);
      // What was kept is not written over by what contradicts it.
      const before = readFileSync(kept(), 'utf8');
      await check(...log, '--keep', 'kept.note');
      expect(readFileSync(kept(), 'utf8')).toBe(before);
    }
    await rewrite(rows);
    expect((await check(...log, '--checkpoint', 'kept.note')).code).toBe(0);
  });

  test('an entry dated back', async () => {
    const at = Date.now() - 3600_000;
    const { size } = await latest();
    await here.runtime.commit(
      [],
      [toLedger({ kind: 'policy.changed', at, detail: { version: 'x' } }, '/test', 'a test')],
    );
    await eventually(async () => ((await latest()).size > size ? true : undefined));
    const report = await publish();
    const log = ['--log', `${here.url}/v1/ledger`];
    const { code, findings } = await check(report, ...log, '--checkpoint', 'kept.note');
    expect(differing(findings)).toMatch(/^entered in time: 1 entered late, the latest at least (59 min|1 h)/);
    expect(code).toBe(1);
    expect((await check(report, ...log, '--checkpoint', 'kept.note', '--late', '2h')).code).toBe(0);
  });
});
