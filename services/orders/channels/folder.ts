import { mkdir, open, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isoTime, Problem, parseJson, problemsOf } from '../../runtime/index.js';
import { orderSchema } from '../annex-one.js';
import { type Incoming, recordAttempt, sha256, takeOrder } from '../intake.js';
import type { Parts } from '../parts.js';
import { listAuthorities } from '../register.js';
import { openOrder } from './jws.js';

const mostBytes = 1024 ** 2;
/** A file that is still being written is left alone for that long (ms). */
const settling = 1_000;

async function read(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > mostBytes) throw new Problem(413, `It is larger than ${mostBytes} bytes.`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function incomingOf(parts: Parts, name: string, bytes: Buffer, receivedAt: number): Promise<Incoming> {
  const common = { channel: 'folder', hash: sha256(bytes), receivedAt };
  if (name.endsWith('.jws')) {
    const register = await listAuthorities(parts.runtime);
    const { audience } = parts.settings.provider;
    const { authority, content } = await openOrder(
      bytes.toString('utf8').trim(),
      register,
      audience,
      parts.runtime.time.now(),
    );
    return { ...common, authority, content, by: authority.id };
  }
  const parsed = orderSchema.safeParse(parseJson(bytes));
  if (!parsed.success) throw new Problem(422, 'Some fields are wrong.', { errors: problemsOf(parsed.error) });
  return { ...common, content: parsed.data, by: 'folder' };
}

/**
 * One look into a folder: each `.jws` (signed) or `.json` in it is taken, moved to `done/`, and answered by a file beside it. What is no order is moved to
 * `refused/`. A file that was taken and not moved (the process died) is the same order again. Its time of receipt is that of the file.
 * @returns how many files there were
 */
export async function takeFromFolder(parts: Parts, folder: string): Promise<number> {
  const { time } = parts.runtime;
  const names = (await readdir(folder))
    .filter(name => /^[^.].*\.(jws|json)$/.test(name))
    .sort()
    .slice(0, 200);
  for (const name of names) {
    const path = join(folder, name);
    const { mtimeMs, size } = await stat(path);
    const now = time.now();
    if (mtimeMs > now - settling && mtimeMs <= now) continue;
    let place = 'done';
    let answer: unknown;
    try {
      const bytes = await read(path);
      const { row } = await takeOrder(parts, await incomingOf(parts, name, bytes, Math.min(Math.floor(mtimeMs), now)));
      answer = { id: row.id, receivedAt: isoTime(row.received_at), ...JSON.parse(row.acknowledgement) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      place = 'refused';
      answer = error;
      const { status, detail: reason } = error;
      await recordAttempt(parts, { channel: 'folder', claimed: name, status, reason, bytes: size, hash: '' });
    }
    await mkdir(join(folder, place), { recursive: true });
    await writeFile(join(folder, place, `${name}.answer.json`), `${JSON.stringify(answer, null, 2)}\n`);
    await rename(path, join(folder, place, name));
  }
  return names.length;
}
