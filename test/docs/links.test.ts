import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { made, pages, prose, root, text } from './pages.js';

/** Targets of links and pictures. */
const linksOf = (page: string): string[] =>
  [...prose(page).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target ?? '');

/** What GitHub calls a heading in a link. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

const anchorsOf = (page: string): string[] =>
  [...prose(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? ''));

/** Path from the project's folder, and the anchor. */
function resolve(page: string, link: string): { path: string; anchor: string | undefined } {
  const [path = '', anchor] = link.split('#') as [string, string?];
  return { path: path === '' ? page : normalize(join(dirname(page), path)), anchor };
}

const outside = /^(https?|mailto):/;

test.each(pages)('what %s links to is there', page => {
  const broken = linksOf(page)
    .filter(link => !outside.test(link))
    .filter(link => {
      const { path, anchor } = resolve(page, link);
      if (path.startsWith('..') || !existsSync(join(root, path))) return true;
      if (anchor === undefined) return false;
      return !path.endsWith('.md') || !anchorsOf(path).includes(anchor);
    });
  expect(broken).toEqual([]);
});

test('every page can be reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const link of linksOf(page).filter(link => !outside.test(link))) {
      const { path } = resolve(page, link);
      if (path.endsWith('.md') && existsSync(join(root, path)) && statSync(join(root, path)).isFile())
        reached.add(path);
    }
  }
  expect(pages.filter(page => !reached.has(page))).toEqual([]);
});

test('the README fits on a screen, its figures aside', () => {
  const figures = made('README.md', 'bench').content;
  expect(text('README.md').replace(figures, '').split('\n').length).toBeLessThanOrEqual(90);
});
