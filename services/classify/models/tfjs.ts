import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import type { io, NamedTensorMap, Tensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import type { DeclarationOf } from './declaration.js';
import { ModelRefused, type Row, rowsOf } from './model.js';
import { Tokens } from './tokens.js';

const require = createRequire(import.meta.url);

/** A model in this thread: scores texts, synchronously. */
export interface LoadedModel {
  /** The hash of all its files. */
  version: string;
  score(texts: readonly string[]): Row[];
}

const largest = 1024 ** 3;
const artifacts = z.looseObject({
  format: z.string().optional(),
  modelTopology: z.looseObject({}),
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string()),
      weights: z.array(z.custom<io.WeightsManifestEntry>()),
    }),
  ),
});

/** Reads a file whose size is bounded, and adds it to the hash. @throws ModelRefused */
function readBounded(file: string, hash: ReturnType<typeof createHash>): Buffer {
  const { size } = statSync(file);
  if (size > largest) throw new ModelRefused(`${file} has more than ${largest} bytes`);
  const bytes = readFileSync(file);
  hash.update(`${bytes.length} `).update(bytes);
  return bytes;
}

/** Reads a vocabulary. @throws ModelRefused, DeclarationError */
export function readTokens(
  folder: string,
  input: Extract<DeclarationOf<'tfjs'>['input'], { as: 'token-ids' }>,
  hash: ReturnType<typeof createHash>,
): Tokens {
  return new Tokens(readBounded(join(folder, input.vocabulary), hash).toString('utf8'), input.length);
}

/** Loads a layers or graph model on the wasm backend. @throws ModelRefused, DeclarationError, the file system's errors */
export async function loadTfjs(declared: DeclarationOf<'tfjs'>, folder: string): Promise<LoadedModel> {
  if (declared.input.as !== 'token-ids') throw new ModelRefused('wasm has no text tensors');
  const hash = createHash('sha256');
  const tokens = readTokens(folder, declared.input, hash);
  const stored = readArtifacts(folder, declared.path, hash);
  const tf = await startWasm();
  const handler = tf.io.fromMemory(stored);
  const graph = stored.format === 'graph-model' || 'node' in (stored.modelTopology ?? {});
  const model: Predicts = graph ? await tf.loadGraphModel(handler) : await tf.loadLayersModel(handler);
  const { length } = declared.input;
  const dtype = checkShapes(model, length, Object.keys(declared.labels).length);
  return {
    version: hash.digest('hex').slice(0, 16),
    score: texts => {
      const output = tf.tidy(
        () => model.predict(tf.tensor2d(tokens.encode(texts), [texts.length, length], dtype)) as Tensor,
      );
      return readRows(output, texts.length, declared);
    },
  };
}

/** TensorFlow.js on its wasm backend. @throws Error where that does not start */
async function startWasm(): Promise<typeof import('@tensorflow/tfjs')> {
  const tf: typeof import('@tensorflow/tfjs') = require('@tensorflow/tfjs');
  tf.enableProdMode();
  const wasm: typeof import('@tensorflow/tfjs-backend-wasm') = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  // tfjs only answers `false` where it does not start.
  await tf.setBackend('wasm');
  if (tf.getBackend() !== 'wasm') throw new Error('the wasm backend did not start');
  return tf;
}

/** A model's file and its weights, which lie beside it. @throws ModelRefused */
function readArtifacts(folder: string, path: string, hash: ReturnType<typeof createHash>): io.ModelArtifacts {
  const file = join(folder, path);
  const read = artifacts.safeParse(jsonOf(readBounded(file, hash)));
  if (!read.success) throw new ModelRefused(`${path} is no model of TensorFlow.js`);
  const { weightsManifest, ...rest } = read.data;
  const place = dirname(file);
  const shards = weightsManifest.flatMap(({ paths }) => paths);
  const bytes = shards.map(name => {
    const shard = resolve(place, name);
    if (relative(place, shard).startsWith('..')) throw new ModelRefused(`${path} names weights outside its folder`);
    return readBounded(shard, hash);
  });
  const weights = Uint8Array.from(Buffer.concat(bytes));
  return { ...rest, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData: weights.buffer };
}

/** Rows out of what a model predicted, whose memory is freed. @throws ModelRefused */
export function readRows(
  predicted: Tensor | Tensor[] | NamedTensorMap,
  posts: number,
  { labels, activation }: Pick<DeclarationOf<'tfjs'>, 'labels' | 'activation'>,
): Row[] {
  if (!isTensor(predicted)) throw new ModelRefused('it has more than one output');
  const values = predicted.dataSync();
  predicted.dispose();
  return rowsOf(values, predicted.shape, posts, Object.keys(labels).length, activation);
}

const isTensor = (predicted: Tensor | Tensor[] | NamedTensorMap): predicted is Tensor =>
  typeof (predicted as Tensor).dataSync === 'function';

type Sized = { shape?: (number | null)[] | undefined; dtype: string };
/** What layers and graph models have in common. */
interface Predicts {
  inputs: Sized[];
  outputs: Sized[];
  predict(input: Tensor): unknown;
}

/** @returns the type of the numbers that it takes. @throws ModelRefused where what the model says of itself is not what is declared. */
function checkShapes({ inputs, outputs }: Predicts, length: number, labels: number): 'int32' | 'float32' {
  const [input, ...more] = inputs;
  const [output, ...others] = outputs;
  if (!input || more.length > 0) throw new ModelRefused(`it has ${inputs.length} inputs; one of token ids is declared`);
  if (!output || others.length > 0)
    throw new ModelRefused(`it has ${outputs.length} outputs; one of scores is declared`);
  const open = (size: number | null | undefined): boolean => size === null || size === undefined || size < 0;
  const { shape } = input;
  if (shape && (shape.length !== 2 || !(open(shape[1]) || shape[1] === length)))
    throw new ModelRefused(
      `its input has the shape [${shape.map(size => size ?? '')}]; [,${length}] is declared (input.length)`,
    );
  const last = output.shape?.at(-1);
  if (output.shape && (output.shape.length !== 2 || !(open(last) || last === labels)))
    throw new ModelRefused(
      `its output has the shape [${output.shape.map(size => size ?? '')}]; there are ${labels} labels`,
    );
  if (input.dtype !== 'int32' && input.dtype !== 'float32') throw new ModelRefused(`its input takes ${input.dtype}`);
  return input.dtype;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
