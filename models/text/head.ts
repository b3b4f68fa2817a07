import { createRequire } from 'node:module';
import { labels } from './labels.js';
import type { Random } from './random.js';
import type { Head } from './weights.js';

type TensorFlow = typeof import('@tensorflow/tfjs');
type Tensor = import('@tensorflow/tfjs').Tensor;
type Variable = import('@tensorflow/tfjs').Variable;

/** What one step is about: the means of a batch, and for each post and label what is right and how much it counts (0: unknown). */
export interface Batch {
  posts: number;
  means: Float32Array;
  targets: Float32Array;
  weights: Float32Array;
}

/** TensorFlow.js: the native one where it is installed and its library loads, else the one in plain JavaScript. */
export function loadTensorFlow(): { tf: TensorFlow; backend: string } {
  const require = createRequire(import.meta.url);
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    const tf: TensorFlow = require('@tensorflow/tfjs-node');
    return { tf, backend: 'tensorflow' };
  } catch (error) {
    const tf: TensorFlow = require('@tensorflow/tfjs');
    tf.enableProdMode();
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    process.stderr.write(`tfjs-node does not load (${why}); training on the cpu backend, more slowly\n`);
    return { tf, backend: 'cpu' };
  }
}

/** The layers above the table of n-gram vectors: a dense one with relu and dropout, a linear way past it, a sigmoid a label. */
export class TrainedHead {
  readonly #variables: Record<keyof Head, Variable>;
  readonly #optimizer: import('@tensorflow/tfjs').Optimizer;

  constructor(
    readonly tf: TensorFlow,
    readonly width: number,
    readonly hidden: number,
    readonly random: Random,
    from?: Head,
  ) {
    const glorot = (rows: number, columns: number) => {
      const limit = Math.sqrt(6 / (rows + columns));
      return tf.tensor2d(
        Float32Array.from({ length: rows * columns }, () => (2 * random() - 1) * limit),
        [rows, columns],
      );
    };
    const outputs = labels.length;
    this.#variables = {
      inner: tf.variable(glorot(width, hidden), true, 'inner'),
      innerBias: tf.variable(tf.zeros([hidden]), true, 'innerBias'),
      outer: tf.variable(glorot(hidden, outputs), true, 'outer'),
      skip: tf.variable(glorot(width, outputs), true, 'skip'),
      // Positives are rare: starting from "no" spares the first steps.
      bias: tf.variable(tf.fill([outputs], -2), true, 'bias'),
    };
    if (from)
      for (const [name, variable] of Object.entries(this.#variables))
        variable.assign(tf.tensor(from[name as keyof Head], variable.shape));
    this.#optimizer = tf.train.adam(0);
  }

  /** One step of Adam. Returns the loss and its gradient by the means, for the table below. */
  step(batch: Batch, learningRate: number, dropout: number): { loss: number; byMean: Float32Array } {
    const { tf, width, hidden } = this;
    const { posts } = batch;
    const outputs = labels.length;
    const mask = Float32Array.from({ length: posts * hidden }, () => (this.random() < dropout ? 0 : 1 / (1 - dropout)));
    return tf.tidy(() => {
      const kept = tf.tensor2d(mask, [posts, hidden]);
      const targets = tf.tensor2d(batch.targets, [posts, outputs]);
      const weights = tf.tensor2d(batch.weights, [posts, outputs]);
      const lossOf = tf.valueAndGrads(
        (means: Tensor, inner: Tensor, innerBias: Tensor, outer: Tensor, skip: Tensor, bias: Tensor) => {
          const dense = means.matMul(inner).add(innerBias).relu().mul(kept);
          const logits = dense.matMul(outer).add(means.matMul(skip)).add(bias);
          // Cross entropy of a sigmoid, written so that large logits do not overflow.
          const entropy = logits.relu().sub(logits.mul(targets)).add(logits.abs().neg().exp().log1p());
          return entropy.mul(weights).sum().div(posts).asScalar();
        },
      );
      const { inner, innerBias, outer, skip, bias } = this.#variables;
      const means = tf.tensor2d(batch.means, [posts, width]);
      const { value, grads } = lossOf([means, inner, innerBias, outer, skip, bias]);
      const [byMean, ...rest] = grads;
      // The optimizer offers no way to change its rate, and the rate falls at every step.
      Object.assign(this.#optimizer, { learningRate });
      const names = ['inner', 'innerBias', 'outer', 'skip', 'bias'];
      this.#optimizer.applyGradients(Object.fromEntries(names.map((name, i) => [name, rest[i]!])));
      return { loss: value.dataSync()[0]!, byMean: byMean!.dataSync() as Float32Array };
    });
  }

  weights(): Head {
    const values = (name: keyof Head) => Float32Array.from(this.#variables[name].dataSync());
    return {
      inner: values('inner'),
      innerBias: values('innerBias'),
      outer: values('outer'),
      skip: values('skip'),
      bias: values('bias'),
    };
  }

  dispose(): void {
    for (const variable of Object.values(this.#variables)) variable.dispose();
    this.#optimizer.dispose();
  }
}
