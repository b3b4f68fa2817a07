import { language } from '../strings.js';

const units = ['B', 'kB', 'MB', 'GB', 'TB'];
const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

/** 12 kB, 3.4 GB; a dash where it is not known. */
export function bytes(n: number | undefined): string {
  if (n === undefined) return '–';
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, n)) / 3));
  return `${tenths.format(n / 1_000 ** power)} ${units[power]}`;
}
