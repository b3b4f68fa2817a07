import { createRequire } from 'node:module';
import path from 'node:path';
import {
  Features,
  featureSettings,
  highlights,
  labels,
  languageOf,
  overThreshold,
  readWeights,
  violentExtremism,
} from '../../../../models/text/index.js';
import type { ScoreReply, ScoreRequest } from './messages.js';

const require = createRequire(import.meta.url);
const telling = labels.flatMap((label, i) => (label === 've' || violentExtremism.has(label) ? [1 << i] : []));
const tellingMask = telling.reduce((mask, bit) => mask | bit, 0);

/**
 * Loads the weights into TensorFlow.js on its wasm backend.
 * @throws if the weights are not what this code was written for, or wasm does not start (tfjs answers that with `false` only)
 */
export async function loadModel(folder: string | undefined) {
  const weights = readWeights(folder);
  const tf: typeof import('@tensorflow/tfjs') = require('@tensorflow/tfjs');
  // Without it, tfjs advises on the console to install another backend.
  tf.enableProdMode();
  const wasm: typeof import('@tensorflow/tfjs-backend-wasm') = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await tf.setBackend('wasm');
  if (tf.getBackend() !== 'wasm') throw new Error(`the wasm backend did not start; tfjs runs on ${tf.getBackend()}`);

  const { width, hidden, head, table, scale } = weights;
  const values = new Float32Array(table.length);
  for (let i = 0; i < table.length; i++) values[i] = table[i]! * scale[i % width]!;
  const embedding = tf.tensor2d(values, [featureSettings.buckets, width]);
  const inner = tf.tensor2d(head.inner, [width, hidden]);
  const innerBias = tf.tensor1d(head.innerBias);
  const outer = tf.tensor2d(head.outer, [hidden, labels.length]);
  const skip = tf.tensor2d(head.skip, [width, labels.length]);
  const bias = tf.tensor1d(head.bias);

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
    let used = 0;
    texts.forEach((text, p) => {
      const count = features.read(text);
      if (count === 0) return;
      spoken[p] = languageOf(languages[p], features);
      ids.set(features.ids.subarray(0, count), used);
      segments.fill(rows.length, used, used + count);
      used += count;
      rows.push(p);
    });
    const scores = new Float32Array(texts.length * labels.length);
    const over = new Uint32Array(texts.length);
    const words = new Map<number, string[]>();
    if (rows.length === 0) return { kind: 'scores', scores, over, highlights: words };
    const found = tf.tidy(() => {
      const mean = tf.sparse.sparseSegmentMean(
        embedding,
        tf.tensor1d(ids.subarray(0, used), 'int32'),
        tf.tensor1d(segments.subarray(0, used), 'int32'),
      ) as import('@tensorflow/tfjs').Tensor2D;
      const dense = tf.fused.matMul({ a: mean, b: inner, bias: innerBias, activation: 'relu' });
      return tf.fused.matMul({ a: dense, b: outer, bias }).add(mean.matMul(skip)).sigmoid().dataSync() as Float32Array;
    });
    rows.forEach((p, row) => {
      const own = found.subarray(row * labels.length, (row + 1) * labels.length);
      scores.set(own, p * labels.length);
      let bits = 0;
      for (const label of overThreshold(own, weights.thresholds, spoken[p]!)) bits |= 1 << labels.indexOf(label);
      over[p] = bits;
      if (bits & tellingMask) {
        features.read(texts[p]!);
        words.set(p, highlights(weights, features));
      }
    });
    return { kind: 'scores', scores, over, highlights: words };
  }
  return { version: weights.version, score };
}
