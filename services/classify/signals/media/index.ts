export { HammingIndex, type Hash, type Neighbour } from './hamming/index.js';
export { knownMediaSignal } from './signal.js';
