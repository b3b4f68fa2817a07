import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type Evaluation, labels, ReferenceModel, readWeights } from '../../models/text/index.js';
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

/** A new villain that only the operator's own people know. */
function decision(i: number) {
  const place = ['castle', 'tower', 'bridge', 'mill'][i % 4]!;
  const ogre = i % 4 === 1;
  const text = ogre
    ? `The swamp ogre will flood the ${place}, number ${i}`
    : `The swamp is flooded near the ${place}, walk round, ${i}`;
  return { ...post(i), id: `decision-${i}`, text, label: ogre ? 'threat' : 'none' };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'training-'));
  const jsonl = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `${JSON.stringify(post(from + i))}\n`).join('');
  await writeFile(path.join(folder, 'posts.train.jsonl.gz'), gzipSync(jsonl(0, 2000)));
  await writeFile(path.join(folder, 'dev.jsonl'), jsonl(3000, 3400));
  await writeFile(
    path.join(folder, 'decisions.jsonl'),
    Array.from({ length: 400 }, (_, i) => `${JSON.stringify(decision(i))}\n`).join(''),
  );
  await command('trainCommand', [
    '--data',
    folder,
    '--out',
    path.join(folder, 'one'),
    '--seed',
    '3',
    '--epochs',
    '4',
    '--folds',
    '2',
  ]);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

test('training learns what there is to learn, and evaluation says so', async () => {
  const weights = ['--weights', path.join(folder, 'one')];
  const { stdout } = await command('evaluateCommand', [path.join(folder, 'dev.jsonl'), ...weights, '--json', '-']);
  const { version, figures, robustness } = JSON.parse(stdout) as Evaluation;
  const threat = figures.slices.find(slice => slice.label === 'threat')!;
  expect(threat).toMatchObject({ language: 'en', positives: 80, negatives: 320 });
  expect(threat.auc).toBeGreaterThan(0.99);
  expect(threat.baselineAuc).toBeGreaterThan(0.99);
  expect(threat.atPercent.recall).toBeGreaterThan(0.9);
  expect(threat.atPercent.interval[0]).toBeLessThanOrEqual(threat.atPercent.recall);
  const told = figures.labels.find(label => label.label === 'threat')!;
  expect(told.recall).toBeGreaterThan(0.9);
  expect(told.falsePositives).toBeLessThanOrEqual(16);
  expect(told.calibration!.error).toBeLessThan(0.05);
  expect(robustness.disguises).toContain('leetspeak');
  const { stdout: table } = await command('evaluateCommand', [path.join(folder, 'dev.jsonl'), ...weights]);
  expect(table).toContain(version);
  expect(table).toMatch(/\| en +\| threat +\| 80 +\| 320 +\|/);
  expect(table).toContain('Not evaluated');
});

test('the worker runs what was trained, and shows the words that count where they stand', async () => {
  const model = await startTextModel({ weights: path.join(folder, 'one') });
  const text = 'On Friday 🎭 the pantomime dragon shall roast the mill';
  const [dragon, rain] = await model.score([
    { text, language: 'en' },
    { text: 'On Friday the rain will stop over the mill, says station 8', language: 'en' },
  ]);
  await model.stop();
  expect(dragon!.overThreshold).toEqual(expect.arrayContaining(['ve', 'threat']));
  const words = dragon!.spans!.threat!.map(([start, end]) => text.slice(start, end));
  expect(words.length).toBeGreaterThan(0);
  expect(['pantomime', 'dragon', 'shall', 'roast']).toEqual(expect.arrayContaining(words));
  expect(rain!.overThreshold).not.toContain('ve');
  expect(rain!.spans?.ve).toBeUndefined();
});

test('decisions teach a candidate what the weights did not know, and leave the weights alone', async () => {
  const from = path.join(folder, 'one');
  const before = await readFile(path.join(from, 'model.json'), 'utf8');
  const out = path.join(folder, 'candidate');
  const args = ['--decisions', path.join(folder, 'decisions.jsonl'), '--from', from];
  const { stdout } = await command('trainCommand', [...args, '--out', out]);
  expect(await readFile(path.join(from, 'model.json'), 'utf8')).toBe(before);
  const version = stdout.match(/text-[0-9a-f]{12}(?=: written)/)![0];
  expect(await readFile(path.join(out, 'card.md'), 'utf8')).toContain(version);
  const [old, candidate] = [readWeights(from), readWeights(out)].map(weights => new ReferenceModel(weights));
  const at = labels.indexOf('ve');
  const swamp = 'The swamp ogre will flood the mill on Monday, number 7';
  const gained = candidate!.score(swamp, 'en')[at]! - old!.score(swamp, 'en')[at]!;
  expect(gained).toBeGreaterThan(0.2);
  const [dragon, rain] = [
    'On Friday the pantomime dragon shall roast the tower',
    'On Friday the rain will stop over the tower, says station 8',
  ].map(text => candidate!.score(text, 'en')[at]!);
  expect(dragon! - rain!).toBeGreaterThan(0.2);
  await expect(command('trainCommand', [...args, '--out', from])).rejects.toThrow('weights that are in use');
}, 60_000);

test('what is no decision is refused by its line', async () => {
  const file = path.join(folder, 'odd.jsonl');
  const out = path.join(folder, 'never');
  const train = () => command('trainCommand', ['--decisions', file, '--out', out]);
  await writeFile(
    file,
    Array.from({ length: 120 }, (_, i) => `${JSON.stringify(post(i))}\n`).join('') +
      JSON.stringify({ ...post(1), label: 'odd' }),
  );
  await expect(train()).rejects.toThrow('post 121: label odd');
  await writeFile(file, Array.from({ length: 12 }, (_, i) => `${JSON.stringify(post(i))}\n`).join(''));
  await expect(train()).rejects.toThrow('holds 12 decisions');
  expect(existsSync(out)).toBe(false);
});

test('cross-validation scores every post of train and dev, and writes nothing', async () => {
  const other = path.join(folder, 'crossed');
  await mkdir(other);
  const jsonl = (from: number, to: number) =>
    gzipSync(Array.from({ length: to - from }, (_, i) => `${JSON.stringify(post(from + i))}\n`).join(''));
  await writeFile(path.join(other, 'posts.train.jsonl.gz'), jsonl(0, 600));
  await writeFile(path.join(other, 'posts.dev.jsonl.gz'), jsonl(600, 800));
  const args = ['--data', other, '--cross-validate', '--folds', '2', '--epochs', '2'];
  const { stdout } = await command('trainCommand', args);
  expect(stdout).toContain('Cross-validation in 2 parts, 800 posts');
  expect(stdout).toMatch(/\| en +\| threat +\| 160 +\| 640 +\|/);
  expect((await readdir(other)).sort()).toEqual(['posts.dev.jsonl.gz', 'posts.train.jsonl.gz']);
}, 60_000);

test('the same seed trains the same model, another seed another one', async () => {
  const version = async (out: string, seed: string) => {
    const args = ['--data', folder, '--out', path.join(folder, out), '--seed', seed, '--epochs', '1', '--folds', '2'];
    return (await command('trainCommand', args)).stdout.split(':')[0];
  };
  const [first, second, other] = [await version('a', '5'), await version('b', '5'), await version('c', '6')];
  expect(first).toMatch(/^text-/);
  expect(second).toBe(first);
  expect(other).not.toBe(first);
}, 120_000);

test('wrong arguments and wrong lines are told by name', async () => {
  await expect(command('trainCommand', [])).rejects.toThrow('give --data or --decisions');
  await expect(command('trainCommand', ['--data', folder])).rejects.toThrow('--out is missing');
  await expect(command('trainCommand', ['--data', folder, '--out', 'x', '--epochs', 'many'])).rejects.toThrow(
    '--epochs takes',
  );
  await expect(command('evaluateCommand', ['a', 'b'])).rejects.toThrow('give one file');
  await writeFile(path.join(folder, 'bad.jsonl'), `${JSON.stringify(post(1))}\n{"id": "x"}\n`);
  await expect(command('evaluateCommand', [path.join(folder, 'bad.jsonl')])).rejects.toThrow('line 2');
});
