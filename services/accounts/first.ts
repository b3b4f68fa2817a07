import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash, verify } from '@node-rs/argon2';
import type { Runtime } from '../runtime/index.js';
import { addKey } from './keys.js';
import { type AccountRows, peopleTable } from './tables.js';

/** The file with the key that the commands on this machine use. */
export const commandsKeyFile = (directory: string): string => join(directory, 'commands.key');

/** What was made at this start, to be shown once. */
export interface FirstSecrets {
  apiKey?: string;
  adminPassword?: string;
}

/**
 * Makes what a new installation needs: the first ingest key, the first administrator, and the key file for the commands (mode 0600).
 * Several processes may start at once: each thing is made by one of them.
 */
export async function ensureFirst(runtime: Runtime): Promise<FirstSecrets> {
  const { config, time, db } = runtime;
  const made: FirstSecrets = {};
  const rows = db.tables<AccountRows>();
  if (config.SANSDELAI_API_KEY) {
    const id = `given-${config.SANSDELAI_API_KEY.length}-${time.uuid().slice(0, 8)}`;
    await db.commit([addKey(runtime, config.SANSDELAI_API_KEY, id, 'SANSDELAI_API_KEY', ['posts:write', 'posts:read'])]);
  } else {
    const any = await rows.selectFrom('api_keys').select('id').where('id', '=', 'first').executeTakeFirst();
    if (!any) {
      const key = `sd_${time.secret(24)}`;
      await db.commit([addKey(runtime, key, 'first', 'first ingest key', ['posts:write', 'posts:read'])]);
      made.apiKey = key;
    }
  }

  const administrator = await rows.selectFrom('people').selectAll().where('name', '=', 'admin').executeTakeFirst();
  const given = config.SANSDELAI_ADMIN_PASSWORD;
  if (!administrator || (given && !(await verify(administrator.password, given)))) {
    const password = given ?? time.secret(12);
    const row = { name: 'admin', role: 'administrator', password: await hash(password), created_at: time.now() };
    await db.commit([db.insert(peopleTable, [row], { onConflict: 'replace' })]);
    if (!given) made.adminPassword = password;
  }

  const file = commandsKeyFile(config.SANSDELAI_DATA);
  if (!existsSync(file)) {
    mkdirSync(config.SANSDELAI_DATA, { recursive: true, mode: 0o700 });
    const key = `sd_${time.secret(24)}`;
    await db.commit([addKey(runtime, key, `commands-${time.uuid()}`, 'commands on this machine', ['admin'])]);
    writeFileSync(file, `${key}\n`, { mode: 0o600 });
  }
  return made;
}
