import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { realTime, type Time } from '../../runtime/time/index.js';
import { CannotCheck, Missing, plain } from './outcome.js';

/** Where a log's files are: an address, or a folder that has them in the same order. Nothing it answers is believed. */
export interface LogSource {
  /** As it is told. */
  name: string;
  /** Whether it is the log as it is now; a folder is as it was when it was written. */
  live: boolean;
  /**
   * @param path of ours, as `tile/0/000`; never of what a server said
   * @param most bytes that are taken
   * @throws Missing, CannotCheck
   */
  read(path: string, most: number): Promise<Buffer>;
}

/**
 * Reads a file of at most `most` bytes. A pipe, a device or a folder is no file.
 * @throws Missing, CannotCheck
 */
export async function readSmall(path: string, most: number): Promise<Buffer> {
  // Without waiting: a pipe would keep it waiting for good.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw new Missing(`${path} does not exist`);
    throw new CannotCheck(`${path} can't be read: ${error.message}`);
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new CannotCheck(`${path} is not a file`);
    if (stat.size > most) throw new CannotCheck(`${path} has ${stat.size} bytes; at most ${most} are taken`);
    const bytes = Buffer.alloc(stat.size);
    let read = 0;
    while (read < bytes.length) {
      const { bytesRead } = await file.read(bytes, read, bytes.length - read, read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return bytes.subarray(0, read);
  } finally {
    await file.close();
  }
}

/** A folder with the files of `/v1/ledger/`. */
export const folderSource = (folder: string): LogSource => ({
  name: folder,
  live: false,
  read: (path, most) => readSmall(join(folder, path), most),
});

/** How long is waited for an answer (ms), and before what failed is asked for again. */
const patience = 20_000;
const pauses = [500];

/** What may be otherwise when it is asked for again. */
class Failed extends CannotCheck {}

/** An address below which the log's files are, as `https://takedown.example.eu/v1/ledger`. */
export function webSource(
  address: string,
  { wait = patience, time = realTime }: { wait?: number; time?: Time } = {},
): LogSource {
  const base = address.replace(/\/+$/, '');

  async function once(url: string, most: number): Promise<Buffer> {
    const abort = new AbortController();
    const timer = time.after(wait, () => abort.abort(new Error(`no answer within ${wait / 1000} s`)));
    try {
      // Whoever is sent elsewhere asks there by himself: the address that is checked is the one that was given.
      const res = await fetch(url, { signal: abort.signal, redirect: 'manual', headers: { Accept: '*/*' } });
      if (res.status === 404) throw new Missing(`${url} answered 404: there is no such file`);
      if (res.status !== 200) {
        const passing = res.status === 429 || res.status >= 500;
        throw new (passing ? Failed : CannotCheck)(`${url} answered ${res.status}`);
      }
      const chunks: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of res.body ?? []) {
        length += (chunk as Uint8Array).length;
        if (length > most) throw new CannotCheck(`${url} sends more than the ${most} bytes that it can have`);
        chunks.push(chunk as Uint8Array);
      }
      return Buffer.concat(chunks);
    } catch (error) {
      if (error instanceof CannotCheck) throw error;
      const reason = abort.signal.aborted ? abort.signal.reason : ((error as Error).cause ?? error);
      throw new Failed(`${url} can't be read: ${plain((reason as Error).message || String(reason))}`);
    } finally {
      timer.stop();
      abort.abort();
    }
  }

  return {
    name: base,
    live: true,
    async read(path, most) {
      for (const pause of pauses) {
        try {
          return await once(`${base}/${path}`, most);
        } catch (error) {
          if (!(error instanceof Failed)) throw error;
          await time.sleep(pause);
        }
      }
      return once(`${base}/${path}`, most);
    },
  };
}

/** An address or a folder. @throws CannotCheck where it is neither. */
export function sourceOf(place: string, options: { wait?: number; time?: Time } = {}): LogSource {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) return folderSource(place);
  const url = URL.canParse(place) ? new URL(place) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash)
    throw new CannotCheck(`--log ${plain(place)} is neither an address (https://…/v1/ledger) nor a folder`);
  return webSource(url.href, options);
}
