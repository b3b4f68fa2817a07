import { readdirSync, readFileSync } from 'node:fs';
import { type Installed, install } from './installation.js';

const root = new URL('../../../', import.meta.url);
const pages = [
  'README.md',
  ...readdirSync(new URL('docs', root), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
];

describe('what there is to read', () => {
  let here: Installed;
  beforeAll(async () => {
    here = await install();
  });
  afterAll(() => here?.stop());

  const read = async (page: string, accept: string): Promise<{ type: string; text: string; status: number }> => {
    const answer = await fetch(`${here.url}/${page}`, { headers: { accept } });
    return { type: answer.headers.get('content-type') ?? '', text: await answer.text(), status: answer.status };
  };

  test('is a page for a browser, and as it is written for everything else', async () => {
    const page = await read('docs/tune.md', 'text/html,*/*;q=0.8');
    expect(page.type).toBe('text/html; charset=utf-8');
    expect(page.text).toMatch(/<title>[^<]+ · Sans Délai<\/title>/);
    const plain = await read('docs/tune.md', '*/*');
    expect(plain.type).toBe('text/plain; charset=utf-8');
    expect(plain.text).toBe(readFileSync(new URL('docs/tune.md', root), 'utf8'));
    expect((await fetch(`${here.url}/reading.css`)).headers.get('content-type')).toContain('text/css');
    expect((await fetch(`${here.url}/docs/images/${imageOf()}`)).headers.get('content-type')).toMatch(/^image\//);
  });

  test('leads to what is there and to places in it, and never into the source', async () => {
    const texts = new Map<string, string>();
    for (const page of pages) texts.set(page, (await read(page, 'text/html')).text);
    for (const [page, text] of texts)
      for (const [, href = ''] of text.matchAll(/<a href="([^"]+)"/g)) {
        const { origin, pathname, hash } = new URL(href, `http://here/${page}`);
        if (origin !== 'http://here' || pathname === '/') continue;
        const target = texts.get(pathname.slice(1));
        expect([page, href, target !== undefined]).toEqual([page, href, true]);
        if (hash) expect([page, href, target?.includes(` id="${hash.slice(1)}"`)]).toEqual([page, href, true]);
      }
  });

  test('is nothing but that', async () => {
    for (const page of ['docs/none.md', 'docs/../package.json', 'docs/%2e%2e/package.json', 'docs/..%2fpackage.json'])
      expect([page, (await read(page, 'text/html')).status]).toEqual([page, 404]);
  });
});

const imageOf = (): string => readdirSync(new URL('docs/images', root))[0] ?? '';
