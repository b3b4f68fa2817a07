import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CannotCheck, Differs } from './outcome.js';

/** Bytes of a line: an opening has a tenth of this at the most. */
const longest = 65_536;

/** How large a file is. @throws CannotCheck where it is none. */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new CannotCheck(`${path} can't be read: ${error.code === 'ENOENT' ? 'it does not exist' : error.message}`);
  });
  if (!found.isFile()) throw new CannotCheck(`${path} is not a file`);
  return found.size;
}

/**
 * The lines of a file, with no more in memory than what is read at once.
 * @param read hears how many bytes were read so far
 * @returns the SHA-256 of all that was read
 * @throws Differs where a line is longer than an opening can be; CannotCheck
 */
export async function* readLines(path: string, read: (bytes: number) => void): AsyncGenerator<string[], string> {
  await sizeOf(path);
  const hash = createHash('sha256');
  let bytes = 0;
  let rest = Buffer.alloc(0);
  let line = 0;
  const input = createReadStream(path, { highWaterMark: 1_048_576 });
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      read(bytes);
      const last = chunk.lastIndexOf(10);
      if (last >= 0) {
        const lines = Buffer.concat([rest, chunk.subarray(0, last)])
          .toString('utf8')
          .split('\n');
        line += lines.length;
        rest = Buffer.from(chunk.subarray(last + 1));
        yield lines;
      } else rest = Buffer.concat([rest, chunk]);
      if (rest.length > longest) throw new Differs(`${path}, line ${line + 1} is longer than an opening can be`);
    }
  } catch (error) {
    if (error instanceof Differs) throw error;
    throw new CannotCheck(`${path} can't be read: ${(error as Error).message}`);
  } finally {
    input.destroy();
  }
  if (rest.length > 0) yield [rest.toString('utf8')];
  return hash.digest('hex');
}
