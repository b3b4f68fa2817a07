import { parentPort } from 'node:worker_threads';
import type { FormDocument } from './document.js';
import { drawPdf } from './pdf.js';

export interface Job {
  id: number;
  form: FormDocument;
}
export type Drawn = { id: number } & ({ bytes: Uint8Array } | { error: string });

parentPort?.on('message', async ({ id, form }: Job) => {
  try {
    const bytes = await drawPdf(form);
    parentPort?.postMessage({ id, bytes } satisfies Drawn);
  } catch (error) {
    parentPort?.postMessage({ id, error: (error as Error).message } satisfies Drawn);
  }
});
