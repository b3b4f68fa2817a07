export { mostPixels } from './decode.js';
export { type Hasher, type HasherOptions, mostBytes, startHasher } from './hasher.js';
export type { FileHashes } from './messages.js';
