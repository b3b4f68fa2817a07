import { readAssessment } from '../classify/index.js';
import { readItem } from '../enforce/index.js';
import { readVersions } from '../ingest/index.js';
import type { Database } from '../runtime/index.js';

/** How far a probe has come, and when (ms since 1970). */
export interface Reached {
  received?: number | undefined;
  assessed?: number | undefined;
  called?: number | undefined;
  /** Seen gone: the end, but for an order. */
  gone?: number | undefined;
  /** Of an order: its Annex II was sent, and the receipt for it is stored. */
  answered?: number | undefined;
}

/** Looks how far it has come by now. */
export type Look = () => Promise<Reached>;

/** A way by which something to remove comes in, tried from its beginning. */
export interface Route {
  /** As the metrics tell it. */
  name: string;
  /** The stage that is the whole way. */
  end: 'gone' | 'answered';
  /** Has something to be removed come in. @returns what watches it, and from when it counts. @throws Error why it was not taken */
  write(): Promise<{ look: Look; from: number }>;
}

/** Watches a post. */
export const lookAt =
  (db: Database, platform: string, id: string): Look =>
  async () => {
    const [versions, assessments, item] = await Promise.all([
      readVersions(db, platform, id),
      readAssessment(db, platform, id),
      readItem(db, platform, id),
    ]);
    const { removal } = item;
    return {
      received: versions[0]?.receivedAt,
      assessed: assessments[0]?.assessed_at,
      called: removal?.called_at ?? undefined,
      ...(removal?.state === 'gone' && { gone: removal.ended_at ?? undefined }),
    };
  };
