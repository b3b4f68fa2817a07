import type { Finding } from '../../contracts/index.js';
import type { Signal } from './signal.js';
import type { TextModel } from './text-model/index.js';

/** What the model's labels mean, in the words of a reason. */
const meanings: Readonly<Record<string, string>> = {
  any: 'content of any of the kinds it knows',
  ve: 'violent extremism',
  weak: 'the manner of accounts that support terrorism',
  hate: 'hatred',
  incitement: 'incitement to violence',
  glorification: 'glorification of violence',
  recruitment: 'recruitment',
  threat: 'a threat',
  'context-news': 'news or an encyclopaedia',
  'context-religious': 'scripture',
  'context-other': 'talk between people',
};

/** The text model as a signal: a finding for each label's score. `over` where the score reaches the model's threshold for the language. */
export function textModelSignal(model: Pick<TextModel, 'version' | 'labels' | 'score' | 'stop'>): Signal {
  let failure: string | undefined;
  return {
    name: 'text-model',
    takes: ['text'],
    languages: 'any',
    cost: 'model',
    labels: model.labels,
    // Scripture is no reason to leave a post up; speaking as the news may be one.
    context: ['context-news'],
    reproducible: true,
    version: () => model.version,
    async assess(posts) {
      try {
        const scored = await model.score(
          posts.map(({ text = '', language }) => (language === undefined ? { text } : { text, language })),
        );
        failure = undefined;
        return scored.map(({ scores, overThreshold, spans = {} }) =>
          Object.entries(scores).map(([label, score]) =>
            finding(label, score, overThreshold.includes(label), spans[label] ?? []),
          ),
        );
      } catch (error) {
        failure = (error as Error).message;
        throw error;
      }
    },
    problem: async () => failure,
    stop: () => model.stop(),
  };
}

/** The words themselves are named by their place only: a post's text stands in one place, where a deletion erases it. */
function finding(label: string, score: number, over: boolean, spans: [start: number, end: number][]): Finding {
  const reason = `the text model gives ${score.toFixed(2)} for ${meanings[label] ?? label}`;
  return {
    signal: 'text-model',
    label,
    score,
    reason: over ? `${reason}, over its threshold` : reason,
    ...(over ? { over } : {}),
    ...(spans.length > 0 ? { spans } : {}),
  };
}
