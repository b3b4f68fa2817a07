import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { normalise } from '../../../services/classify/signals/normalise.js';
import { edits, mildText, randomOf } from '../../classify/generator.js';

const script = fileURLToPath(new URL('../../../../test/bench/near/minhash_lsh.py', import.meta.url));
const run = promisify(execFile);

export interface Peer {
  builtSeconds: number;
  /** Posts hashed and looked up in a second of CPU time. */
  perSecond: number;
  /** Of posts with a fifth of their words substituted. */
  recall: number;
  /** Answers to a post that is not in the bank. */
  candidates: number;
}

/**
 * PyPI datasketch on the same texts, in their normal form: half of the look-ups re-posts with substituted words, half unrelated.
 * @param python the interpreter; it has to have datasketch
 * @returns why not, where it can't be run
 */
export async function datasketch(python: string, entries: number, queries = 10_000): Promise<Peer | string> {
  try {
    await run(python, ['-c', 'import datasketch']);
  } catch {
    return `skipped: ${python} has no datasketch (pip install datasketch)`;
  }
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-near-'));
  try {
    const bank: string[] = [];
    for (let n = 0; n < entries; n++) bank.push(normalise(mildText(n)));
    writeFileSync(join(folder, 'bank.txt'), `${bank.join('\n')}\n`);
    const random = randomOf(1, 2);
    const asked = Array.from({ length: queries }, (_, n) => {
      if (n % 2) return `-1\t${normalise(mildText(n, 1))}`;
      const slot = Math.floor(random() * entries);
      return `${slot}\t${normalise(edits.substituted!(mildText(slot), random))}`;
    });
    writeFileSync(join(folder, 'queries.txt'), `${asked.join('\n')}\n`);
    const { stdout } = await run(python, ['-B', script, folder]);
    return JSON.parse(stdout) as Peer;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
