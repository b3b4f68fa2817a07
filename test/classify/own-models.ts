import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { io } from '@tensorflow/tfjs';
import { stringify } from 'yaml';

const require = createRequire(import.meta.url);

function loadTensorFlow(): typeof import('@tensorflow/tfjs') {
  const tf: typeof import('@tensorflow/tfjs') = require('@tensorflow/tfjs');
  // Else it advises on the console to install another backend.
  tf.enableProdMode();
  return tf;
}

/** A registry of the test's own. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'sansdelai-models-'));
  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), content);
  }
  declare(name: string, declaration: object): void {
    this.write(`${name}.yaml`, stringify(declaration));
  }
  take(name: string): void {
    rmSync(join(this.path, name), { recursive: true, force: true });
  }
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

// A tiny model of two labels: words have two numbers each, of which the mean goes through one dense layer.
export const vocabulary = ['boat', 'race', 'lighthouse'];
export const length = 4;
export const labels = { sailing: { threshold: 0.6 }, other: {} };
const embedding = [
  [0, 0],
  [0.25, -0.5],
  [3, 0.5],
  [1.5, -1],
  [-0.75, 2],
] as const;
const dense = [
  [2, -1],
  [0.5, 1.5],
] as const;
const bias = [-0.5, 0.25] as const;

const ids = (text: string): number[] => {
  const words = text.toLowerCase().replace(/[.,!]/g, '').split(' ').slice(0, length);
  return Array.from({ length }, (_, i) => (words[i] === undefined ? 0 : vocabulary.indexOf(words[i]) + 2 || 1));
};

/** What the tiny model gives a text, by plain arithmetic. */
export function scoresOf(text: string, wide = 0): { sailing: number; other: number } {
  const mean = [0, 1].map(d => ids(text).reduce((sum, id) => sum + embedding[id]![d as 0]!, 0) / length);
  const [sailing, other] = [0, 1].map(
    l => 1 / (1 + Math.exp(-(mean[0]! * dense[0][l as 0]! + mean[1]! * dense[1][l as 0]! + bias[l as 0]! + wide))),
  );
  return { sailing: sailing!, other: other! };
}

export const texts = ['The boat race is on.', 'Lighthouse keepers, unite!', 'boat boat boat boat', 'Nothing of that'];
export const golden = (wide = 0): object[] => texts.map(text => ({ text, scores: scoresOf(text, wide) }));

const float = (...rows: (readonly number[])[]): Float32Array => Float32Array.from(rows.flat());

/** Writes the tiny model as TensorFlow.js saves a layers model. `wide` is added to both outputs; `outputs` may be wrong. */
export async function writeLayersModel(folder: Folder, path: string, { wide = 0, outputs = 2 } = {}): Promise<void> {
  const tf = loadTensorFlow();
  const model = tf.sequential();
  model.add(tf.layers.embedding({ inputDim: embedding.length, outputDim: 2, inputLength: length }));
  model.add(tf.layers.globalAveragePooling1d({}));
  model.add(tf.layers.dense({ units: outputs, activation: 'sigmoid' }));
  const kernel = dense.map(row => Array.from({ length: outputs }, (_, l) => row[l as 0] ?? 0));
  const offsets = Array.from({ length: outputs }, (_, l) => (bias[l as 0] ?? 0) + wide);
  model.setWeights([tf.tensor2d(embedding as unknown as number[][]), tf.tensor2d(kernel), tf.tensor1d(offsets)]);
  await save(model, folder, path);
}

/** Writes a model that takes seconds for any text. */
export async function writeSlowModel(folder: Folder, path: string, steps: number): Promise<void> {
  const tf = loadTensorFlow();
  const model = tf.sequential();
  model.add(tf.layers.embedding({ inputDim: 5, outputDim: 8, inputLength: steps }));
  model.add(tf.layers.lstm({ units: 64, kernelInitializer: 'zeros', recurrentInitializer: 'zeros' }));
  model.add(tf.layers.dense({ units: 2, activation: 'sigmoid' }));
  model.setWeights(model.getWeights().map(({ size, shape }) => tf.tensor(new Array(size).fill(0.01), shape)));
  await save(model, folder, path);
}

async function save(model: import('@tensorflow/tfjs').LayersModel, folder: Folder, path: string): Promise<void> {
  const tf = loadTensorFlow();
  const keep = async (artifacts: io.ModelArtifacts): Promise<io.SaveResult> => {
    const { weightSpecs, weightData, ...rest } = artifacts;
    folder.write(`${path}/weights.bin`, new Uint8Array(weightData as ArrayBuffer));
    const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
    folder.write(`${path}/model.json`, JSON.stringify({ ...rest, weightsManifest }));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  };
  await model.save(tf.io.withSaveHandler(keep));
}

/** Writes the tiny model as the converter makes a graph model of TensorFlow's. */
export function writeGraphModel(folder: Folder, path: string): void {
  const dtype = { type: 'DT_FLOAT' };
  const weight = (name: string) => ({ name, op: 'Const', attr: { dtype, value: { tensor: { dtype: 'DT_FLOAT' } } } });
  const node = (name: string, op: string, input: string[], attr: object = {}) => ({
    name,
    op,
    input,
    attr: { T: dtype, ...attr },
  });
  const constant = (name: string) => ({ ...weight(name), attr: { ...weight(name).attr, dtype: { type: 'DT_INT32' } } });
  const modelTopology = {
    node: [
      {
        name: 'ids',
        op: 'Placeholder',
        attr: { dtype: { type: 'DT_INT32' }, shape: { shape: { dim: [{ size: '-1' }, { size: String(length) }] } } },
      },
      weight('embedding'),
      weight('kernel'),
      weight('bias'),
      constant('axis'),
      node('words', 'GatherV2', ['embedding', 'ids', 'axis']),
      constant('middle'),
      node('mean', 'Mean', ['words', 'middle'], { keep_dims: { b: false } }),
      node('product', 'MatMul', ['mean', 'kernel'], { transpose_a: { b: false }, transpose_b: { b: false } }),
      node('sum', 'AddV2', ['product', 'bias']),
      node('scores', 'Sigmoid', ['sum']),
    ],
    versions: {},
  };
  const weights = [
    { name: 'embedding', shape: [5, 2], dtype: 'float32' },
    { name: 'kernel', shape: [2, 2], dtype: 'float32' },
    { name: 'bias', shape: [2], dtype: 'float32' },
    { name: 'axis', shape: [], dtype: 'int32' },
    { name: 'middle', shape: [1], dtype: 'int32' },
  ];
  const numbers = float(...embedding, ...dense, bias);
  const bytes = Buffer.concat([Buffer.from(numbers.buffer), Buffer.from(Int32Array.from([0, 1]).buffer)]);
  folder.write(`${path}/group1-shard1of1.bin`, bytes);
  const manifest = {
    format: 'graph-model',
    modelTopology,
    weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights }],
  };
  folder.write(`${path}/model.json`, JSON.stringify(manifest));
}

/** Why SavedModels can't be tried here; undefined where they can. */
export function savedModelsLack(): string | undefined {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    require('@tensorflow/tfjs-node');
    return undefined;
  } catch (error) {
    return `@tensorflow/tfjs-node has no library here: ${(error as Error).message.split('\n', 1)[0]}`;
  }
}

/**
 * Writes a SavedModel with the message types of tfjs-node: takes texts, and gives 1 to `sailing` where `word` is in one, else to `other`. With `ids`, it takes
 * token ids, and looks at the first.
 */
export function writeSavedModel(folder: Folder, path: string, { word = 'boat', ids = false, columns = 2 } = {}): void {
  // biome-ignore lint/suspicious/noExplicitAny: generated code without types
  const p: any = require('@tensorflow/tfjs-node/dist/proto/api_pb.js');
  const { DT_FLOAT, DT_INT32, DT_STRING, DT_BOOL } = p.DataType;
  const made = (type: string, set: object) => {
    const message = new p[type]();
    for (const [field, value] of Object.entries(set)) message[`set${field}`](value);
    return message;
  };
  const shape = (sizes: number[]) => {
    const all = new p.TensorShape();
    all.setDimList(
      sizes.map(size => {
        const one = new p.TensorShape.Dim();
        one.setSize(size);
        return one;
      }),
    );
    return all;
  };
  const value = (kind: string, of: unknown) => made('AttrValue', { [kind]: of });
  const node = (Name: string, Op: string, InputList: string[], attributes: object) => {
    const one = made('NodeDef', { Name, Op, InputList });
    for (const [name, attribute] of Object.entries(attributes)) one.getAttrMap().set(name, attribute);
    return one;
  };
  const constant = (name: string, Dtype: number, sizes: number[], numbers: number[]) => {
    const values = Dtype === DT_FLOAT ? { FloatValList: numbers } : { IntValList: numbers };
    const Tensor = made('Tensor', { Dtype, TensorShape: shape(sizes), ...values });
    return node(name, 'Const', [], { dtype: value('Type', Dtype), value: value('Tensor', Tensor) });
  };
  const type = ids ? DT_INT32 : DT_STRING;
  const sizes = ids ? [-1, length] : [-1];
  const found = ids
    ? [
        constant('wanted', DT_INT32, [], [vocabulary.indexOf(word) + 2]),
        constant('axis', DT_INT32, [], [1]),
        constant('first', DT_INT32, [], [0]),
        node('word', 'GatherV2', ['input', 'first', 'axis'], {
          Tparams: value('Type', DT_INT32),
          Tindices: value('Type', DT_INT32),
          Taxis: value('Type', DT_INT32),
        }),
        node('found', 'Equal', ['word', 'wanted'], { T: value('Type', DT_INT32) }),
      ]
    : [node('found', 'StaticRegexFullMatch', ['input'], { pattern: value('S', Buffer.from(`(?s).*${word}.*`)) })];
  const graph = made('GraphDef', {
    NodeList: [
      node('input', 'Placeholder', [], { dtype: value('Type', type), shape: value('Shape', shape(sizes)) }),
      ...found,
      node('score', 'Cast', ['found'], { SrcT: value('Type', DT_BOOL), DstT: value('Type', DT_FLOAT) }),
      constant('one', DT_FLOAT, [], [1]),
      node('other', 'Sub', ['one', 'score'], { T: value('Type', DT_FLOAT) }),
      node('scores', 'Pack', ['score', ...Array.from({ length: columns - 1 }, () => 'other')], {
        N: value('I', columns),
        T: value('Type', DT_FLOAT),
        axis: value('I', 1),
      }),
    ],
  });
  const info = (Name: string, Dtype: number, sizes: number[]) =>
    made('TensorInfo', { Name, Dtype, TensorShape: shape(sizes) });
  const signature = made('SignatureDef', { MethodName: 'tensorflow/serving/predict' });
  signature.getInputsMap().set('texts', info('input:0', type, sizes));
  signature.getOutputsMap().set('scores', info('scores:0', DT_FLOAT, [-1, columns]));
  const meta = made('MetaGraphDef', { GraphDef: graph });
  const tags = new p.MetaGraphDef.MetaInfoDef();
  tags.setTagsList(['serve']);
  meta.setMetaInfoDef(tags);
  meta.getSignatureDefMap().set('serving_default', signature);
  const saved = made('SavedModel', { SavedModelSchemaVersion: 1, MetaGraphsList: [meta] });
  folder.write(`${path}/saved_model.pb`, saved.serializeBinary());
}

/** How a server that holds a model behaves. */
export type Manner = 'ok' | 'slow' | 'wrong shape' | 'wrong JSON' | 'fails';

/** A server on this machine that answers as a model would: 0.9 for texts with "boat". */
export interface ModelServer {
  url: string;
  manner: Manner;
  /** What it says where it is well. */
  answering: Answering;
  /** Answers nothing from now on, until `release`. */
  hold(): void;
  release(): void;
  /** Every request: its path, its headers, its body. */
  requests: { path: string; headers: IncomingMessage['headers']; body: ServerBody }[];
  close(): Promise<void>;
}
// biome-ignore lint/suspicious/noExplicitAny: JSON of all sorts
type ServerBody = any;

export type Answering = (path: string, body: ServerBody, wrong: boolean) => unknown;

export async function startModelServer(answering: Answering): Promise<ModelServer> {
  let held: Promise<void> | undefined;
  let release = (): void => undefined;
  const server = createServer(async (req: IncomingMessage, res: ServerResponse) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    const body = text === '' ? undefined : JSON.parse(text);
    started.requests.push({ path: req.url ?? '', headers: req.headers, body });
    // Slow for any machine: it never answers.
    if (started.manner === 'slow') return;
    await held;
    res.statusCode = started.manner === 'fails' ? 500 : 200;
    res.setHeader('content-type', 'application/json');
    const answer = JSON.stringify(started.answering(req.url ?? '', body, started.manner === 'wrong shape'));
    res.end(started.manner === 'wrong JSON' ? answer.slice(0, -1) : answer);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const started: ModelServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    manner: 'ok',
    answering,
    hold() {
      held = new Promise(resolve => {
        release = resolve;
      });
    },
    release: () => release(),
    requests: [],
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return started;
}

const judged = (text: string): { sailing: number; other: number } =>
  text.includes('boat') ? { sailing: 0.9, other: 0.1 } : { sailing: 0.2, other: 0.8 };

/** A server that speaks the Open Inference Protocol, with one model `sailor`. */
export const openInference: Answering = (path, body, wrong) => {
  const tensors = {
    inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
    outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 2] }],
  };
  if (!path.endsWith('/infer')) return { name: 'sailor', versions: ['3'], platform: 'tests', ...tensors };
  const rows = body.inputs[0].data.map((text: string) => Object.values(judged(text)));
  const output = { name: 'scores', datatype: 'FP32', shape: [rows.length, wrong ? 3 : 2], data: rows.flat() };
  return { model_name: 'sailor', model_version: '3', id: '1', outputs: [output] };
};

/** A server with an OpenAI-shaped chat endpoint. */
export const chat: Answering = (_path, body, wrong) => {
  const { text } = JSON.parse(body.messages[1].content);
  const scores = wrong ? { sailing: 'much' } : judged(text);
  const content = JSON.stringify({ scores, reason: 'It speaks\u0007of boats.' });
  return {
    id: '1',
    model: 'safeguard-1',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
  };
};

/** An endpoint that takes our own request. */
export const http: Answering = (_path, body, wrong) => ({
  version: '2026-11',
  posts: body.posts.map(({ text }: { text: string }) => ({
    scores: wrong ? { sailing: 2, other: 0 } : judged(text),
    reason: 'so it is',
  })),
});
