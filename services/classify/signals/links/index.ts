export { findLinks } from './find.js';
export { keysOf, type LinkScope, linkKey, normalLink } from './normal.js';
export { knownLinkSignal } from './signal.js';
