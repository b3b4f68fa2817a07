import { Counter, Gauge } from 'prom-client';
import { bounded, type Metrics } from '../runtime/index.js';
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

/** Models and signals that are shown by name. */
const mostNames = 20;

/** The metrics of this service, made once a process. */
export function classifyMetrics(
  { registry }: Pick<Metrics, 'registry'>,
  models: () => readonly { name: string; state: string; circuit?: string }[],
): ClassifyMetrics {
  const registers = [registry];
  const nameOf = bounded(mostNames);
  const signalOf = bounded(mostNames);
  /** Of those beyond the bound, the worst. */
  const ofModels = (
    name: string,
    help: string,
    worst: (a: number, b: number) => number,
    value: (model: { state: string; circuit?: string }) => number,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ['model'],
      registers,
      collect() {
        this.reset();
        const values = new Map<string, number>();
        for (const one of models()) {
          const model = nameOf(one.name);
          values.set(model, worst(values.get(model) ?? value(one), value(one)));
        }
        for (const [model, n] of values) this.set({ model }, n);
      },
    });
  ofModels(
    'classify_model_live',
    "Whether a model of the operator's own is live and answers: 1 or 0.",
    Math.min,
    ({ state }) => (state === 'live' ? 1 : 0),
  );
  ofModels(
    'classify_circuit_open',
    "Whether a model of the operator's own is not asked, because its calls failed: 1 or 0.",
    Math.max,
    ({ circuit = 'closed' }) => (circuit === 'closed' ? 0 : 1),
  );
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
    asked: (signal, result, posts) => questions.inc({ signal: signalOf(signal), result }, posts),
  };
}
