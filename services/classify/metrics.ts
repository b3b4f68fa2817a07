import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../runtime/index.js';
import type { AtOnce } from './tiers.js';

/** What became of a question that was put to a costly signal. */
export type Asked = 'answered' | 'failed' | 'unanswered' | 'moot';

/** Counts posts by how far they went. */
export type Reach = (posts: readonly Pick<AtOnce, 'open' | 'reachedModels'>[]) => void;

export interface ClassifyMetrics {
  reach: Reach;
  /** Counts posts put to a signal, by what came of it. */
  asked(signal: string, result: Asked, posts: number): void;
}

/** The metrics of this service, made once a process. */
export function classifyMetrics(
  { registry }: Pick<Metrics, 'registry'>,
  models: () => readonly { name: string; state: string }[],
): ClassifyMetrics {
  const registers = [registry];
  new Gauge({
    name: 'classify_model_live',
    help: "Whether a model of the operator's own is live and answers: 1 or 0.",
    labelNames: ['model'],
    registers,
    collect() {
      this.reset();
      for (const { name, state } of models()) this.set({ model: name }, state === 'live' ? 1 : 0);
    },
  });
  const reached = new Counter({
    name: 'classify_posts_total',
    help: 'Posts that were assessed, by the tiers of signals that they reached: all reach cheap, fewer model and remote.',
    labelNames: ['tier'],
    registers,
  });
  const questions = new Counter({
    name: 'classify_questions_total',
    help: 'Posts put to a costly signal after the first assessment, by what came of it.',
    labelNames: ['signal', 'result'],
    registers,
  });
  return {
    reach(posts) {
      reached.inc({ tier: 'cheap' }, posts.length);
      reached.inc({ tier: 'model' }, posts.filter(({ reachedModels }) => reachedModels).length);
      reached.inc({ tier: 'remote' }, posts.filter(({ open }) => open.length > 0).length);
    },
    asked: (signal, result, posts) => questions.inc({ signal, result }, posts),
  };
}
