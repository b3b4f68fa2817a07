import { parentPort, workerData } from 'node:worker_threads';
import type { LocalDeclaration } from './declaration.js';
import type { Row } from './model.js';
import { loadSavedModel } from './saved-model.js';
import { type LoadedModel, loadTfjs } from './tfjs.js';

export interface Request {
  id: number;
  texts: string[];
}
export type Reply =
  | { kind: 'ready'; version: string }
  | { kind: 'refused'; message: string }
  | { kind: 'rows'; id: number; rows: Row[] }
  | { kind: 'failed'; id: number; message: string; refused: boolean };

const port = parentPort;
if (!port) throw new Error('worker.js runs in a worker thread');
const tell = (reply: Reply): void => port.postMessage(reply);

/** A thread of one model: what it computes, and what it crashes, holds up nothing else. */
const { declared, folder } = workerData as { declared: LocalDeclaration; folder: string };
let model: LoadedModel | undefined;
try {
  model = declared.kind === 'tfjs' ? await loadTfjs(declared, folder) : await loadSavedModel(declared, folder);
  tell({ kind: 'ready', version: model.version });
} catch (error) {
  tell({ kind: 'refused', message: (error as Error).message });
}
if (model) {
  const { score } = model;
  port.on('message', ({ id, texts }: Request) => {
    try {
      tell({ kind: 'rows', id, rows: score(texts) });
    } catch (error) {
      const { message, name } = error as Error;
      tell({ kind: 'failed', id, message, refused: name === 'ModelRefused' });
    }
  });
}
