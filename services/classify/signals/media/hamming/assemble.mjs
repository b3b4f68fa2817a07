// Writes program.ts from hamming-index.wat. `node services/classify/signals/media/hamming/assemble.mjs`, after a change.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const here = name => new URL(name, import.meta.url);
const source = wabt().then(({ parseWat }) => parseWat('hamming-index.wat', readFileSync(here('hamming-index.wat'))));
const program = Buffer.from((await source).toBinary({}).buffer).toString('base64');
writeFileSync(
  here('program.ts'),
  `/** hamming-index.wat, assembled (assemble.mjs), in base64: so it comes along wherever the compiled services go. */\nexport const program =\n  '${program}';\n`,
);
