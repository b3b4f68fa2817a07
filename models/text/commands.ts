import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { evaluate, evaluationTable } from './evaluate.js';
import { train } from './train.js';
import { shippedWeights } from './weights.js';

const trainUsage = `train --data FOLDER [--out FOLDER] [--seed 1] [--epochs 5]

Trains the text model from FOLDER/posts.train.jsonl.gz and FOLDER/parallel/, and writes its weights.
Takes one to three minutes on one core. Without --out, the shipped weights are replaced.`;

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
        out: { type: 'string' },
        seed: { type: 'string', default: '1' },
        epochs: { type: 'string', default: '5' },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  );
  if (values.help) return print(trainUsage);
  if (!values.data) throw new Error(`--data is missing\n\n${trainUsage}`);
  const out = path.resolve(values.out ?? shippedWeights());
  const bar = progress(
    'training | {bar} | {percentage} % | {value} of {total} steps | loss {loss} | {eta_formatted} left',
  );
  bar.start(1, 0, { loss: '-' });
  try {
    const { version, weights } = await train({
      data: path.resolve(values.data),
      out,
      seed: whole('--seed', values.seed),
      epochs: whole('--epochs', values.epochs),
      onStep: (done, all, loss) => {
        bar.setTotal(all);
        bar.update(done, { loss: loss.toFixed(3) });
      },
    });
    bar.stop();
    const { steps, backend, seconds } = weights.figures;
    print(`${version}: ${steps} steps in ${seconds} s on ${backend}, written to ${out}`);
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
