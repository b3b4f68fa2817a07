import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DeclarationOf } from './declaration.js';
import { ModelRefused } from './model.js';
import { type LoadedModel, readRows, readTokens } from './tfjs.js';

const require = createRequire(import.meta.url);
const mostFiles = 1_000;

type TensorFlow = typeof import('@tensorflow/tfjs-node');

/** @throws ModelRefused that says what to install */
function loadTensorFlow(): TensorFlow {
  try {
    return require('@tensorflow/tfjs-node');
  } catch (error) {
    const said = (error as Error).message.split('\n', 1)[0];
    throw new ModelRefused(
      `a SavedModel needs @tensorflow/tfjs-node with its library, which is not there (${said}). To install it: npm explore @tensorflow/tfjs-node -- npm run install; see docs/models.md`,
    );
  }
}

/** Loads a SavedModel in TensorFlow itself. @throws ModelRefused, DeclarationError, TensorFlow's and the file system's errors */
export async function loadSavedModel(declared: DeclarationOf<'saved-model'>, folder: string): Promise<LoadedModel> {
  const { input, signature } = declared;
  const hash = createHash('sha256');
  const tokens = input.as === 'token-ids' ? readTokens(folder, input, hash) : undefined;
  const place = join(folder, declared.path);
  await hashFolder(place, hash);
  const tf = loadTensorFlow();
  const taken = await inputOf(tf, place, signature);
  const wanted = tokens ? ['int32', 'float32'] : ['string'];
  if (!wanted.includes(taken.dtype)) throw new ModelRefused(`its input takes ${taken.dtype}; declared is ${input.as}`);
  const model = await tf.node.loadSavedModel(place, ['serve'], signature);
  const tensor = (texts: readonly string[]) => {
    const shape: [number, number] = [texts.length, tokens?.length ?? 1];
    if (tokens) return tf.tensor2d(tokens.encode(texts), shape, taken.dtype as 'int32' | 'float32');
    return taken.rank === 2 ? tf.tensor2d([...texts], shape, 'string') : tf.tensor1d([...texts], 'string');
  };
  return {
    version: hash.digest('hex').slice(0, 16),
    score: texts =>
      readRows(
        tf.tidy(() => model.predict(tensor(texts))),
        texts.length,
        declared,
      ),
  };
}

/** What the only input of a signature takes. @throws ModelRefused */
async function inputOf(tf: TensorFlow, place: string, signature: string): Promise<{ dtype: string; rank: number }> {
  const graphs = await tf.node.getMetaGraphsFromSavedModel(place);
  const serving = graphs.find(({ tags }) => tags.includes('serve'));
  const found = serving?.signatureDefs[signature];
  if (!found) {
    const known = Object.keys(serving?.signatureDefs ?? {}).join(', ');
    throw new ModelRefused(`it has no signature ${signature} (there are: ${known || 'none'})`);
  }
  const inputs = Object.values(found.inputs);
  const outputs = Object.keys(found.outputs).length;
  const [input] = inputs;
  if (!input || inputs.length > 1 || outputs !== 1)
    throw new ModelRefused(
      `signature ${signature} has ${inputs.length} inputs and ${outputs} outputs; one of each is declared`,
    );
  return { dtype: input.dtype, rank: Array.isArray(input.shape) ? input.shape.length : 1 };
}

async function hashFolder(place: string, hash: ReturnType<typeof createHash>): Promise<void> {
  const files = readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter(name => statSync(join(place, name)).isFile())
    .sort();
  if (!files.includes('saved_model.pb')) throw new ModelRefused(`there is no saved_model.pb in ${place}`);
  if (files.length > mostFiles) throw new ModelRefused(`it has more than ${mostFiles} files`);
  for (const name of files) {
    hash.update(`${name}\0${statSync(join(place, name)).size}\0`);
    for await (const chunk of createReadStream(join(place, name))) hash.update(chunk as Buffer);
  }
}
