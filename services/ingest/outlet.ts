import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Response } from 'express';

/** Bytes that may wait in memory for a client that does not read. */
const inMemory = 256 * 1024;
const chunkSize = 64 * 1024;

/**
 * Answers a client that may read nothing until it has sent everything: what it does not take waits in a file, not in memory, and never holds up
 * what it sends. The file has no name from the start, so nothing is left of it, however the process ends.
 */
export class Outlet {
  #file: FileHandle | undefined;
  #opening: Promise<FileHandle> | undefined;
  #written = 0;
  #sent = 0;
  #pumping: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  /** @param onFailure hears why answers could not be kept; the connection was ended then. */
  constructor(
    private readonly res: Response,
    private readonly directory: string,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /**
   * Text goes out in order. Resolves once it is handed to the client's connection or to the file. Where it can't be kept, the connection ends:
   * the client then knows nothing of these answers, and sends again.
   */
  write(text: string): Promise<void> {
    this.#last = this.#last.then(() => this.#put(text)).catch(error => this.#fail(error));
    return this.#last;
  }

  #fail(error: unknown): void {
    this.onFailure(error);
    this.res.destroy();
  }

  async #put(text: string): Promise<void> {
    if (this.res.destroyed) return;
    if (this.#written === this.#sent && this.res.writableLength < inMemory) {
      this.res.write(text);
      return;
    }
    this.#opening ??= this.#open();
    const file = await this.#opening;
    for (let rest = Buffer.from(text); rest.length > 0; ) {
      const { bytesWritten } = await file.write(rest, 0, rest.length, this.#written);
      this.#written += bytesWritten;
      rest = rest.subarray(bytesWritten);
    }
    this.#pumping ??= this.#pump(file)
      .catch(error => this.#fail(error))
      .finally(() => {
        this.#pumping = undefined;
      });
  }

  async #open(): Promise<FileHandle> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const path = join(this.directory, `answers-${process.pid}-${process.hrtime.bigint()}`);
    this.#file = await open(path, 'wx+', 0o600);
    await unlink(path);
    return this.#file;
  }

  async #pump(file: FileHandle): Promise<void> {
    const buffer = Buffer.alloc(chunkSize);
    while (this.#sent < this.#written && !this.res.destroyed) {
      if (this.res.writableLength >= inMemory) await this.#drained();
      const { bytesRead } = await file.read(buffer, 0, Math.min(chunkSize, this.#written - this.#sent), this.#sent);
      this.#sent += bytesRead;
      this.res.write(Buffer.from(buffer.subarray(0, bytesRead)));
    }
  }

  #drained(): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        this.res.off('drain', done);
        this.res.off('close', done);
        resolve();
      };
      this.res.on('drain', done);
      this.res.on('close', done);
      if (this.res.destroyed || !this.res.writableNeedDrain) done();
    });
  }

  /** Ends the answer once the client has taken all of it, or is gone. */
  async end(): Promise<void> {
    await this.#last;
    while (this.#pumping) await this.#pumping;
    if (!this.res.destroyed) this.res.end();
  }

  /** Gives back the file. To be called last, however it went. */
  async close(): Promise<void> {
    await this.#last;
    while (this.#pumping) await this.#pumping;
    await this.#file?.close();
    this.#file = undefined;
  }
}
