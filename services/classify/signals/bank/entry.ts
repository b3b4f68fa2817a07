import { createHash } from 'node:crypto';
import { z } from 'zod';
import { findLinks, type LinkScope, linkKey } from '../links/index.js';
import { fold } from '../normalise.js';
import { actsAtDefault } from './text-index.js';

/** Fewer letters than this name no text: they would match what has nothing to do with it. */
const leastLetters = 8;
/** A text that loses a link, a handle or a hashtag in its normal form needs more, because what made it one of a kind may be gone. */
const leastLettersMasked = 24;
/** The distance at which PDQ hashes count as the same picture, by its authors; no entry acts beyond. */
export const pdqRadius = 31;

export const entryKinds = ['text', 'link', 'pdq', 'sha256', 'md5'] as const;
export type EntryKind = (typeof entryKinds)[number];

/** Neither database keeps NUL or half a surrogate pair in text as it is. */
export const plain = (value: string): string => value.replace(/\p{Cs}|\0/gu, '\ufffd');
const short = (most: number) => z.string().min(1).max(most).transform(plain);

const common = {
  /** The id that the entry has where it comes from. */
  sourceId: short(300).optional(),
  tags: z.array(short(100)).max(50).default([]),
  /** When it stops to match, in milliseconds since 1970. */
  expiresAt: z.int().min(0).optional(),
};
const hex = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), `must be ${digits} hex digits`)
    .toLowerCase();

const text = z.strictObject({
  kind: z.literal('text'),
  text: short(100_000),
  /** From this similarity on (`Nearness`) a changed text counts as this one; 1: only unchanged. Kept to four decimals. */
  actsAt: z.number().min(0.5).max(1).default(actsAtDefault),
  ...common,
});
const link = z.strictObject({
  kind: z.literal('link'),
  link: short(2048),
  scope: z.enum(['link', 'prefix', 'domain']).default('link'),
  ...common,
});
const pdq = z.strictObject({
  kind: z.literal('pdq'),
  hash: hex(64),
  /** Up to this Hamming distance (bits of 256) a picture counts as this one. */
  actsWithin: z.int().min(0).max(pdqRadius).default(pdqRadius),
  ...common,
});
const sha256 = z.strictObject({ kind: z.literal('sha256'), hash: hex(64), ...common });
const md5 = z.strictObject({ kind: z.literal('md5'), hash: hex(32), ...common });

/** An entry as a list elsewhere has it: the list itself is its source. */
export const listedEntry = z.discriminatedUnion('kind', [text, link, pdq, sha256, md5]);
export type ListedEntry = z.input<typeof listedEntry>;

const entryWith = <S extends z.core.$ZodShape>(more: S) =>
  z.discriminatedUnion('kind', [
    text.extend(more),
    link.extend(more),
    pdq.extend(more),
    sha256.extend(more),
    md5.extend(more),
  ]);
export const sourceName = short(500);
/** What an entry is made of. */
export const newEntrySchema = entryWith({ source: sourceName });
export type NewEntry = z.input<typeof newEntrySchema>;
/** As it comes over HTTP. `confirmed`: the caller stands for the entry, so that it may act by itself. */
export const postedEntry = entryWith({ source: sourceName, confirmed: z.boolean().default(false) });

/** An entry that can't be taken in: the message names the field and what is wrong with it. */
export class EntryError extends Error {
  override name = 'EntryError';
  constructor(
    readonly field: string,
    readonly reason: string,
  ) {
    super(`${field} ${reason}`);
  }
}

/** SHA-256 of a normal form. */
export const digestOf = (units: Uint16Array): string =>
  createHash('sha256')
    .update(new Uint8Array(units.buffer, units.byteOffset, units.byteLength))
    .digest('base64url');

/** What is matched of an entry. */
export interface Named {
  kind: EntryKind;
  /** What it is found by. */
  foundBy: string;
  /** As it was given. */
  content: string;
  /** Where it may act: from which similarity on (text), up to which distance (pdq). */
  acts: number | null;
}

/** The hash of nothing names every empty file. */
const emptyFiles = new Set([
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'd41d8cd98f00b204e9800998ecf8427e',
]);

/** @throws EntryError where it names nothing, or far too much. */
export function nameOf(entry: z.output<typeof listedEntry>): Named {
  switch (entry.kind) {
    case 'text':
      return { kind: 'text', foundBy: textKey(entry.text), content: entry.text, acts: entry.actsAt };
    case 'link':
      return { kind: 'link', foundBy: keyOfLink(entry.link, entry.scope), content: entry.link, acts: null };
    case 'pdq':
      return { kind: 'pdq', foundBy: pdqKey(entry.hash), content: entry.hash, acts: entry.actsWithin };
    default:
      if (emptyFiles.has(entry.hash)) throw new EntryError('hash', 'is that of an empty file');
      return { kind: entry.kind, foundBy: entry.hash, content: entry.hash, acts: null };
  }
}

function textKey(text: string): string {
  const units = fold(text);
  const masked = /[@#＠＃]/.test(text) || findLinks(text).some(link => link.certain);
  const least = masked ? leastLettersMasked : leastLetters;
  if (units.length < least) {
    const without = masked ? ' beside links, handles and hashtags' : '';
    throw new EntryError('text', `has ${units.length} letters and digits${without}; it takes ${least} to name a text`);
  }
  return digestOf(units);
}

function keyOfLink(link: string, scope: LinkScope): string {
  const found = linkKey(link, scope);
  if ('problem' in found) throw new EntryError('link', found.problem);
  return found.key;
}

/** About half the bits of a picture's hash are set; one of nearly none or nearly all is that of an empty area, which many pictures are near to. */
function pdqKey(hash: string): string {
  let set = 0;
  for (const byte of Buffer.from(hash, 'hex')) for (let bits = byte; bits > 0; bits &= bits - 1) set++;
  if (set <= pdqRadius || set >= 256 - pdqRadius) {
    throw new EntryError('hash', `has ${set} of 256 bits set, as pictures without content have`);
  }
  return hash;
}
