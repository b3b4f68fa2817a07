import { statSync, writeFileSync } from 'node:fs';
import { made, root, tableRows, text } from './pages.js';
import { bench, benchResults, retention, scopes, settings, tables } from './render.js';

/** `UPDATE_DOCS=1 npm test -- test/docs` writes into the pages what these tests else hold them against. */
function expectMade(page: string, name: string, content: string): void {
  const place = made(page, name);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(`${root}${page}`, place.replace(content));
  else expect(place.content).toBe(content);
}

test('the settings are those of the schema', () => {
  expectMade('docs/operate.md', 'settings', settings());
});

test('the scopes are those that keys can be made for', () => {
  expectMade('docs/operate.md', 'scopes', scopes());
});

test('how long data is kept is what the tables say', () => {
  expectMade('docs/operate.md', 'retention', retention());
});

test("the README's figures are those of a result of the bench, and no later one exists", () => {
  const results = benchResults();
  const dayOf = (file: string): string => file.replace(/^.*\/(\d{4}-\d\d-\d\d).*$/, '$1');
  const [, named] = /\((test\/bench\/results\/[^)]+)\)/.exec(made('README.md', 'bench').content) ?? [];
  const newest = [...results].sort(
    (a, b) => dayOf(a).localeCompare(dayOf(b)) || statSync(root + a).mtimeMs - statSync(root + b).mtimeMs,
  );
  if (process.env.UPDATE_DOCS === '1') return expectMade('README.md', 'bench', bench(newest.at(-1)));
  expectMade('README.md', 'bench', bench(named));
  expect(results.filter(file => !named || dayOf(file) > dayOf(named))).toEqual([]);
});

test('the architecture names every table', () => {
  const page = text('docs/architecture.md');
  expect(tables.map(({ name }) => name).filter(name => !page.includes(`\`${name}\``))).toEqual([]);
});

test('the libraries are those of package.json', () => {
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(text('package.json')) as Record<
    string,
    Record<string, string>
  >;
  const listed = tableRows(text('docs/decisions/0005-libraries.md')).flatMap(([names = '']) =>
    names.split(', ').map(name => name.replace(/ \d+$/, '')),
  );
  expect(listed.sort()).toEqual(Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }).sort());
});
