import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConflictError, type Runtime } from '../runtime/index.js';
import { addKey } from './keys.js';
import { addPerson, changePerson, checkPassword, findPerson, hashPassword } from './people.js';
import type { AccountRows } from './tables.js';

/** The file with the key that the commands on this machine use. */
export const commandsKeyFile = (directory: string): string => join(directory, 'commands.key');

/** What was made at this start, to be shown once. */
export interface FirstSecrets {
  apiKey?: string;
  adminPassword?: string;
}

/**
 * Makes what a new installation needs: the first ingest key, the first administrator, and the key file for the commands (mode 0600).
 * Several processes may start at once: each thing is made, and shown, by one of them.
 */
export async function ensureFirst(runtime: Runtime): Promise<FirstSecrets> {
  const made: FirstSecrets = {};
  const apiKey = await ensureIngestKey(runtime);
  if (apiKey) made.apiKey = apiKey;
  const adminPassword = await ensureAdministrator(runtime);
  if (adminPassword) made.adminPassword = adminPassword;
  await ensureCommandsKey(runtime);
  return made;
}

/** False where another process made it at the same moment. */
async function isFirst(making: Promise<unknown>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

/** @returns the key, where one was made. */
async function ensureIngestKey(runtime: Runtime): Promise<string | undefined> {
  const { config, time, db } = runtime;
  const scopes = ['posts:write', 'posts:read'] as const;
  if (config.SANSDELAI_API_KEY) {
    const id = `given-${time.uuid()}`;
    await db.commit([addKey(runtime, config.SANSDELAI_API_KEY, id, 'SANSDELAI_API_KEY', scopes)]);
    return undefined;
  }
  const rows = db.tables<AccountRows>();
  const any = await rows.selectFrom('api_keys').select('id').where('id', '=', 'first').executeTakeFirst();
  if (any) return undefined;
  const key = `sd_${time.secret(24)}`;
  return (await isFirst(db.commit([addKey(runtime, key, 'first', 'first ingest key', scopes)]))) ? key : undefined;
}

/** @returns the password, where one was made. */
async function ensureAdministrator({ config, time, db }: Runtime): Promise<string | undefined> {
  const given = config.SANSDELAI_ADMIN_PASSWORD;
  const known = await findPerson({ db }, 'admin');
  const admin = { name: 'admin', role: 'administrator' as const };
  if (given) {
    if (await checkPassword(known, given)) return undefined;
    const change = { password: await hashPassword(given) };
    // Of several processes that start at once, one makes it.
    await isFirst(
      db.commit([
        known ? changePerson({ db }, 'admin', change) : await addPerson({ db, time }, { ...admin, password: given }),
      ]),
    );
    return undefined;
  }
  if (known) return undefined;
  const password = time.secret(12);
  return (await isFirst(db.commit([await addPerson({ db, time }, { ...admin, password })]))) ? password : undefined;
}

/** The file may be older than the database (another one was connected): what it holds is good in this one, too. */
async function ensureCommandsKey(runtime: Runtime): Promise<void> {
  const { config, time, db } = runtime;
  const file = commandsKeyFile(config.SANSDELAI_DATA);
  const key = (existsSync(file) && readFileSync(file, 'utf8').trim()) || `sd_${time.secret(24)}`;
  await db.commit([addKey(runtime, key, `commands-${time.uuid()}`, 'commands on this machine', ['admin'])]);
  mkdirSync(config.SANSDELAI_DATA, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
}
