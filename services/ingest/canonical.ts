import { createHash } from 'node:crypto';
import type { Post } from '../contracts/index.js';

/** JSON with the keys of every object in order, so that the same content has the same bytes. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}

/** What tells two contents under one key apart: SHA-256 of the canonical JSON, base64url. */
export const contentHash = (post: Post): string => createHash('sha256').update(canonical(post)).digest('base64url');

/** The receipt of a post: the same key and content get the same one. It promises that the record is durable. */
export const receiptOf = (key: string, hash: string): string =>
  createHash('sha256').update(`receipt\0${key}\0${hash}`).digest('base64url').slice(0, 22);
