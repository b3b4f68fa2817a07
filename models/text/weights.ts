import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Calibration, Thresholds } from './calibrate.js';
import { type FeatureSettings, featureSettings } from './features.js';
import { labels } from './labels.js';

/**
 * A trained model. A row of the table is an n-gram's vector, `width` numbers, its weight for each label, and the square of its rarity; int8, with one scale a column. The head is small
 * and stays float32.
 */
export interface Weights {
  version: string;
  width: number;
  hidden: number;
  table: Int8Array;
  scale: Float32Array;
  head: Head;
  /** Of the linear half, by label. */
  wideBias: Float32Array;
  calibration: Calibration;
  thresholds: Thresholds;
  figures: TrainingFigures;
}

/**
 * hidden = relu(mean · inner + innerBias); logits = hidden · outer + mean · skip + bias + wideBias + weights, where weights are summed and divided by the root of the
 * summed squares of rarity.
 * Matrices row by row.
 */
export interface Head {
  inner: Float32Array;
  innerBias: Float32Array;
  outer: Float32Array;
  skip: Float32Array;
  bias: Float32Array;
}

function byLanguage<T extends z.ZodType>(one: T) {
  return z.object({ en: one, fr: one, de: one, ar: one, other: one });
}
const figures = z.object({
  /** The version that training went on from. */
  from: z.string().optional(),
  folds: z.int(),
  seed: z.int(),
  epochs: z.int(),
  steps: z.int(),
  backend: z.string(),
  seconds: z.number(),
  posts: z.record(z.string(), z.int()),
  rowsSeen: z.int(),
  lastLoss: z.number(),
  /** Held out of training, and used for the thresholds: by language and source. */
  negatives: z.record(z.string(), z.record(z.string(), z.int())),
});
export type TrainingFigures = z.infer<typeof figures>;

const manifest = z.object({
  version: z.string(),
  sha256: z.string(),
  features: z.record(z.string(), z.number()),
  labels: z.array(z.string()),
  width: z.int().min(1),
  hidden: z.int().min(1),
  calibration: z.record(z.string(), byLanguage(z.object({ slope: z.number(), shift: z.number() }))),
  thresholds: z.record(z.string(), byLanguage(z.number())),
  figures,
});

const binary = 'weights.bin';
const description = 'model.json';

/** The folder of the weights that are shipped. */
export function shippedWeights(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  // The compiled code lies in a folder of its own; the weights stay beside the sources.
  while (!existsSync(path.join(folder, 'package.json')) && path.dirname(folder) !== folder)
    folder = path.dirname(folder);
  return path.join(folder, 'models/text/weights');
}

/** @throws an error that names the file and what is wrong: missing, altered, or made for other features or labels */
export function readWeights(folder = shippedWeights()): Weights {
  const file = path.join(folder, description);
  const parsed = manifest.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const { version, sha256, features, width, hidden, calibration, thresholds, figures } = parsed.data;
  if (parsed.data.labels.join() !== labels.join())
    throw new Error(`${file}: labels ${parsed.data.labels}, not ${labels}`);
  for (const [name, value] of Object.entries(featureSettings))
    if (features[name] !== value)
      throw new Error(`${file}: trained with ${name} = ${features[name]}, this code has ${value}`);
  const bytes = readFileSync(path.join(folder, binary));
  if (hash(bytes) !== sha256)
    throw new Error(`${path.join(folder, binary)} is not the file that ${description} describes`);
  const sizes = partSizes(width, hidden);
  const tableSize = featureSettings.buckets * strideOf(width);
  const floats = new Float32Array(bytes.buffer.slice(bytes.byteOffset + tableSize, bytes.byteOffset + bytes.length));
  if (floats.length !== sizes.reduce((sum, size) => sum + size, 0))
    throw new Error(`${binary}: ${bytes.length} bytes do not hold a model of width ${width}`);
  let end = 0;
  const [scale, inner, innerBias, outer, skip, bias, wideBias] = sizes.map(size => {
    end += size;
    return floats.subarray(end - size, end);
  });
  return {
    version,
    width,
    hidden,
    table: new Int8Array(bytes.buffer, bytes.byteOffset, tableSize),
    scale: scale!,
    head: { inner: inner!, innerBias: innerBias!, outer: outer!, skip: skip!, bias: bias! },
    wideBias: wideBias!,
    calibration: calibration as Calibration,
    thresholds: thresholds as Thresholds,
    figures,
  };
}

/** Writes both files and returns the version: the hash of the numbers and of all that decides what they mean. */
export async function writeWeights(folder: string, weights: Omit<Weights, 'version'>): Promise<string> {
  const { width, hidden, table, scale, head, wideBias, calibration, thresholds, figures } = weights;
  const parts = [table, scale, head.inner, head.innerBias, head.outer, head.skip, head.bias, wideBias];
  const bytes = Buffer.concat(parts.map(part => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
  const features: FeatureSettings = featureSettings;
  const meaning = { features, labels, width, hidden, calibration, thresholds };
  const version = `text-${hash(Buffer.concat([bytes, Buffer.from(JSON.stringify(meaning))])).slice(0, 12)}`;
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, binary), bytes);
  const described = { version, sha256: hash(bytes), ...meaning, figures };
  await writeFile(path.join(folder, description), `${JSON.stringify(described, null, 2)}\n`);
  return version;
}

/** The table as int8: a column's largest value becomes 127. */
export function quantise(values: Float32Array, width: number): { table: Int8Array; scale: Float32Array } {
  const scale = new Float32Array(width);
  for (let i = 0; i < values.length; i++) scale[i % width] = Math.max(scale[i % width]!, Math.abs(values[i]!));
  for (let d = 0; d < width; d++) scale[d] = (scale[d]! || 1) / 127;
  const table = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) table[i] = Math.round(values[i]! / scale[i % width]!);
  return { table, scale };
}

/** Numbers in a row of the table. */
export function strideOf(width: number): number {
  return width + labels.length + 1;
}

function partSizes(width: number, hidden: number): number[] {
  return [
    strideOf(width),
    width * hidden,
    hidden,
    hidden * labels.length,
    width * labels.length,
    labels.length,
    labels.length,
  ];
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
