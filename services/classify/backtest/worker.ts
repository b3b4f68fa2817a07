import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** The system gives the processor to whatever removes posts first. Elsewhere than on Linux all threads of a process count alike. */
function giveWay(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), 19);
  } catch {
    // Not Linux.
  }
}

giveWay();
// Only now: to load what it works with is work too, and threads that it starts inherit its priority.
await import('./work.js');
