import { createRequire } from 'node:module';
import { ReferenceModel, readBaseline, readWeights } from '../../models/text/index.js';
import { startTextModel } from '../../services/classify/signals/text-model/index.js';
import { loadModel } from '../../services/classify/signals/text-model/inference.js';
import { postLines } from './posts.js';

const require = createRequire(import.meta.url);
const batches = [1, 16, 128, 500];

interface Post {
  text: string;
  language: string;
}
type Score = (posts: readonly Post[]) => unknown;

/** TensorFlow.js in plain JavaScript, as it runs without wasm. */
async function startPlain(): Promise<typeof import('@tensorflow/tfjs')> {
  const tf: typeof import('@tensorflow/tfjs') = require('@tensorflow/tfjs');
  tf.enableProdMode();
  await tf.setBackend('cpu');
  return tf;
}

async function perSecond(score: Score, posts: readonly Post[], batch: number, ms: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < 20; i++) await score(posts.slice(i * batch, (i + 1) * batch));
  const from = performance.now();
  for (let i = 0; performance.now() - from < ms; i = (i + batch) % (posts.length - batch)) {
    await score(posts.slice(i, i + batch));
    done += batch;
  }
  return done / ((performance.now() - from) / 1000);
}

/** Posts a second through the shipped model, by batch, beside other ways to run it and beside the baseline; medians, one thread each. */
export async function inferenceBench({ runs, say }: { runs: number; say: (line: string) => void }): Promise<string> {
  const posts = [...postLines(20_000, 'raw')].map(line => JSON.parse(line) as Post);
  const asked = (list: readonly Post[]) => ({
    texts: list.map(({ text }) => text),
    languages: list.map(({ language }) => language),
  });
  const worker = await startTextModel();
  const wasm = await loadModel(undefined);
  const reference = new ReferenceModel(readWeights());
  const baseline = readBaseline()?.model;
  const ways: [string, Score][] = [
    ['as it ships: wasm, in its worker', list => worker.score([...list])],
    ['wasm, without the worker', list => wasm.score(asked(list))],
    [
      'plain JavaScript, one post after the other',
      list => list.map(({ text, language }) => reference.score(text, language)),
    ],
    [
      'the baseline: TF-IDF and logistic regression, plain JavaScript',
      list => list.map(({ text }) => baseline?.score(text)),
    ],
  ];
  const found = new Map<string, number[][]>();
  const measure = async (name: string, score: Score) => {
    const row = found.get(name) ?? batches.map(() => []);
    found.set(name, row);
    for (const [i, batch] of batches.entries()) row[i]?.push(await perSecond(score, posts, batch, 1_000));
  };
  try {
    for (let run = 0; run < runs; run++) {
      say(`run ${run + 1} of ${runs}`);
      for (const [name, score] of ways) await measure(name, score);
    }
    // Last: the backend is one for the whole process.
    const plain = await loadModel(undefined, startPlain);
    for (let run = 0; run < runs; run++) await measure('tfjs without wasm', list => plain.score(asked(list)));
  } finally {
    await worker.stop();
  }
  const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
  const rows = [...found].map(
    ([name, values]) => `| ${name} | ${values.map(one => Math.round(median(one)).toLocaleString('en')).join(' | ')} |`,
  );
  return [
    `The text model, posts a second by batch, 400-byte posts, medians of ${runs}. tfjs-node has no \`sparseSegmentMean\`, so the shipped model does not run on it.`,
    '',
    `| | ${batches.map(batch => `batch of ${batch}`).join(' | ')} |`,
    `|---|${batches.map(() => '---').join('|')}|`,
    ...rows,
  ].join('\n');
}
