export { farthest, HammingIndex, type Hash, type Neighbour } from './hamming-index.js';
