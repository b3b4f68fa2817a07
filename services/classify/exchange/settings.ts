import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { isLoopback } from '../../runtime/index.js';

/** Names of sources, partners and banks go into addresses, metrics and rows. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"');
const variable = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable');
/** Secrets travel over it, so plain http is for this machine alone. */
const address = z.url({ protocol: /^https?$/ }).superRefine((text, context) => {
  const { username, password, protocol, hostname } = new URL(text);
  if (username || password) context.addIssue('must hold no user name and password');
  if (protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''))) context.addIssue('must be https');
});

const common = {
  name,
  bank: name.describe('bank that the entries go into'),
  everyMinutes: z.number().min(1).max(44_640).default(60).describe('minutes from one pull to the next'),
  tags: z.array(z.string().min(1).max(100)).max(20).default([]).describe('put on each entry'),
};

const threatExchange = z.strictObject({
  kind: z.literal('threatexchange'),
  ...common,
  privacyGroup: z.string().regex(/^\d{1,32}$/, 'must be the number of a privacy group'),
  tokenEnv: variable.describe('variable with the access token'),
  url: address.default('https://graph.facebook.com/v21.0'),
  feedback: z.boolean().default(false).describe('tell the source what our people decided'),
});

const tcap = z.strictObject({
  kind: z.literal('tcap'),
  ...common,
  userEnv: variable.describe('variable with the user name'),
  passwordEnv: variable.describe('variable with the password'),
  url: address.default('https://app.terrorismanalytics.org'),
  ideology: z.enum(['all', 'islamist', 'far-right']).default('all'),
});

/** Our columns, and the names that they have in the list. */
const columns = z.strictObject({
  value: z.string().default('value'),
  kind: z.string().default('kind'),
  id: z.string().default('id'),
  tags: z.string().default('tags'),
  expires: z.string().default('expires'),
});
const csv = z
  .strictObject({
    kind: z.literal('csv'),
    ...common,
    path: z.string().min(1).optional(),
    url: address.optional(),
    tokenEnv: variable.optional().describe('variable with a bearer token for the address'),
    type: z.enum(['pdq', 'md5', 'sha256', 'link', 'domain', 'text']).optional().describe('of lists of one kind'),
    columns: columns.prefault({}),
  })
  .refine(({ path, url }) => (path === undefined) !== (url === undefined), 'takes either a path or a url');

const push = z.strictObject({
  kind: z.literal('push'),
  ...common,
  everyMinutes: common.everyMinutes.default(1),
  url: address.describe("the receiver's POST /v1/exchange/hashes"),
  kid: z.string().min(1).max(100).describe('name under which the receiver lists our key'),
  keyEnv: variable.describe('variable with our Ed25519 key, a private JWK'),
  kinds: z
    .array(z.enum(['pdq', 'md5', 'sha256', 'link']))
    .min(1)
    .default(['pdq', 'md5', 'sha256']),
  stream: name.optional().describe('another name makes the receiver take all from the start; default: the name'),
});

const source = z.discriminatedUnion('kind', [threatExchange, tcap, csv, push]);

const partner = z.strictObject({
  name,
  bank: name,
  tags: common.tags,
  keys: z
    .array(
      z.strictObject({
        kid: z.string().min(1).max(100),
        key: z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().regex(/^[\w-]{43}$/) }),
      }),
    )
    .min(1)
    .max(20),
});

const file = z
  .strictObject({
    sources: z.array(source).max(100).default([]),
    partners: z.array(partner).max(100).default([]),
    audience: address.optional().describe('address of our own POST /v1/exchange/hashes, as partners know it'),
  })
  .superRefine(({ sources, partners }, context) => {
    const seen = new Set<string>();
    const once = (value: string, path: (string | number)[]): void => {
      if (seen.has(value)) context.addIssue({ code: 'custom', path, message: `"${value}" is there twice` });
      seen.add(value);
    };
    sources.forEach(({ name }, n) => {
      once(name, ['sources', n, 'name']);
    });
    partners.forEach(({ name }, n) => {
      once(name, ['partners', n, 'name']);
    });
    const kids = partners.flatMap(({ keys }, n) =>
      keys.map(({ kid }, k) => ({ kid, path: ['partners', n, 'keys', k, 'kid'] })),
    );
    kids.forEach(({ kid, path }, n) => {
      if (kids.findIndex(other => other.kid === kid) < n)
        context.addIssue({ code: 'custom', path, message: `"${kid}" is there twice` });
    });
  });

export type SourceSettings = z.output<typeof source>;
export type SourceOf<K extends SourceSettings['kind']> = Extract<SourceSettings, { kind: K }>;
export type Partner = z.output<typeof partner>;

/** What the file says. Secrets are read from the environment when they are used, by `secret`, and are nowhere in it. */
export interface ExchangeSettings {
  sources: SourceSettings[];
  partners: Partner[];
  audience?: string;
  /** The value of a variable that a source names. */
  secret(variable: string): string;
}

/** The file of exchanges can't be used. The message names each field, and never a secret. */
export class ExchangesError extends Error {
  override name = 'ExchangesError';
}

const variablesOf = (one: SourceSettings): string[] =>
  Object.entries(one).flatMap(([field, value]) => (field.endsWith('Env') && typeof value === 'string' ? [value] : []));

/**
 * Reads the file that `SANSDELAI_EXCHANGES` names; without one, nothing is exchanged.
 * @throws ExchangesError naming each field that can't be used, and each variable of a secret that is not set.
 */
export function loadExchanges(
  path: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ExchangeSettings {
  const secret = (name: string): string => environment[name] ?? '';
  if (path === undefined) return { sources: [], partners: [], secret };
  const fail = (lines: string[]): never => {
    throw new ExchangesError(`${path} can't be used:\n${lines.map(line => `  ${line}`).join('\n')}`);
  };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return fail([(error as Error).message]);
  }
  const document = parseDocument(text);
  if (document.errors.length > 0) return fail(document.errors.map(error => error.message.split('\n')[0] ?? ''));
  const result = file.safeParse(document.toJS() ?? {});
  if (!result.success) return fail(result.error.issues.map(issue => `${fieldOf(issue.path)}: ${issue.message}`));
  const { sources, partners, audience } = result.data;
  const unset = sources.flatMap(one =>
    variablesOf(one).flatMap(name => (secret(name) === '' ? [`${one.name}: the variable ${name} is not set`] : [])),
  );
  if (unset.length > 0) return fail(unset);
  return { sources, partners, ...(audience !== undefined && { audience }), secret };
}

const fieldOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text ? '.' : ''}${String(part)}`),
    '',
  ) || 'the file';
