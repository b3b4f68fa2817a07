import { hash, verify } from '@node-rs/argon2';
import { Problem, type Runtime, type Write } from '../runtime/index.js';
import { type Role, scopesOf } from './roles.js';
import type { Scope } from './scopes.js';
import { type AccountRows, type PersonRow, peopleTable } from './tables.js';
import { spendCode } from './totp.js';

/** Wrong logins in a minute by address, and in a quarter of an hour by name, before they have to wait. */
const byAddress = { tries: 10, for: 60_000 };
const byName = { tries: 10, for: 900_000 };

/** argon2id of nothing that anybody has: who is unknown takes as long as who is known. */
let nobody: Promise<string> | undefined;

export const findPerson = ({ db }: Pick<Runtime, 'db'>, name: string): Promise<PersonRow | undefined> =>
  db.tables<AccountRows>().selectFrom('people').selectAll().where('name', '=', name).executeTakeFirst();

export const listPeople = ({ db }: Pick<Runtime, 'db'>): Promise<PersonRow[]> =>
  db.tables<AccountRows>().selectFrom('people').selectAll().orderBy('name').limit(2_000).execute();

/** People who may do something and are not shut out: their names and roles. */
export const peopleWho = async (runtime: Pick<Runtime, 'db'>, scope: Scope): Promise<{ name: string; role: Role }[]> =>
  (await listPeople(runtime)).flatMap(({ name, role, disabled_at }) => {
    const scopes = scopesOf(role);
    return disabled_at === null && (scopes.has(scope) || scopes.has('admin')) ? { name, role } : [];
  });

/** The write that adds a person; the name has to be new. */
export async function addPerson(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  { name, role, password, subject, by }: { name: string; role: Role; password?: string; subject?: string; by?: string },
): Promise<Write> {
  const row: PersonRow = {
    name,
    role,
    password: password === undefined ? '' : await hash(password),
    created_at: time.now(),
    created_by: by ?? null,
    disabled_at: null,
    totp: null,
    totp_confirmed_at: null,
    totp_step: null,
    subject: subject ?? null,
  };
  return db.insert(peopleTable, [row]);
}

/** The write that changes a person. */
export const changePerson = ({ db }: Pick<Runtime, 'db'>, name: string, change: Partial<PersonRow>): Write => ({
  query: db.tables<AccountRows>().updateTable('people').set(change).where('name', '=', name),
  atLeast: 1,
});

export const hashPassword = (password: string): Promise<string> => hash(password);
export const checkPassword = async (person: PersonRow | undefined, password: string): Promise<boolean> => {
  nobody ??= hash('nobody has this one');
  const good = await verify(person?.password || (await nobody), password);
  return good && person !== undefined && person.password !== '';
};

interface Credentials {
  name: string;
  password: string;
  /** The one-time code, where the person has set that up. */
  code?: string | undefined;
}

/**
 * Who these credentials are of. A wrong name, password or code answers the same, and counts for the address and for the name.
 * @throws Problem 401 (`needsCode` where only the code is missing), 429
 */
export async function authenticate(runtime: Runtime, address: string, given: Credentials): Promise<PersonRow> {
  const { cache } = runtime;
  const counters = [
    [`login:${address}`, byAddress],
    [`login-name:${given.name}`, byName],
  ] as const;
  for (const [counter, { tries, for: wait }] of counters) {
    if (Number((await cache.get(counter)) ?? 0) < tries) continue;
    const seconds = String(wait / 1000);
    throw new Problem(429, `Too many wrong logins. Wait ${seconds} seconds.`, {}, { 'Retry-After': seconds });
  }
  const person = await findPerson(runtime, given.name);
  const known = (await checkPassword(person, given.password)) && person?.disabled_at === null;
  if (known && person && person.totp_confirmed_at !== null && given.code === undefined)
    throw new Problem(401, 'The one-time code is missing.', { needsCode: true });
  if (known && person && (person.totp_confirmed_at === null || (await spendCode(runtime, person, given.code ?? ''))))
    return person;
  for (const [counter, { for: wait }] of counters) await cache.increment(counter, wait);
  throw new Problem(401, 'Name, password or code is wrong.');
}
