import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import SqliteFile from 'libsql';

/** Another process has this data directory. */
export class LockedError extends Error {
  override name = 'LockedError';
}

/** Locks that this process holds. What nothing refers to is collected, and its lock would go with it. */
const held = new Set<SqliteFile.Database>();

/**
 * Takes a data directory for this process. The lock is the operating system's (SQLite's own file lock), so it ends with the process, however it dies.
 * @throws LockedError where another process has it.
 */
export function lockDirectory(directory: string): { release(): void } {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = new SqliteFile(join(directory, 'lock.db'), { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (!/locked|busy/i.test((error as Error).message)) throw error;
    throw new LockedError(
      `Another process is using the data directory ${directory}. End it first, or set SANSDELAI_DATA to another folder (and PORT to another port).`,
    );
  }
  held.add(file);
  return {
    release: () => {
      held.delete(file);
      file.close();
    },
  };
}
