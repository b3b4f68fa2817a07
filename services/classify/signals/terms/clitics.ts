/**
 * What Arabic writes before a word without a space: and, so; with, for, like, will; the. In the normal form of
 * letters, in the order in which they are written (N. Habash, Introduction to Arabic Natural Language Processing, 2010).
 */
const conjunctions = ['', 'و', 'ف'];
const particles = ['', 'ب', 'ل', 'ك', 'س', 'ال', 'بال', 'كال', 'لل'];
const arabic = conjunctions.flatMap(and => particles.map(particle => and + particle)).filter(Boolean);

/** By language of a list: what may stand between the beginning of a word and the term. */
export const clitics: Readonly<Record<string, readonly string[]>> = { ar: arabic };

export const longestClitic = 4;
