import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toLedger } from '../contracts/index.js';
import { type Config, ConfigError, ConflictError, type Runtime } from '../runtime/index.js';
import { parseSigner, type SignerKey, signerOf, signerText, signNote, verifierText } from './log/index.js';
import { readState } from './state.js';
import { type LedgerKeyRow, type LedgerRows, ledgerKeysTable } from './tables.js';

/** The settings that say where the key is. */
export type KeySettings = Pick<Config, 'LEDGER_KEY_FILE' | 'SANSDELAI_DATA'>;
/** The file with the ledger's secret key: the newest on the first line, those before it below. */
const keyFile = ({ LEDGER_KEY_FILE, SANSDELAI_DATA }: KeySettings): string =>
  LEDGER_KEY_FILE ?? join(SANSDELAI_DATA, 'ledger.key');

function write(path: string, keys: readonly SignerKey[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.new`;
  writeFileSync(fresh, `${keys.map(signerText).join('\n')}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, path);
}

/** @throws ConfigError where the file can't be read as keys. */
export function readKeys(path: string): SignerKey[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    if (lines.length === 0) throw new Error('it is empty');
    return lines.map(parseSigner);
  } catch (error) {
    throw new ConfigError(`LEDGER_KEY_FILE: ${path} can't be used: ${(error as Error).message}`);
  }
}

/** A new key. Its name is the log's, for good. */
const make = (origin: string): SignerKey => signerOf(origin, generateKeyPairSync('ed25519').privateKey);

/** Puts a new key before those that there are; the service that is started next goes over to it. */
export function rotateKey(config: KeySettings): void {
  const path = keyFile(config);
  const [current, ...older] = readKeys(path);
  if (!current) throw new ConfigError(`LEDGER_KEY_FILE: there is no key in ${path}`);
  const key = make(current.name);
  write(path, [key, current, ...older]);
}

/** The public keys of the file, the newest first, as the verifier takes them. @throws ConfigError */
export const publicKeys = (config: KeySettings): string[] => readKeys(keyFile(config)).map(verifierText);

/** What a statement of rotation says: from this size on, this key signs. */
export const statementText = (origin: string, verifier: string, size: number): string =>
  `${origin}\nkey\n${verifier}\n${size}\n`;

/** The keys that this process signs with, the newest first. */
export type Signers = readonly [SignerKey, ...SignerKey[]];

const asSigners = (keys: readonly SignerKey[], path: string): Signers => {
  const [first, ...rest] = keys;
  if (!first) throw new ConfigError(`LEDGER_KEY_FILE: there is no key in ${path}`);
  return [first, ...rest];
};

/**
 * Reads the keys, or makes the first. A new key in the file is entered with a statement that the one before it signs too, in the commit that goes over
 * to it.
 * @throws ConfigError where the file's keys are not those that sign this log.
 */
export async function openKeys(runtime: Runtime): Promise<Signers> {
  const { config, db, time, url, log } = runtime;
  const path = keyFile(config);
  const rows = db.tables<LedgerRows>();
  const last = await rows.selectFrom('ledger_keys').selectAll().orderBy('n', 'desc').limit(1).executeTakeFirst();
  if (!existsSync(path)) {
    if (last)
      throw new ConfigError(
        `LEDGER_KEY_FILE: ${path} does not exist, and this ledger is signed with ${last.verifier}: bring its file back`,
      );
    write(path, [
      make(`${new URL(config.SANSDELAI_URL ?? (url || 'http://localhost')).hostname}/ledger/${time.secret(6)}`),
    ]);
  }
  const signers = asSigners(readKeys(path), path);
  const [newest] = signers;
  const verifier = verifierText(newest);
  if (last?.verifier === verifier) return signers;
  const before = signers.find(key => verifierText(key) === last?.verifier);
  if (last && !before)
    throw new ConfigError(
      `LEDGER_KEY_FILE: this ledger is signed with ${last.verifier}; ${path} has another key. To change the key, keep the old one on the line below the new`,
    );
  const { size } = await readState(db);
  const at = time.now();
  const statement = before ? signNote(statementText(newest.name, verifier, size), [before, newest], at) : '';
  const row: LedgerKeyRow = { n: (last?.n ?? 0) + 1, verifier, size, statement, at };
  const entered = before
    ? [toLedger({ kind: 'key.changed', at, detail: { verifier, size } }, '/ledger', verifier)]
    : [];
  try {
    await runtime.commit([db.insert(ledgerKeysTable, [row])], entered);
  } catch (error) {
    // Another process did the same at this moment: with the same file it is the same key.
    if (error instanceof ConflictError) return openKeys(runtime);
    throw error;
  }
  if (before) log.info({ verifier, size }, 'the ledger is signed with a new key');
  return signers;
}

/**
 * The keys for who promises entries beside the ledger. It makes none: undefined until the ledger has signed with them.
 * @throws ConfigError where the file's keys are not those that sign this log
 */
export async function promiseKeys({ config, db }: Pick<Runtime, 'config' | 'db'>): Promise<Signers | undefined> {
  const last = await db
    .tables<LedgerRows>()
    .selectFrom('ledger_keys')
    .select('verifier')
    .orderBy('n', 'desc')
    .limit(1)
    .executeTakeFirst();
  const path = keyFile(config);
  if (!last || !existsSync(path)) return undefined;
  const keys = readKeys(path);
  // A key that was put before it signs from the ledger's next start on.
  const from = keys.findIndex(key => verifierText(key) === last.verifier);
  if (from < 0)
    throw new ConfigError(`LEDGER_KEY_FILE: this ledger is signed with ${last.verifier}; ${path} has another key`);
  return asSigners(keys.slice(from), path);
}

/** What `/v1/ledger/keys` answers: the keys of today, a line each, then how each came to follow the one before it. */
export async function showKeys({ db }: Pick<Runtime, 'db'>, signers: Signers): Promise<string> {
  const rows = await db.tables<LedgerRows>().selectFrom('ledger_keys').selectAll().orderBy('n').execute();
  const [newest] = signers;
  const timed = signerOf(newest.name, newest.secret, 'timed');
  return [verifierText(newest), verifierText(timed), '', ...rows.flatMap(row => row.statement || [])].join('\n');
}
