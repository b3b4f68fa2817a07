import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The project's folder, from where this runs compiled. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

export const text = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

/** The README and every page under docs/, by path from the project's folder. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`)
    .sort(),
];

const fence = /^```(.*)\n([\s\S]*?)^```$/gm;

/** What stands in fenced blocks that begin with exactly this, e.g. `sh test`. */
export const blocks = (page: string, info: string): string[] =>
  [...text(page).matchAll(fence)].filter(([, said]) => said === info).map(([, , body]) => body ?? '');

/** A page without its code, in which neither links nor headings count. */
export const prose = (page: string): string =>
  text(page)
    .replace(fence, '')
    .replace(/`[^`\n]*`/g, code => code.replace(/[[\]#]/g, ' '));

/** What stands between `<!-- name… -->` and `<!-- /name -->`; `replace` says what the page would be with other content there. */
export function made(page: string, name: string): { content: string; replace(content: string): string } {
  const whole = text(page);
  const [start, head = '', content = ''] =
    new RegExp(`(<!-- ${name}\\b[^\\n]*-->\\n)([\\s\\S]*?)<!-- /${name} -->`).exec(whole) ?? [];
  if (start === undefined) throw new Error(`${page} has no place for ${name}`);
  return { content, replace: next => whole.replace(start, () => `${head}${next}<!-- /${name} -->`) };
}

/** The rows of all tables of a page, cell by cell, headings and rulers left out. */
export function tableRows(content: string): string[][] {
  const rows: string[][] = [];
  let inTable = false;
  for (const line of content.split('\n')) {
    if (!line.trimStart().startsWith('|')) inTable = false;
    else if (/^\s*\|[\s|:-]+\|$/.test(line)) inTable = true;
    else if (inTable)
      rows.push(
        line
          .trim()
          .slice(1, -1)
          .split('|')
          .map(cell => cell.trim()),
      );
  }
  return rows;
}
