import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The project's folder, from where this runs compiled. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A file of the project, by its path from the project's folder. */
export const text = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
