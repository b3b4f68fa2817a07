import { realTime, type Time } from '../../../runtime/time/index.js';
import { ModelThread, TextModelUnavailable } from './thread.js';

export { TextModelUnavailable };

export interface TextScore {
  /**
   * By label, from 0 to 1, calibrated by label and language where there was data for it. `ve` is the one to rank by; `weak` is about accounts rather
   * than posts, and is only to be shown beside it, as `context-news`, `context-religious` and `context-other` are: who speaks.
   */
  scores: Record<string, number>;
  /** The labels that reached their threshold for the post's language. */
  overThreshold: string[];
  /**
   * By label, for scores of 0.3 and more, or over their threshold, where one of a harm is among them: the words that raised the score most, in the order they stand in. Start and end in UTF-16 units of the
   * text that was given.
   */
  spans?: Record<string, [start: number, end: number][]>;
}

/** The text model. It ranks and sends to review; alone it never removes and never clears. */
export interface TextModel {
  /** The hash of the weights and of all that decides what they mean. */
  readonly version: string;
  readonly labels: readonly string[];
  /**
   * Scores posts in the order given, any number at once.
   * @param posts `language` is a BCP 47 tag; left out, it is guessed
   * @throws {TextModelUnavailable} when the worker died, or the queue is full: nothing was scored, try again later
   */
  score(posts: readonly { text: string; language?: string }[]): Promise<TextScore[]>;
  /** Ends the worker; what waits is rejected. */
  stop(): Promise<void>;
}

export interface TextModelOptions {
  /** The folder of the weights; by default the shipped ones. */
  weights?: string;
  /** Posts that may wait before `score` refuses more (20,000). */
  queueLimit?: number;
  time?: Time;
  /** The worker's file, for tests of what happens when it dies. */
  script?: URL;
}

/**
 * Loads the model in a worker thread. The thread keeps no process alive, except while posts are being scored.
 * @throws if the model cannot be loaded
 */
export async function startTextModel(options: TextModelOptions = {}): Promise<TextModel> {
  const thread = new ModelThread({
    weights: options.weights,
    queueLimit: options.queueLimit ?? 20_000,
    time: options.time ?? realTime,
    script: options.script ?? new URL('./worker.js', import.meta.url),
  });
  const { version, labels } = await thread.start();
  return { version, labels, score: posts => thread.score(posts), stop: () => thread.stop() };
}
