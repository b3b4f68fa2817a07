import { openAudits, readPace, readSeen, withdrawAudits } from '../enforce/index.js';
import type { startEvidence } from '../policies/index.js';
import type { Runtime } from '../runtime/index.js';
import type { RunningSignals } from './signals/index.js';

/** How far back (ms) the pace of decisions is looked at. */
const paceSince = 7 * 24 * 3600_000;

/** What policies' evidence needs of the signals, and of the cases. */
export const evidenceNeeds = (
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  signals: RunningSignals,
): Parameters<typeof startEvidence>[1] => ({
  contexts: () => Object.fromEntries(signals.signals.map(({ name, context = [] }) => [name, context])),
  cases: {
    read: posts => readSeen(db, posts),
    open: posts => openAudits(db, posts, time.now()),
    withdraw: posts => withdrawAudits(db, posts, time.now()),
  },
  pace: () => readPace(db, time.now() - paceSince, time.now()),
});
