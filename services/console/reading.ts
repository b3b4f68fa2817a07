import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Router, static as serveFiles } from 'express';
import { Marked, type Tokens } from 'marked';
import { requireLogin } from '../accounts/index.js';
import { fromHere } from './api/index.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A heading's place in its page, as the pages' links have it. */
const placeOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- ]/gu, '')
    .replaceAll(' ', '-');

/** @param readable whether a link leads to what is served: into the program's source none does */
const markedFor = (readable: (href: string) => boolean): Marked =>
  new Marked({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        return `<h${depth} id="${placeOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        return readable(href) ? false : this.parser.parseInline(tokens);
      },
      // A wide table scrolls, and not the page.
      table(token: Tokens.Table) {
        const rowOf = (cells: Tokens.TableCell[]) => `<tr>${cells.map(cell => this.tablecell(cell)).join('')}</tr>\n`;
        const table = `<thead>${rowOf(token.header)}</thead><tbody>${token.rows.map(rowOf).join('')}</tbody>`;
        return `<div class="wide" tabindex="0"><table>${table}</table></div>\n`;
      },
    },
  });

/** @param text our own page: what is HTML in it stays so */
const pageOf = (text: string, readable: (href: string) => boolean): string => {
  const [, title = 'Sans Délai'] = /^# (.+)$/m.exec(text) ?? [];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title.replaceAll('<', '&lt;')} · Sans Délai</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/reading.css">
</head>
<body>
<nav><a href="/">Sans Délai</a> <a href="/README.md">Read me</a></nav>
<main>
${markedFor(readable).parse(text, { async: false })}</main>
</body>
</html>
`;
};

/** README.md and docs/: as pages for browsers, as they are written for everything else. */
export function readingRoutes(): Router {
  const router = Router();
  const pages = new Set([
    'README.md',
    ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.md'))
      .map(name => `docs/${name}`),
  ]);
  router.get(['/README.md', '/docs/{*path}'], fromHere, requireLogin);
  router.get(['/README.md', '/docs/{*path}'], (req, res, next) => {
    const name = req.path.slice(1);
    if (!pages.has(name)) return next();
    const text = readFileSync(`${root}${name}`, 'utf8');
    const readable = (href: string): boolean => {
      const { origin, pathname } = new URL(href, `http://here/${name}`);
      return origin !== 'http://here' || pages.has(pathname.slice(1));
    };
    res.vary('Accept').format({
      text: () => res.send(text),
      html: () => res.send(pageOf(text, readable)),
    });
  });
  router.use('/docs', serveFiles(`${root}docs`, { index: false, redirect: false }));
  return router;
}
