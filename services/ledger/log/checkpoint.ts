import { hashBytes } from './tree.js';

/** What a checkpoint says (C2SP tlog-checkpoint): the log `origin` has `size` entries, whose tree has this root. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Buffer;
}

/** The text of a checkpoint, to be signed as a note. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** @throws Error where the text is no checkpoint. Further lines are let be, as the specification asks. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', hash = ''] = text.split('\n');
  const root = Buffer.from(hash, 'base64');
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size) || root.length !== hashBytes || root.toString('base64') !== hash)
    throw new Error('not a checkpoint: an origin, a size and a root, a line each');
  return { origin, size: Number(size), root };
}
