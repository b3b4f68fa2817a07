import { parentPort } from 'node:worker_threads';

// The real worker, in a thread that dies when it is told to.
parentPort?.on('message', (request: { texts: string[] }) => {
  if (request.texts.includes('die')) process.exit(7);
  // What the model cannot read throws inside it.
  if (request.texts.includes('throw')) request.texts[0] = undefined as never;
});
await import('../../services/classify/signals/text-model/worker.js');
