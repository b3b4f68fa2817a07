import { platt } from './calibrate.js';
import type { LabelledPost } from './data.js';
import type { Model } from './fit.js';
import { labels, target } from './labels.js';
import type { Halves } from './reference.js';

/** By label, how much the vectors' half has to say; the linear half has the rest. */
export type Mix = number[];

/** The mixture that makes the labels of posts that were not trained on likeliest, in tenths. */
export function mixFrom(held: readonly { post: LabelledPost; halves: Halves | undefined }[]): Mix {
  return labels.map((label, l) => {
    const known = held.flatMap(({ post, halves }) => {
      const right = target(label, post);
      return right === undefined || halves === undefined
        ? []
        : [{ right, deep: halves.deep[l]!, wide: halves.wide[l]! }];
    });
    let best = { share: 0.5, loss: Number.POSITIVE_INFINITY };
    for (let tenths = 0; tenths <= 10; tenths++) {
      const share = tenths / 10;
      const pairs = known.map(({ right, deep, wide }) => ({ right, logit: share * deep + (1 - share) * wide }));
      const { slope, shift } = platt(pairs);
      let loss = 0;
      for (const { right, logit } of pairs) {
        const sure = (slope * logit + shift) * (right === 1 ? 1 : -1);
        loss += Math.log1p(Math.exp(-Math.abs(sure))) + Math.max(0, -sure);
      }
      if (loss < best.loss) best = { share, loss };
    }
    return best.share;
  });
}

/** The logits of a post by the mixture; of a text without words, what makes every score nought. */
export function mixedLogits(halves: Halves | undefined, mix: Mix): Float64Array {
  if (!halves) return new Float64Array(labels.length).fill(-20);
  return Float64Array.from(mix, (share, l) => share * halves.deep[l]! + (1 - share) * halves.wide[l]!);
}

/** The model with the mixture in its own numbers: its logits are then those of the mixture. */
export function mixedModel(model: Model, mix: Mix): Model {
  const { width, head } = model;
  const outputs = labels.length;
  const byDeep = (values: Float32Array) => values.map((value, i) => value * mix[i % outputs]!);
  return {
    ...model,
    scale: model.scale.map((value, d) => {
      const share = mix[d - width];
      return share === undefined ? value : value * (1 - share);
    }),
    head: { ...head, outer: byDeep(head.outer), skip: byDeep(head.skip), bias: byDeep(head.bias) },
    wideBias: model.wideBias.map((value, l) => value * (1 - mix[l]!)),
  };
}
