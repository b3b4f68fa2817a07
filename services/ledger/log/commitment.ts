import { createHmac } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { entryKind, openMove } from '../../contracts/index.js';

/** Bytes of a salt. */
export const saltBytes = 32;
const hash = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be base64url of 32 bytes');

/** What an entry's commitment opens to. It tells nothing of a post or a person; `detail` is the commitment of what does. */
export const openingSchema = z.strictObject({
  v: z.literal(1),
  kind: entryKind,
  /** When it happened, as it was told: milliseconds since 1970, UTC. */
  at: z.int(),
  moves: z.array(openMove.strict()).max(32),
  detail: hash,
});
export type Opening = z.infer<typeof openingSchema>;

/** Canonical JSON (RFC 8785). */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** A commitment: HMAC-SHA-256 with the salt as its key. Who has neither salt nor value learns nothing from it. */
const commit = (salt: Buffer, use: string, value: unknown): Buffer =>
  createHmac('sha256', salt).update(`sansdelai/${use}/v1\0`).update(canonical(value)).digest();

/** The bytes of an entry in the log: the commitment of its opening. */
export const commitOpening = (salt: Buffer, opening: Opening): Buffer => commit(salt, 'entry', opening);

/** What an opening says in `detail`: the commitment of what the entry is about. */
export const commitDetail = (salt: Buffer, detail: unknown): string =>
  commit(salt, 'detail', detail).toString('base64url');

/** One line of the openings that are published with a figure. */
export const openedLine = z.strictObject({ index: z.int().min(0), salt: hash, opening: openingSchema });
export type OpenedLine = z.infer<typeof openedLine>;
