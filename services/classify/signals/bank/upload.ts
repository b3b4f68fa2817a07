import type { Request } from 'express';
import { Problem, type Runtime } from '../../../runtime/index.js';

/** How long a client may send nothing, or go on sending after it was refused: most read the answer only when they have sent everything. */
const patience = 60_000;

/** What a request sends, up to so many bytes. @throws Problem 413 beyond. */
export async function* bodyOf(req: Request, most: number, time: Runtime['time']): AsyncGenerator<Buffer> {
  const tooLong = new Problem(413, `A file may have ${most} bytes at the most. Send it in parts.`);
  if (Number(req.headers['content-length'] ?? 0) > most) throw tooLong;
  // The connection stays when reading stops early: it still has to carry the answer.
  const chunks = req.iterator({ destroyOnReturn: false }) as AsyncGenerator<Buffer>;
  for (let bytes = 0; ; ) {
    const silent = time.after(patience, () => req.destroy());
    const { value, done } = await chunks.next().finally(() => silent.stop());
    if (done) return;
    bytes += value.length;
    if (bytes > most) throw tooLong;
    yield value;
  }
}

/** Reads on what a refused client sends, so that it comes to read the answer, but not for ever. */
export function readOn(req: Request, time: Runtime['time']): void {
  if (req.complete || req.destroyed) return;
  const late = time.after(patience, () => req.destroy());
  req.once('close', () => late.stop());
  req.resume();
}
