import { type CompactJWSHeaderParameters, CompactSign, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { z } from 'zod';
import type { Time } from '../../../runtime/index.js';
import type { Partner } from '../settings.js';

const typ = 'sansdelai-hashes+jws';
/** Changes of one message. */
export const mostChanges = 500;
/** Bytes of a message, signature and all. */
export const mostBytes = 2 * 1024 ** 2;
/** How far the clocks of both sides may be apart, and how long a message may be under way, in seconds. */
const window = 300;

const common = {
  id: z.string().min(1).max(300),
  tags: z.array(z.string().min(1).max(100)).max(50).default([]),
  expiresAt: z.int().min(0).optional(),
};
const hash = z.string().regex(/^[0-9a-f]{32,64}$/);
const change = z.union([
  z.strictObject({ id: common.id, removed: z.literal(true) }),
  z.strictObject({ ...common, kind: z.enum(['pdq', 'md5', 'sha256']), hash }),
  z.strictObject({
    ...common,
    kind: z.literal('link'),
    link: z.string().min(1).max(2048),
    scope: z.enum(['link', 'prefix', 'domain']),
  }),
]);
const messageSchema = z.strictObject({
  /** The address that it is sent to: nobody can pass it on to another installation. */
  aud: z.string().max(2048),
  /** Seconds since 1970. */
  iat: z.int(),
  jti: z.string().min(16).max(100),
  stream: z.string().min(1).max(100),
  /** The changes after `from`, up to `to`: numbers that only grow. */
  from: z.int().min(0),
  to: z.int().min(1),
  changes: z.array(change).max(mostChanges),
});

/** What one installation tells another of its confirmed entries. */
export type Message = z.output<typeof messageSchema>;
export type Change = z.output<typeof change>;

/** A message that is not to be taken up, with the HTTP status that says why. */
export class MessageError extends Error {
  override name = 'MessageError';
  constructor(
    readonly status: 401 | 403 | 422,
    message: string,
  ) {
    super(message);
  }
}

/** Our private key, from a JWK. @throws Error that says what is wrong and holds nothing of the key */
export async function readKey(text: string): Promise<Awaited<ReturnType<typeof importJWK>>> {
  let jwk: unknown;
  try {
    jwk = JSON.parse(text);
  } catch {
    throw new Error('is no JWK: it is not JSON');
  }
  const parsed = z
    .object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() })
    .safeParse(jwk);
  if (!parsed.success) throw new Error('is no private Ed25519 JWK: kty OKP, crv Ed25519, x, d');
  try {
    return await importJWK(parsed.data, 'EdDSA');
  } catch {
    throw new Error('is no Ed25519 key');
  }
}

/** Signs a message: a compact JWS (RFC 7515) with EdDSA over Ed25519 (RFC 8037). */
export const sign = (message: Message, kid: string, key: Awaited<ReturnType<typeof readKey>>): Promise<string> =>
  new CompactSign(new TextEncoder().encode(JSON.stringify(message)))
    .setProtectedHeader({ alg: 'EdDSA', kid, typ })
    .sign(key);

/** Who sent it, and what: signed with a key that a partner is listed with, meant for us, and fresh. @throws MessageError */
export async function open(
  jws: string,
  partners: readonly Partner[],
  audience: string,
  time: Pick<Time, 'now'>,
): Promise<{ partner: Partner; message: Message }> {
  const header = headerOf(jws);
  const partner = partners.find(({ keys }) => keys.some(({ kid }) => kid === header.kid));
  const key = partner?.keys.find(({ kid }) => kid === header.kid)?.key;
  if (!partner || !key || header.typ !== typ)
    throw new MessageError(401, 'The message is not signed with a key that is listed here.');
  const payload = await compactVerify(jws, await importJWK(key, 'EdDSA'), { algorithms: ['EdDSA'] }).then(
    verified => verified.payload,
    () => {
      throw new MessageError(401, 'The signature is not right.');
    },
  );
  const message = messageOf(payload);
  if (message.aud !== audience) throw new MessageError(403, 'The message is meant for another address (aud).');
  const age = Math.floor(time.now() / 1000) - message.iat;
  if (Math.abs(age) > window)
    throw new MessageError(401, `The message is ${age} s old by our clock (iat); ${window} are allowed.`);
  return { partner, message };
}

function headerOf(jws: string): CompactJWSHeaderParameters {
  try {
    return decodeProtectedHeader(jws) as CompactJWSHeaderParameters;
  } catch {
    throw new MessageError(401, 'The body is no compact JWS.');
  }
}

function messageOf(payload: Uint8Array): Message {
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    throw new MessageError(422, 'The payload is not JSON.');
  }
  const parsed = messageSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new MessageError(422, `The payload: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
  }
  if (parsed.data.to < parsed.data.from) throw new MessageError(422, 'The payload: to: must not be below from.');
  return parsed.data;
}
