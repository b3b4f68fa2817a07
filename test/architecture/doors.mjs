// A folder's index.ts is its door: other folders of services/ and models/ import nothing behind it. Run by `npm run lint`.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

function* sources(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name === 'node_modules' || name === 'web') continue;
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

/** The folder that a file belongs to, e.g. `services/ingest`. */
const house = path => relative(root, path).split('/').slice(0, 2).join('/');
/** Parts of runtime are used by their own doors (`runtime/time`), since runtime itself is made of them. */
const isDoor = rest => rest === 'index.js' || /^[a-z-]+\/index\.js$/.test(rest);

const wrong = [];
for (const folder of ['services', 'models']) {
  for (const file of sources(join(root, folder))) {
    for (const [, to] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const target = resolve(dirname(file), to);
      if (!target.startsWith(root) || house(target) === house(file)) continue;
      const rest = relative(join(root, house(target)), target);
      const door =
        house(target) === 'services/runtime'
          ? isDoor(rest) || /\/types\.js$/.test(rest) || rest === 'service.js'
          : rest === 'index.js';
      if (!door)
        wrong.push(`${relative(root, file)} imports ${to}: other folders use the door, ${house(target)}/index.js`);
    }
  }
}
for (const line of wrong) process.stderr.write(`${line}\n`);
process.exitCode = wrong.length > 0 ? 1 : 0;
