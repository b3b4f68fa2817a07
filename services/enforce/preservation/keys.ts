import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { type Config, ConfigError, ConflictError, type Runtime } from '../../runtime/index.js';
import { wrapping } from './envelope.js';
import { type PreservationKeyRow, type PreservedRows, preservationKeysTable } from './tables.js';

type Settings = Pick<Config, 'PRESERVATION_KEY_FILE' | 'SANSDELAI_DATA'>;
/** The file with the secret keys, a JWK a line: the newest on the first, those before it below. */
const keyFile = ({ PRESERVATION_KEY_FILE, SANSDELAI_DATA }: Settings): string =>
  PRESERVATION_KEY_FILE ?? join(SANSDELAI_DATA, 'preservation.key');

type Secret = JWK & { kid: string };

function readFile(path: string): [Secret, ...Secret[]] {
  try {
    const [first, ...rest] = readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Secret);
    if (!first) throw new Error('it is empty');
    if ([first, ...rest].some(key => typeof key.kid !== 'string' || typeof key.d !== 'string'))
      throw new Error('a line of it is no secret key');
    return [first, ...rest];
  } catch (error) {
    throw new ConfigError(`PRESERVATION_KEY_FILE: ${path} can't be used: ${(error as Error).message}`);
  }
}

/** Makes the file with a first key; of two who do so at once, one has made it. @returns whether it was this one */
export async function makeFile(path: string, name: string): Promise<boolean> {
  const { privateKey } = await generateKeyPair(wrapping, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const key: Secret = { ...jwk, kid: (await calculateJwkThumbprint(jwk)).slice(0, 12) };
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${name}`;
  writeFileSync(fresh, `${JSON.stringify(key)}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  try {
    linkSync(fresh, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    unlinkSync(fresh);
  }
}

const publicOf = ({ kty, crv, x, y }: Secret): JWK => ({ kty, crv, x, y }) as JWK;

export type PublicKey = Awaited<ReturnType<typeof importJWK>>;

/** The installation's keys: the public one for whoever preserves, the secret ones where their file is. */
export interface PreservationKeys {
  /** Undefined before `enforce` was started for the first time. */
  current(): Promise<{ kid: string; key: PublicKey } | undefined>;
  /** Undefined where this process does not have it. */
  secret(kid: string): Promise<PublicKey | undefined>;
}

const newest = ({ db }: Pick<Runtime, 'db'>): Promise<PreservationKeyRow | undefined> =>
  db
    .tables<PreservedRows>()
    .selectFrom('preservation_keys')
    .selectAll()
    .orderBy('n', 'desc')
    .limit(1)
    .executeTakeFirst();

/**
 * Reads the keys, or makes the first. Only `enforce` does: another process may have a folder that does not outlive it, and needs nothing secret. Without the file, what is preserved is encrypted all the same (that takes the public key only) and can't be opened here: an
 * order must not wait for a file.
 * @throws ConfigError where the file can't be read as keys
 */
export async function openPreservationKeys(runtime: Runtime): Promise<PreservationKeys> {
  const { config, db, time, log } = runtime;
  const path = keyFile(config);
  const last = await newest(runtime);
  const made = !existsSync(path) && !last && (await makeFile(path, time.uuid()));
  const secrets = existsSync(path) ? readFile(path) : [];
  const [first] = secrets;
  if (first && first.kid !== last?.kid) {
    const row = { n: (last?.n ?? 0) + 1, kid: first.kid, public: JSON.stringify(publicOf(first)), made_at: time.now() };
    try {
      await db.commit([db.insert(preservationKeysTable, [row])]);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      // Another process was first. With the same file it is the same key; a file of our own is for nothing then.
      if (made) {
        const winner = await newest(runtime);
        if (winner?.kid !== first.kid) unlinkSync(path);
      }
      return openPreservationKeys(runtime);
    }
    if (last && !secrets.some(({ kid }) => kid === last.kid))
      log.error(
        { key: last.kid, file: path },
        'what was preserved with the key before can not be opened with this file: put that key on a line below the new one',
      );
  }
  if (!first)
    log.warn(
      { key: last?.kid, file: path },
      'preserved content can not be opened here: PRESERVATION_KEY_FILE has no key',
    );

  return keysOf(runtime, secrets);
}

/** For whoever only preserves. */
export const publicPreservationKeys = (runtime: Pick<Runtime, 'db'>): PreservationKeys => keysOf(runtime, []);

function keysOf(runtime: Pick<Runtime, 'db'>, secrets: readonly Secret[]): PreservationKeys {
  const imported = new Map<string, PublicKey>();
  const load = async (name: string, jwk: JWK): Promise<PublicKey> => {
    const key = imported.get(name) ?? (await importJWK(jwk, wrapping));
    imported.set(name, key);
    return key;
  };
  return {
    async current() {
      const row = await newest(runtime);
      return row && { kid: row.kid, key: await load(`public ${row.kid}`, JSON.parse(row.public) as JWK) };
    },
    async secret(kid) {
      const jwk = secrets.find(one => one.kid === kid);
      return jwk && load(`secret ${kid}`, jwk);
    },
  };
}
