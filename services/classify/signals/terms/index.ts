export { readTermLists, TermsError } from './lists.js';
export { termsSignal } from './signal.js';
