import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { Baseline, columns } from './baseline.js';
import type { Thresholds } from './calibrate.js';
import { labels } from './labels.js';
import { shippedWeights } from './weights.js';

const binary = 'baseline.bin';
const description = 'baseline.json';
const described = z.object({
  columns: z.literal(columns),
  labels: z.array(z.string()),
  idfScale: z.number(),
  scales: z.array(z.number()),
  bias: z.array(z.number()),
  thresholds: z.record(z.string(), z.record(z.string(), z.number())),
});

/** Keeps a baseline beside the weights that it is compared with, a byte a number: so anyone can repeat the comparison without the training data. */
export async function writeBaseline(folder: string, baseline: Baseline, thresholds: Thresholds): Promise<void> {
  const most = (values: Float32Array) => values.reduce((so, value) => Math.max(so, Math.abs(value)), 1e-9);
  const idfScale = most(baseline.linear.idf) / 255;
  const outputs = labels.length;
  const scales = labels.map((_, l) => most(baseline.linear.weights.filter((_value, i) => i % outputs === l)) / 127);
  const bytes = Buffer.concat([
    Uint8Array.from(baseline.linear.idf, value => Math.round(value / idfScale)),
    new Uint8Array(Int8Array.from(baseline.linear.weights, (v, i) => Math.round(v / scales[i % outputs]!)).buffer),
  ]);
  const manifest = { columns, labels, idfScale, scales, bias: [...baseline.linear.bias], thresholds };
  await writeFile(path.join(folder, binary), bytes);
  await writeFile(path.join(folder, description), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The baseline beside the weights in `folder`; undefined where there is none. @throws if it is not whole */
export function readBaseline(folder = shippedWeights()): { model: Baseline; thresholds: Thresholds } | undefined {
  const file = path.join(folder, description);
  if (!existsSync(file)) return undefined;
  const parsed = described.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const { idfScale, scales, bias, thresholds } = parsed.data;
  const bytes = readFileSync(path.join(folder, binary));
  if (parsed.data.labels.join() !== labels.join() || bytes.length !== columns * (1 + labels.length))
    throw new Error(`${file} is not of a baseline that this code can read`);
  const idf = Float32Array.from(bytes.subarray(0, columns), value => value * idfScale);
  const rest = new Int8Array(bytes.buffer, bytes.byteOffset + columns);
  const weights = Float32Array.from(rest, (value, i) => value * scales[i % labels.length]!);
  return { model: new Baseline({ idf, weights, bias: Float32Array.from(bias) }), thresholds: thresholds as Thresholds };
}
