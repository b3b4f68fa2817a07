import { createRequire } from 'node:module';
import path from 'node:path';
import {
  Features,
  featureSettings,
  isContext,
  type Label,
  labels,
  languageOf,
  overThreshold,
  readWeights,
  reasons,
  scoresOf,
} from '../../../../models/text/index.js';
import type { ScoreReply, ScoreRequest } from './messages.js';

const require = createRequire(import.meta.url);
/** From this score on, a label's reason is told, whether it reached its threshold or not. */
const worthAReason = 0.3;
/** Talk between people is what most posts are: there is nothing to show for it. */
const needsNoReason: Label = 'context-other';

/** TensorFlow.js on its wasm backend. @throws where wasm does not start (tfjs answers that with `false` only) */
async function startWasm(): Promise<typeof import('@tensorflow/tfjs')> {
  const tf: typeof import('@tensorflow/tfjs') = require('@tensorflow/tfjs');
  // Without it, tfjs advises on the console to install another backend.
  tf.enableProdMode();
  const wasm: typeof import('@tensorflow/tfjs-backend-wasm') = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await tf.setBackend('wasm');
  if (tf.getBackend() !== 'wasm') throw new Error(`the wasm backend did not start; tfjs runs on ${tf.getBackend()}`);
  return tf;
}

/**
 * Loads the weights into TensorFlow.js.
 * @param start brings TensorFlow.js on a backend; the bench compares others with wasm
 * @throws if the weights are not what this code was written for, or the backend does not start
 */
export async function loadModel(folder: string | undefined, start = startWasm) {
  const weights = readWeights(folder);
  const tf = await start();

  const { width, hidden, head, table, scale } = weights;
  const outputs = labels.length;
  // A row of whole cache lines is read a fifth faster than one that begins anywhere.
  const stride = Math.ceil(scale.length / 16) * 16;
  const values = new Float32Array(featureSettings.buckets * stride);
  for (let i = 0; i < table.length; i++) {
    const d = i % scale.length;
    values[((i - d) / scale.length) * stride + d] = table[i]! * scale[d]!;
  }
  const embedding = tf.tensor2d(values, [featureSettings.buckets, stride]);
  // Rows of nought and one let each matrix take its part of the mean as it is, without copying the part out.
  const pad = (rows: Float32Array, columns: number) => {
    const all = new Float32Array(stride * columns);
    all.set(rows);
    return tf.tensor2d(all, [stride, columns]);
  };
  const inner = pad(head.inner, hidden);
  const innerBias = tf.tensor1d(head.innerBias);
  const outer = tf.tensor2d(head.outer, [hidden, outputs]);
  // One product takes from the mean what goes past the hidden layer, the sums of the weights, and of the squares of rarity.
  const columns = 2 * outputs + 1;
  const past = new Float32Array(stride * columns);
  for (let d = 0; d < width; d++) past.set(head.skip.subarray(d * outputs, (d + 1) * outputs), d * columns);
  for (let c = outputs; c < columns; c++) past[(width + c - outputs) * columns + c] = 1;
  const beside = tf.tensor2d(past, [stride, columns]);
  const bias = tf.tensor1d(head.bias.map((own, l) => own + weights.wideBias[l]!));

  const features = new Features();
  let ids = new Int32Array(0);
  let segments = new Int32Array(0);

  /** Scores one batch. Posts without words score 0 and reach no threshold. */
  function score({ texts, languages }: ScoreRequest): ScoreReply {
    const most = texts.length * featureSettings.maxIds;
    if (ids.length < most) {
      ids = new Int32Array(most);
      segments = new Int32Array(most);
    }
    const spoken = texts.map(() => 'other' as ReturnType<typeof languageOf>);
    const rows: number[] = [];
    const counts: number[] = [];
    let used = 0;
    texts.forEach((text, p) => {
      const count = features.read(text);
      if (count === 0) return;
      spoken[p] = languageOf(languages[p], features);
      ids.set(features.ids.subarray(0, count), used);
      segments.fill(rows.length, used, used + count);
      used += count;
      rows.push(p);
      counts.push(count);
    });
    const scores = new Float32Array(texts.length * labels.length);
    const over = new Uint32Array(texts.length);
    const spans: ScoreReply['spans'] = new Map();
    if (rows.length === 0) return { kind: 'scores', scores, over, spans };
    let through = new Float32Array(0);
    let around = through;
    tf.tidy(() => {
      const mean = tf.sparse.sparseSegmentMean(
        embedding,
        tf.tensor1d(ids.subarray(0, used), 'int32'),
        tf.tensor1d(segments.subarray(0, used), 'int32'),
      ) as import('@tensorflow/tfjs').Tensor2D;
      const dense = tf.fused.matMul({ a: mean, b: inner, bias: innerBias, activation: 'relu' });
      // Not handed back: tidy would look through every number for tensors.
      through = tf.fused.matMul({ a: dense, b: outer, bias }).dataSync<'float32'>() as Float32Array<ArrayBuffer>;
      around = mean.matMul(beside).dataSync<'float32'>() as Float32Array<ArrayBuffer>;
    });
    const logits = new Float64Array(outputs);
    rows.forEach((p, row) => {
      const language = spoken[p]!;
      const at = row * columns;
      const root = Math.sqrt(counts[row]! / around[at + columns - 1]!);
      for (let l = 0; l < outputs; l++)
        logits[l] = through[row * outputs + l]! + around[at + l]! + around[at + outputs + l]! * root;
      const own = scoresOf(logits, weights.calibration, language);
      scores.set(own, p * labels.length);
      const told = overThreshold(own, weights.thresholds, language);
      for (const label of told) over[p]! |= 1 << labels.indexOf(label);
      const wanted = labels.filter(
        (label, l) => label !== needsNoReason && (own[l]! >= worthAReason || told.includes(label)),
      );
      // What a post is about is looked at where it may do harm; most posts do none, and their words are not worth the time.
      if (wanted.every(isContext)) return;
      features.read(texts[p]!);
      spans.set(p, reasons(weights, features, wanted));
    });
    return { kind: 'scores', scores, over, spans };
  }
  return { version: weights.version, score };
}
