export { type Fetcher, type MediaSource, startFetcher } from './fetch/index.js';
export { type FetchedMediaOptions, fetchedMediaSignal } from './fetched-signal.js';
export { farthest, HammingIndex, type Hash, type Neighbour } from './hamming/index.js';
export { lookupAnswerSchema, lookupRoutes, lookupsSchema } from './lookup.js';
export { type FileHashes, type Hasher, startHasher } from './pdq/index.js';
export { knownMediaSignal } from './signal.js';
