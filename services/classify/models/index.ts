import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export { type Beside, inUse } from './in-use.js';
export type { ModelState, ModelView } from './own-model.js';
export { followRegistry, type Registry } from './registry.js';
export { modelRoutes, trialOf } from './routes.js';

/** The registry that comes with the program (`SANSDELAI_MODELS` is unset): in its sources, which the build leaves where they are. */
export function defaultRegistry(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error('the folder of the program (with package.json) was not found');
    folder = dirname(folder);
  }
  return join(folder, 'models', 'registry');
}
