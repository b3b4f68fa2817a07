import { de, en, fr } from '../words/labels.js';
import { inMine } from '../words/pick.js';

const words = inMine({ en, fr, de });

/** What was found, in the reader's words; a label of an operator's own model as it is declared. */
export const nameOfLabel = (label: string): string => words[label] ?? label;
