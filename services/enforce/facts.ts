import { type EvidenceFact, eventId } from '../contracts/index.js';
import type { Outgoing } from '../runtime/index.js';

/** A fact for topic `evidence`, with an id derived from what it says, so that telling it twice is telling it once. */
export function fact({ type, data }: EvidenceFact, item: string, cause: string): Outgoing {
  return {
    topic: 'evidence',
    event: { id: eventId(cause, type), type, source: '/enforce', time: data.at, key: item, data },
  };
}

/** Wakes whoever carries out removals. Only a call to look: the work itself is the row. */
export function due(removalId: string, platform: string, cause: string, now: number): Outgoing {
  return {
    topic: 'removals',
    event: {
      id: eventId(cause, 'removal.due'),
      type: 'removal.due.v1',
      source: '/enforce',
      time: now,
      key: removalId,
      data: { removalId, platform },
    },
  };
}
