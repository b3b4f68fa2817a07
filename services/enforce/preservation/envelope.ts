import { FlattenedEncrypt, flattenedDecrypt } from 'jose';
import type { PublicKey } from './keys.js';
import type { PreservedPartRow } from './tables.js';

/** A key of its own for each part (AES-256-GCM), wrapped for the installation's key (P-256, AES-256 key wrap): JWE, RFC 7516. */
export const wrapping = 'ECDH-ES+A256KW';

type Place = Pick<PreservedPartRow, 'preserved_id' | 'n' | 'part'>;

/** Bound to its place: a part that was put elsewhere can't be read there. */
const boundTo = ({ preserved_id, n, part }: Place): Uint8Array =>
  new TextEncoder().encode(`sansdelai/preserved/v1\0${preserved_id}\0${n}\0${part}`);

export interface Sealed extends Pick<PreservedPartRow, 'kid' | 'wrapped' | 'sealed'> {
  bytes: number;
}

export async function sealPart(place: Place, what: unknown, kid: string, key: PublicKey): Promise<Sealed> {
  const plain = new TextEncoder().encode(JSON.stringify(what));
  const {
    ciphertext,
    iv,
    tag,
    encrypted_key,
    protected: head,
  } = await new FlattenedEncrypt(plain)
    .setProtectedHeader({ alg: wrapping, enc: 'A256GCM', kid })
    .setAdditionalAuthenticatedData(boundTo(place))
    .encrypt(key);
  return {
    kid,
    wrapped: JSON.stringify({ head, key: encrypted_key }),
    sealed: JSON.stringify({ iv, tag, text: ciphertext }),
    bytes: plain.length,
  };
}

/** What can't be read: it was changed, or another's key made it. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

/** @throws Unreadable */
export async function openPart(row: PreservedPartRow, key: PublicKey): Promise<unknown> {
  try {
    const { head, key: encrypted_key } = JSON.parse(row.wrapped ?? '') as { head: string; key: string };
    const { iv, tag, text } = JSON.parse(row.sealed ?? '') as { iv: string; tag: string; text: string };
    const aad = Buffer.from(boundTo(row)).toString('base64url');
    const { plaintext } = await flattenedDecrypt(
      { protected: head, encrypted_key, iv, tag, ciphertext: text, aad },
      key,
      {
        keyManagementAlgorithms: [wrapping],
        contentEncryptionAlgorithms: ['A256GCM'],
      },
    );
    return JSON.parse(new TextDecoder().decode(plaintext)) as unknown;
  } catch (error) {
    throw new Unreadable((error as Error).message);
  }
}
