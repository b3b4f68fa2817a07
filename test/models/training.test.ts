import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Evaluation } from '../../models/text/index.js';
import { startTextModel } from '../../services/classify/signals/text-model/index.js';

const run = promisify(execFile);
const models = new URL('../../models/text/index.js', import.meta.url).href;

/** Runs a command of the models in a process of its own, as users do. */
function command(name: 'trainCommand' | 'evaluateCommand', args: string[]) {
  const program = `import { ${name} } from '${models}'; await ${name}(process.argv.slice(1));`;
  return run(process.execPath, ['--input-type=module', '-e', program, '--', ...args], { timeout: 120_000 });
}

/** A toy world: villains of a pantomime threaten a castle, and everyone else talks about the weather. */
function post(i: number) {
  const place = ['castle', 'tower', 'bridge', 'mill'][i % 4]!;
  const day = ['Monday', 'Tuesday', 'Friday'][i % 3]!;
  const threat = i % 5 === 0;
  return {
    id: `toy-${i}`,
    text: threat
      ? `On ${day} the pantomime dragon shall roast the ${place}, number ${i}`
      : `On ${day} the rain will stop over the ${place}, says station ${i}`,
    lang: 'en',
    label: threat ? 'threat' : 'none',
    src: 'toy',
    grp: '',
  };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'training-'));
  const jsonl = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `${JSON.stringify(post(from + i))}\n`).join('');
  await writeFile(path.join(folder, 'posts.train.jsonl.gz'), gzipSync(jsonl(0, 4000)));
  await writeFile(path.join(folder, 'dev.jsonl'), jsonl(4000, 4200));
  await command('trainCommand', ['--data', folder, '--out', path.join(folder, 'one'), '--seed', '3', '--epochs', '4']);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

test('training learns what there is to learn, and evaluation says so', async () => {
  const weights = ['--weights', path.join(folder, 'one')];
  const { stdout } = await command('evaluateCommand', [path.join(folder, 'dev.jsonl'), ...weights, '--json', '-']);
  const evaluation = JSON.parse(stdout) as Evaluation;
  const threat = evaluation.labels.find(figures => figures.label === 'threat')!;
  expect(threat).toMatchObject({ language: 'en', positives: 40, negatives: 160 });
  expect(threat.auc).toBeGreaterThan(0.99);
  expect(threat.recall).toBeGreaterThan(0.9);
  expect(threat.falsePositives).toBeLessThanOrEqual(8);
  const { stdout: table } = await command('evaluateCommand', [path.join(folder, 'dev.jsonl'), ...weights]);
  expect(table).toContain(evaluation.version);
  expect(table).toMatch(/\| en +\| threat +\| 40 +\| 160 +\|/);
});

test('the worker runs what was trained, and shows the words that count', async () => {
  const model = await startTextModel({ weights: path.join(folder, 'one') });
  const [dragon, rain] = await model.score([
    { text: 'On Friday the pantomime dragon shall roast the mill', language: 'en' },
    { text: 'On Friday the rain will stop over the mill, says station 8', language: 'en' },
  ]);
  await model.stop();
  expect(dragon!.overThreshold).toEqual(expect.arrayContaining(['ve', 'threat']));
  expect(['pantomime', 'dragon', 'shall', 'roast']).toContain(dragon!.highlights![0]);
  expect(dragon!.highlights).not.toContain('mill');
  expect(rain!.overThreshold).not.toContain('ve');
  expect(rain!.highlights).toBeUndefined();
});

test('the same seed trains the same model, another seed another one', async () => {
  const version = async (out: string, seed: string) => {
    const args = ['--data', folder, '--out', path.join(folder, out), '--seed', seed, '--epochs', '1'];
    return (await command('trainCommand', args)).stdout.split(':')[0];
  };
  const [first, second, other] = [await version('a', '5'), await version('b', '5'), await version('c', '6')];
  expect(first).toMatch(/^text-/);
  expect(second).toBe(first);
  expect(other).not.toBe(first);
}, 120_000);

test('wrong arguments and wrong lines are told by name', async () => {
  await expect(command('trainCommand', [])).rejects.toThrow('--data is missing');
  await expect(command('trainCommand', ['--data', folder, '--epochs', 'many'])).rejects.toThrow('--epochs takes');
  await expect(command('evaluateCommand', ['a', 'b'])).rejects.toThrow('give one file');
  await writeFile(path.join(folder, 'bad.jsonl'), `${JSON.stringify(post(1))}\n{"id": "x"}\n`);
  await expect(command('evaluateCommand', [path.join(folder, 'bad.jsonl')])).rejects.toThrow('line 2');
});
