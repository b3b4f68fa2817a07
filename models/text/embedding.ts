import type { Random } from './random.js';

/**
 * The table of n-gram vectors while it is trained, with Adam's moments. A batch touches a small part of the rows, and TensorFlow.js
 * has no sparse gradient (a dense one over the whole table costs more than the rest of the step), so gather and update are done here by row.
 */
export class Embedding {
  readonly values: Float32Array;
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  readonly #gradient: Float32Array;
  readonly #touched: Int32Array;
  readonly #isTouched: Uint8Array;
  readonly #seen: Uint8Array;

  constructor(
    readonly rows: number,
    readonly width: number,
    random: Random,
    from?: { table: Int8Array; scale: Float32Array },
  ) {
    const size = rows * width;
    this.values = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      const column = i % width;
      // A model's table holds its linear half behind the vectors.
      const at = from ? ((i - column) / width) * from.scale.length + column : 0;
      this.values[i] = from ? from.table[at]! * from.scale[column]! : (random() - 0.5) * 0.1;
    }
    this.#first = new Float32Array(size);
    this.#second = new Float32Array(size);
    this.#gradient = new Float32Array(size);
    this.#touched = new Int32Array(rows);
    this.#isTouched = new Uint8Array(rows);
    this.#seen = new Uint8Array(rows);
  }

  /** The mean of each post's rows. Post `p` has `ids[offsets[p]]` up to `ids[offsets[p + 1]]`. */
  mean(ids: Int32Array, offsets: Int32Array, posts: number): Float32Array {
    const { width, values } = this;
    const pooled = new Float32Array(posts * width);
    for (let p = 0; p < posts; p++) {
      const from = offsets[p]!;
      const to = offsets[p + 1]!;
      const out = p * width;
      for (let k = from; k < to; k++) {
        const row = ids[k]! * width;
        for (let d = 0; d < width; d++) pooled[out + d]! += values[row + d]!;
      }
      if (to > from) for (let d = 0; d < width; d++) pooled[out + d]! /= to - from;
    }
    return pooled;
  }

  /** One step of Adam on the rows of the batch, from the gradient of the loss by the means. `step` counts from 1. */
  update(
    ids: Int32Array,
    offsets: Int32Array,
    posts: number,
    byMean: Float32Array,
    learningRate: number,
    step: number,
  ): void {
    const { width, values } = this;
    const first = this.#first;
    const second = this.#second;
    const gradient = this.#gradient;
    let touched = 0;
    for (let p = 0; p < posts; p++) {
      const from = offsets[p]!;
      const to = offsets[p + 1]!;
      const source = p * width;
      const share = 1 / (to - from);
      for (let k = from; k < to; k++) {
        const id = ids[k]!;
        if (this.#isTouched[id] === 0) {
          this.#isTouched[id] = 1;
          this.#touched[touched++] = id;
        }
        const row = id * width;
        for (let d = 0; d < width; d++) gradient[row + d]! += byMean[source + d]! * share;
      }
    }
    const rate = (learningRate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
    for (let t = 0; t < touched; t++) {
      const id = this.#touched[t]!;
      this.#isTouched[id] = 0;
      this.#seen[id] = 1;
      const row = id * width;
      for (let i = row; i < row + width; i++) {
        const g = gradient[i]!;
        gradient[i] = 0;
        const m = 0.9 * first[i]! + 0.1 * g;
        const v = 0.999 * second[i]! + 0.001 * g * g;
        first[i] = m;
        second[i] = v;
        values[i]! -= (rate * m) / (Math.sqrt(v) + 1e-8);
      }
    }
  }

  /** Rows that no post touched still hold what they were started with: noise to every reader. */
  clearUnseen(): number {
    let seen = 0;
    for (let id = 0; id < this.rows; id++) {
      if (this.#seen[id] === 1) seen++;
      else this.values.fill(0, id * this.width, (id + 1) * this.width);
    }
    return seen;
  }
}
