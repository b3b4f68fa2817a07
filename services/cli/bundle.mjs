// Makes the verifier a single file that needs Node and nothing else: dist/sansdelai-verify.mjs, the same from the same sources.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** The packages that the verifier is made of, with theirs; an import of any other is a mistake. */
const packages =
  /^(zod|canonicalize|cli-progress|string-width|strip-ansi|ansi-regex|emoji-regex|is-fullwidth-code-point)(\/|$)/;

const licenceOf = name => {
  const folder = join(root, 'node_modules', name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find(file => /^licen[cs]e/i.test(file));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim().replaceAll('*/', '* /') : '';
  return `${name} ${version} (${license})\n\n${text}\n`;
};

/** @returns what was made: bytes and SHA-256. @throws Error where it would need more than Node */
export async function bundle(file) {
  const { output } = await build({
    input: join(root, 'dist', 'services', 'cli', 'verify-alone.js'),
    cwd: root,
    platform: 'node',
    // The paths in it are those below the project, wherever its packages are really kept.
    resolve: { symlinks: false },
    logLevel: 'warn',
    external: id => !/^[./]/.test(id) && !packages.test(id),
    // Only what is used: the doors of folders lead to the whole service.
    treeshake: { moduleSideEffects: false },
    output: { format: 'esm', codeSplitting: false },
    write: false,
  });
  const [{ code, imports, modules }, ...more] = output;
  const foreign = [...imports.filter(name => !name.startsWith('node:')), ...more.map(({ fileName }) => fileName)];
  if (foreign.length > 0) throw new Error(`the verifier as a single file would need ${foreign.join(', ')}`);
  const used = Object.keys(modules).flatMap(path => {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(relative(root, path).replaceAll('\\', '/')) ?? [];
    return name ? [name] : [];
  });
  const licences = [...new Set(used)].sort().map(licenceOf);
  const text = [
    '#!/usr/bin/env node',
    '// Checks published figures against the ledger that they come from. Node 20 or newer: node sansdelai-verify.mjs --help',
    '// Sans Délai, Apache-2.0. The licences of what it contains are at the end.',
    code.trimEnd(),
    `/*\n${licences.join('\n---\n\n')}*/\n`,
  ].join('\n');
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
  return { bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = process.argv[2] ?? join(root, 'dist', 'sansdelai-verify.mjs');
  if (!existsSync(dirname(file))) throw new Error(`there is no folder ${dirname(file)}`);
  const { bytes, sha256 } = await bundle(file);
  process.stderr.write(`${relative(process.cwd(), file)}: ${Math.ceil(bytes / 1024)} KB, SHA-256 ${sha256}\n`);
}
