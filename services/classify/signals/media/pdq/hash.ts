import { createHash } from 'node:crypto';
import { decode, Unhashable } from './decode.js';
import type { FileHashes } from './messages.js';
import { pdqOf } from './pdq.js';

/** Under this a PDQ hash says too little of a picture to be compared: the specification's bound. */
const leastQuality = 50;

/** Hashes a file. Decoding is for a process of its own: what strangers made may end it. */
export async function hashesOf(bytes: Uint8Array): Promise<FileHashes> {
  const digest = (name: string): string => createHash(name).update(bytes).digest('hex');
  const hashes = { sha256: digest('sha256'), md5: digest('md5') };
  try {
    const { hash, quality } = pdqOf(await decode(bytes));
    if (quality >= leastQuality) return { ...hashes, pdq: hash, quality };
    const unhashable = `it shows too little (quality ${quality} of 100, and ${leastQuality} is needed)`;
    return { ...hashes, quality, unhashable };
  } catch (error) {
    if (error instanceof Unhashable) return { ...hashes, unhashable: error.message };
    throw error;
  }
}
