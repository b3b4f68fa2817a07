import { readAssessment } from '../classify/index.js';
import { readItem } from '../enforce/index.js';
import { readVersions } from '../ingest/index.js';
import type { Database } from '../runtime/index.js';

/** How far a probe has come, and when (ms since 1970). */
export interface Reached {
  received?: number | undefined;
  assessed?: number | undefined;
  called?: number | undefined;
  /** Seen gone: the end. */
  gone?: number | undefined;
}

/** Looks how far it has come by now. */
export type Look = () => Promise<Reached>;

/** A way by which something to remove comes in, tried from its beginning. */
export interface Route {
  /** As the metrics tell it. */
  name: string;
  /** Writes the standard test post. @returns what watches it. @throws Error why it was not taken */
  write(text: string): Promise<Look>;
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
