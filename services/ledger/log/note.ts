import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/**
 * Signed notes after C2SP signed-note: text, an empty line, then a line for each signature. Two kinds of Ed25519 signatures are made: `plain` over
 * the text, and `timed` (C2SP tlog-cosignature), which also says at which second it was made.
 */
export type SignatureKind = 'plain' | 'timed';
const algorithms: Record<SignatureKind, number> = { plain: 1, timed: 4 };

/** Who signs a note: reads and writes as C2SP's `name+hash+key`. */
export interface VerifierKey {
  name: string;
  kind: SignatureKind;
  /** The four bytes by which a signature names its key. */
  id: Buffer;
  key: KeyObject;
}
export interface SignerKey extends VerifierKey {
  secret: KeyObject;
}

/** What DER puts before the 32 bytes of a public and of a secret Ed25519 key (RFC 8410). */
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const secretPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const seedOf = (secret: KeyObject): Buffer => secret.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
const rawOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(-32);

const idOf = (name: string, kind: SignatureKind, raw: Uint8Array): Buffer =>
  createHash('sha256').update(`${name}\n`).update(Buffer.of(algorithms[kind])).update(raw).digest().subarray(0, 4);

const goodName = (name: string): boolean => name !== '' && !/[\s+]/u.test(name) && !name.includes('\ufffd');

/** @throws Error where the name can't stand in a note, or the key is not Ed25519. */
export function signerOf(name: string, secret: KeyObject, kind: SignatureKind = 'plain'): SignerKey {
  if (!goodName(name)) throw new Error('a key name has no spaces and no "+"');
  if (secret.asymmetricKeyType !== 'ed25519') throw new Error('the key is not an Ed25519 key');
  const key = createPublicKey(secret);
  return { name, kind, key, secret, id: idOf(name, kind, rawOf(key)) };
}

/** The key of both kinds of signatures: who has one of them knows the other. */
export function timedOf({ name, key }: VerifierKey): { plain: VerifierKey; timed: VerifierKey } {
  const kind = (kind: SignatureKind): VerifierKey => ({ name, kind, key, id: idOf(name, kind, rawOf(key)) });
  return { plain: kind('plain'), timed: kind('timed') };
}

/** The key as it is given to who verifies: `name+12345678+AQ…`. */
export const verifierText = ({ name, kind, id, key }: VerifierKey): string =>
  `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.of(algorithms[kind]), rawOf(key)]).toString('base64')}`;

/** The secret as it is kept: `PRIVATE+KEY+name+12345678+AQ…`. */
export const signerText = ({ name, kind, id, secret }: SignerKey): string =>
  `PRIVATE+KEY+${name}+${id.toString('hex')}+${Buffer.concat([Buffer.of(algorithms[kind]), seedOf(secret)]).toString('base64')}`;

function parseKey(text: string): { name: string; kind: SignatureKind; id: string; raw: Buffer } {
  const [, name = '', id = '', key = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? [];
  const bytes = Buffer.from(key, 'base64');
  const kind = bytes[0] === algorithms.plain ? 'plain' : bytes[0] === algorithms.timed ? 'timed' : undefined;
  if (!goodName(name) || !kind || bytes.length !== 33)
    throw new Error('not an Ed25519 key of the form name+12345678+AQ…');
  return { name, kind, id, raw: bytes.subarray(1) };
}

/** @throws Error where the text is no key, or its hash is not that of the key. */
export function parseVerifier(text: string): VerifierKey {
  const { name, kind, id, raw } = parseKey(text.trim());
  const key = createPublicKey({ key: Buffer.concat([publicPrefix, raw]), format: 'der', type: 'spki' });
  const made = idOf(name, kind, raw);
  if (made.toString('hex') !== id) throw new Error(`the key's hash is ${made.toString('hex')}, not ${id}`);
  return { name, kind, id: made, key };
}

/** @throws Error as {@link parseVerifier}. */
export function parseSigner(text: string): SignerKey {
  const { name, kind, id, raw } = parseKey(text.trim().replace(/^PRIVATE\+KEY\+/, ''));
  const secret = createPrivateKey({ key: Buffer.concat([secretPrefix, raw]), format: 'der', type: 'pkcs8' });
  const made = signerOf(name, secret, kind);
  if (made.id.toString('hex') !== id) throw new Error(`the key's hash is ${made.id.toString('hex')}, not ${id}`);
  return made;
}

export interface Signature {
  name: string;
  id: Buffer;
  /** With a `timed` signature the first eight bytes are the second at which it was made. */
  bytes: Buffer;
}
export interface Note {
  /** With the newline at its end. */
  text: string;
  signatures: readonly Signature[];
}

/** What a timed signature is over. */
const timedText = (text: string, seconds: number): string => `cosignature/v1\ntime ${seconds}\n${text}`;

/**
 * Signs a note.
 * @param text ends in a newline and has no empty line at its end
 * @param now milliseconds since 1970, for timed signatures
 */
export function signNote(text: string, signers: readonly SignerKey[], now: number): string {
  const seconds = Math.floor(now / 1000);
  const lines = signers.map(({ name, kind, id, secret }) => {
    const stamp = Buffer.alloc(kind === 'timed' ? 8 : 0);
    if (kind === 'timed') stamp.writeBigUInt64BE(BigInt(seconds));
    const signature = sign(null, Buffer.from(kind === 'timed' ? timedText(text, seconds) : text), secret);
    return `\u2014 ${name} ${Buffer.concat([id, stamp, signature]).toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** A note is small: whatever is longer is none. */
const longestNote = 16_384;

/** @throws Error where it is not of a note's form. Its signatures are not looked at yet. */
export function parseNote(note: string): Note {
  const split = note.lastIndexOf('\n\n');
  if (note.length > longestNote || split < 0 || !note.endsWith('\n')) throw new Error('not a signed note');
  const signatures = note
    .slice(split + 2, -1)
    .split('\n')
    .map((line): Signature => {
      const [, name = '', base64 = ''] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? [];
      const bytes = Buffer.from(base64, 'base64');
      if (bytes.length < 5) throw new Error('not a signed note: a line at its end is no signature');
      return { name, id: bytes.subarray(0, 4), bytes: bytes.subarray(4) };
    });
  return { text: note.slice(0, split + 1), signatures };
}

/**
 * Whether the key signed the note, and when.
 * @returns undefined where it did not sign, or the signature is wrong; `at` (ms since 1970) for timed signatures.
 */
export function signedBy({ text, signatures }: Note, by: VerifierKey): { at?: number } | undefined {
  for (const { name, id, bytes } of signatures) {
    if (name !== by.name || !id.equals(by.id)) continue;
    if (by.kind === 'plain') {
      if (bytes.length === 64 && verify(null, Buffer.from(text), by.key, bytes)) return {};
    } else if (bytes.length === 72) {
      const seconds = Number(bytes.readBigUInt64BE());
      if (verify(null, Buffer.from(timedText(text, seconds)), by.key, bytes.subarray(8))) return { at: seconds * 1000 };
    }
  }
  return undefined;
}
