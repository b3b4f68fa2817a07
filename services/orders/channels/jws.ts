import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import { Problem, parseJson, problemsOf } from '../../runtime/index.js';
import { type OrderContent, orderSchema } from '../annex-one.js';
import type { KnownAuthority } from '../register.js';

/** Asymmetric ones only: a public key must never serve as a shared secret. */
const algorithms = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'];
/** Watches of two sides differ a little. */
const skew = 5 * 60_000;

const claims = z.strictObject({
  /** Whom it is for. */
  aud: z.string().max(500).optional(),
  /** When it was signed and until when it may be handed over, in seconds. */
  iat: z.int(),
  exp: z.int().optional(),
  jti: z.string().min(8).max(200),
  order: orderSchema,
});

/** What a signed order was not taken for, and who it said it came from. */
export class NotAnOrder extends Problem {
  constructor(
    status: number,
    detail: string,
    readonly claimed: string,
    extra: Record<string, unknown> = {},
  ) {
    super(status, detail, extra);
  }
}

function kidOf(jws: string): string {
  try {
    return String(decodeProtectedHeader(jws).kid ?? '');
  } catch {
    throw new NotAnOrder(401, 'The body is no compact JWS.', '');
  }
}

/** Which key signed it. Names of keys are the register's. @throws NotAnOrder 401, 403 */
function signerOf(kid: string, register: readonly KnownAuthority[]): { authority: KnownAuthority; key: JWK } {
  for (const authority of register) {
    const key = authority.keys.find(one => one.kid === kid);
    if (!key) continue;
    if (authority.revoked) throw new NotAnOrder(403, 'This authority was taken out of the register.', authority.id);
    return { authority, key: key as JWK };
  }
  throw new NotAnOrder(401, 'It is not signed with a key of the register of competent authorities.', kid);
}

/**
 * Opens a signed order: a compact JWS (RFC 7515) by a key of the register, meant for us, and not over.
 * @param audience what `aud` has to be, where that is set
 * @throws NotAnOrder 401 (no such key, bad signature), 403 (revoked, for somebody else), 422 (expired, of the future, can't be read)
 */
export async function openOrder(
  jws: string,
  register: readonly KnownAuthority[],
  audience: string | undefined,
  now: number,
): Promise<{ authority: KnownAuthority; content: OrderContent }> {
  const { authority, key } = signerOf(kidOf(jws), register);
  const no = (status: number, detail: string, extra = {}) => new NotAnOrder(status, detail, authority.id, extra);
  let payload: Uint8Array;
  try {
    const alg = key.alg ?? (key.kty === 'OKP' ? 'EdDSA' : key.kty === 'RSA' ? 'PS256' : 'ES256');
    payload = (await compactVerify(jws, await importJWK(key, alg), { algorithms })).payload;
  } catch {
    throw no(401, 'The signature is not right.');
  }
  let given: unknown;
  try {
    given = parseJson(Buffer.from(payload));
  } catch (error) {
    throw no(422, (error as Error).message);
  }
  const parsed = claims.safeParse(given);
  if (!parsed.success) throw no(422, 'Some fields of the order are wrong.', { errors: problemsOf(parsed.error) });
  const { aud, iat, exp, order } = parsed.data;
  if (audience !== undefined && aud !== audience) throw no(403, 'The order is addressed to somebody else (aud).');
  if (exp !== undefined && exp * 1000 < now - skew) throw no(422, 'Its signature has expired (exp): sign it again.');
  if (iat * 1000 > now + skew) throw no(422, 'It was signed in the future (iat).');
  return { authority, content: order };
}
