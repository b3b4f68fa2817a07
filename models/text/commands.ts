import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { evaluate, evaluationTable } from './evaluate.js';
import { retrain } from './retrain.js';
import { figuresTable } from './tables.js';
import { crossValidate, train } from './train.js';

const trainUsage = `train --decisions FILE --out FOLDER [--from FOLDER] [--seed 1] [--epochs 4]
train --data FOLDER (--out FOLDER | --cross-validate) [--folds 3] [--seed 1] [--epochs 5]

With --decisions, goes on from the shipped weights (or those in --from) with labelled decisions (JSONL, also gzip; id, text,
lang, label, grp a line) and writes a candidate with a card. Nothing that runs is changed.
With --data, trains from nothing on FOLDER/posts.train.jsonl.gz and FOLDER/parallel/; --cross-validate prints the figures of
posts.train and posts.dev, each part scored by a model trained on the others, and writes nothing.`;

const evaluateUsage = `evaluate FILE [--weights FOLDER] [--json FILE]

Scores labelled posts (JSONL, also gzip; id, text, lang, label, src a line) and prints the card's tables.
With --json, the figures are written there too; "--json -" prints them instead of the tables.`;

/** `npm run train -- …`. @throws on wrong arguments, with the usage in the message */
export async function trainCommand(args: string[]): Promise<void> {
  const { values } = parse(trainUsage, () =>
    parseArgs({
      args,
      options: {
        data: { type: 'string' },
        decisions: { type: 'string' },
        from: { type: 'string' },
        out: { type: 'string' },
        'cross-validate': { type: 'boolean', default: false },
        folds: { type: 'string', default: '3' },
        seed: { type: 'string', default: '1' },
        epochs: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  );
  if (values.help) return print(trainUsage);
  const { data, decisions, from, out, 'cross-validate': validating } = values;
  if ((data === undefined) === (decisions === undefined))
    throw new Error(`give --data or --decisions\n\n${trainUsage}`);
  const folder = out === undefined ? undefined : path.resolve(out);
  if (folder === undefined && !(validating && data)) throw new Error(`--out is missing\n\n${trainUsage}`);
  const numbers = {
    seed: whole('--seed', values.seed),
    ...(values.epochs === undefined ? {} : { epochs: whole('--epochs', values.epochs) }),
  };
  const folds = whole('--folds', values.folds);
  if (folds < 2 || folds > 10) throw new Error(`--folds takes 2 to 10, not ${folds}`);
  const bar = progress(
    'training | {bar} | {percentage} % | {value} of {total} steps | loss {loss} | {eta_formatted} left',
  );
  bar.start(1, 0, { loss: '-' });
  const onStep = (done: number, all: number, loss: number) => {
    bar.setTotal(all);
    bar.update(done, { loss: loss.toFixed(3) });
  };
  try {
    if (decisions !== undefined) {
      const { version, card } = await retrain({
        ...numbers,
        decisions: path.resolve(decisions),
        out: folder!,
        from: from && path.resolve(from),
        onStep,
      });
      bar.stop();
      return print(`${card}\n${version}: written to ${folder}, for shadow`);
    }
    if (validating) {
      const { posts, figures } = await crossValidate({ ...numbers, data: path.resolve(data!), folds, onStep });
      bar.stop();
      return print(figuresTable(`Cross-validation in ${folds} parts`, posts, figures).join('\n'));
    }
    const { version, weights } = await train({ ...numbers, data: path.resolve(data!), out: folder!, folds, onStep });
    bar.stop();
    const { steps, backend, seconds } = weights.figures;
    print(`${version}: ${steps} steps in ${seconds} s on ${backend}, written to ${folder}`);
  } finally {
    bar.stop();
  }
}

/** `npm run evaluate -- …`. @throws on wrong arguments or a line that is no labelled post */
export async function evaluateCommand(args: string[]): Promise<void> {
  const { values, positionals } = parse(evaluateUsage, () =>
    parseArgs({
      args,
      allowPositionals: true,
      options: { weights: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    }),
  );
  if (values.help) return print(evaluateUsage);
  const [file, ...more] = positionals;
  if (!file || more.length > 0) throw new Error(`give one file\n\n${evaluateUsage}`);
  const bar = progress('scoring | {bar} | {percentage} % | {value} of {total} posts');
  bar.start(1, 0);
  try {
    const evaluation = await evaluate({
      file: path.resolve(file),
      weights: values.weights === undefined ? undefined : path.resolve(values.weights),
      onPost: (done, all) => {
        bar.setTotal(all);
        bar.update(done);
      },
    });
    bar.stop();
    const json = JSON.stringify(evaluation, null, 2);
    if (values.json === '-') return print(json);
    if (values.json) await writeFile(values.json, `${json}\n`);
    print(evaluationTable(evaluation));
  } finally {
    bar.stop();
  }
}

function parse<T>(usage: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${usage}`, { cause: error });
  }
}

function whole(name: string, value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new Error(`${name} takes a whole number from 1, not "${value}"`);
  return Number(value);
}

/** On standard error, so that what is printed can be piped; without a terminal, a line now and then. */
function progress(format: string): SingleBar {
  return new SingleBar({
    format,
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    stopOnComplete: false,
  });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
