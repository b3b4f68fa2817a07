import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { instant, toLedger } from '../contracts/index.js';
import { ConfigError, problemsOf, type Runtime, type Write } from '../runtime/index.js';
import { ofSandbox } from './sandbox-names.js';
import { stateSchema } from './settings.js';
import { type AuthorityRow, authoritiesTable, type OrderRows } from './tables.js';
import { openGuard } from './volume-duty.js';

const mostBytes = 4 * 1024 ** 2;

const key = z
  .looseObject({
    kid: z
      .string()
      .min(1)
      .max(200)
      .refine(kid => !ofSandbox(kid), "has a name of the hidden sandbox's"),
    kty: z.enum(['OKP', 'EC', 'RSA']),
    alg: z.string().max(20).optional(),
  })
  .refine(jwk => !('d' in jwk), 'holds a private key: only public keys belong here');

/** One authority as the register's file has it (TCO Article 12; the national lists of DSA Article 9). */
const authoritySchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"')
    .refine(id => !ofSandbox(id), "is the hidden sandbox's"),
  name: z.string().min(1).max(300),
  state: stateSchema,
  instruments: z.array(z.enum(['tco', 'dsa9'])).min(1),
  keys: z.array(key).max(20).default([]),
  certificates: z
    .array(z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex'))
    .max(20)
    .default([]),
  usualOrdersADay: z.int().min(1).max(100_000).optional(),
  answersTo: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address that takes answering forms'),
  noticeAt: instant.optional().describe('when it told how its orders work (Article 3(2))'),
  revoked: z.boolean().default(false),
});
export type Authority = z.output<typeof authoritySchema>;
export type KnownAuthority = Authority & { row: AuthorityRow };

/** @throws ConfigError that names what is wrong in the file */
export function readRegister(path: string): Authority[] {
  try {
    if (statSync(path).size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
    const parsed = z
      .array(authoritySchema)
      .max(5_000)
      .safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success) {
      const [first] = problemsOf(parsed.error);
      throw new Error(`${first?.path}: ${first?.message}`);
    }
    const kids = parsed.data.flatMap(({ keys }) => keys.map(({ kid }) => kid));
    const twice = kids.find((kid, i) => kids.indexOf(kid) !== i);
    if (twice !== undefined) throw new Error(`two keys have the name (kid) "${twice}"`);
    return parsed.data;
  } catch (error) {
    throw new ConfigError(`the register ${path} can't be used: ${(error as Error).message}`);
  }
}

const showRow = (row: AuthorityRow): KnownAuthority => ({ ...(JSON.parse(row.entry) as Authority), row });

export async function listAuthorities({ db }: Pick<Runtime, 'db'>): Promise<KnownAuthority[]> {
  const found = await db.tables<OrderRows>().selectFrom('authorities').selectAll().orderBy('id').execute();
  return found.map(showRow);
}

/**
 * Brings the register up to its file. Who is missing in it stays: an authority ends by `revoked`. Each change is entered in the ledger.
 * @returns how many were changed
 */
export async function importRegister(runtime: Runtime, path: string): Promise<number> {
  const { db, time } = runtime;
  const given = readRegister(path);
  const known = new Map((await listAuthorities(runtime)).map(({ row }) => [row.id, row]));
  const changed = given.filter(one => known.get(one.id)?.entry !== JSON.stringify(one));
  if (changed.length === 0) return 0;
  const at = time.now();
  const writes = changed.flatMap((one): Write[] => {
    const entry = JSON.stringify(one);
    const revoked = one.revoked ? (1 as const) : (0 as const);
    const row = { id: one.id, entry, revoked, orders: 0, first_at: null, confirmed_until: null };
    const query = db
      .tables<OrderRows>()
      .updateTable('authorities')
      .set({ entry, revoked, changed_at: at })
      .where('id', '=', one.id);
    return [
      db.insert(authoritiesTable, [{ ...row, changed_at: at, volume_since: null }], { onConflict: 'nothing' }),
      { query },
    ];
  });
  const detail = {
    change: 'register of authorities',
    authorities: changed.map(({ id, revoked }) => `${id}${revoked ? ' (revoked)' : ''}`),
  };
  // Of who may order no more nobody has to confirm a number.
  const ended = changed.flatMap(({ id, revoked }) => {
    const row = known.get(id);
    const told = { at, by: 'orders', evidence: 'the authority was taken out of the register' };
    return row && revoked ? [openGuard(runtime, row, 'void', told)] : [];
  });
  await runtime.commit(
    [...writes, ...ended.flatMap(({ writes }) => writes)],
    [
      toLedger({ kind: 'access.changed', at, detail }, '/orders', time.uuid()),
      ...ended.flatMap(({ events }) => events),
    ],
  );
  return changed.length;
}
