import { de, en, fr } from './clocks.js';
import { inMine } from './pick.js';

const { rows } = inMine({ en, fr, de });

/** What an obligation is called, everywhere alike. */
export const nameOfObligation = (obligation: string): string => rows[obligation]?.name ?? obligation;
