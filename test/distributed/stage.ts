import type { Acme } from '../platforms/acme.js';
import type { Installation } from './installation.js';
import type { ReadRecord } from './record.js';

/** A way to run an installation. */
export interface Mode {
  /** Settings of all processes: the servers they use. */
  settings: Record<string, string>;
  /** The services of each process. */
  groups: readonly (readonly string[])[];
  record(installation: Installation): ReadRecord;
}

/** What a scenario is given. */
export interface Stage {
  on: Installation;
  /** A platform that is somebody else's; it outlives every process of ours. */
  acme: Acme;
  read: ReadRecord;
  mode: Mode;
}
