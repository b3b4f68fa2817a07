import { parentPort, workerData } from 'node:worker_threads';
import { labels } from '../../../../models/text/index.js';
import { loadModel } from './inference.js';
import type { Reply, ScoreRequest } from './messages.js';

/** The text model's thread: features and model run here, so that the main thread stays free for what is urgent. */
const port = parentPort;
if (!port) throw new Error('worker.js runs in a worker thread');
const model = await loadModel((workerData as { weights?: string }).weights);
port.on('message', (request: ScoreRequest) => {
  const reply = model.score(request);
  port.postMessage(reply satisfies Reply, [reply.scores.buffer as ArrayBuffer, reply.over.buffer as ArrayBuffer]);
});
port.postMessage({ kind: 'ready', version: model.version, labels } satisfies Reply);
