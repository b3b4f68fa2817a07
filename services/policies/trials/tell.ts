import { dutyMoved, eventId } from '../../contracts/index.js';
import type { Outgoing } from '../../runtime/index.js';

/** The obligation whose clock pages somebody: what protects people was changed by no person. */
export const stoppedDuty = 'policy-stopped';

interface Told {
  /** One clock each: what was stopped, and which time. */
  subject: string;
  at: number;
  by: string;
}

/** Tells the operator that something was stopped by itself: a clock starts, and pages somebody where nobody has looked within a minute. */
export const tellStopped = (told: Told): Outgoing => duty(told, 'begun');

/** Somebody has seen it: the clock ends. */
export const seenStopped = (told: Told & { evidence: string }): Outgoing => duty(told, 'done');

function duty({ subject, ...told }: Told & { evidence?: string }, happened: 'begun' | 'done'): Outgoing {
  const data = {
    platform: '',
    postId: '',
    version: 0,
    duty: stoppedDuty,
    subject,
    happened,
    route: 'policies',
    ...told,
  };
  const id = eventId(subject, stoppedDuty, happened);
  return {
    topic: 'evidence',
    event: { id, type: dutyMoved.type, source: '/policies', time: told.at, key: subject, data },
  };
}
