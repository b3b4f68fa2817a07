import { type EvidenceFact, eventId, type HoldCause, type PostFlag } from '../../services/contracts/index.js';

/** A moment from which the tests count, and the limits that they keep. */
export const t0 = Date.UTC(2026, 10, 22, 12);
export const minute = 60_000;
export const limits = { CLOCK_REVIEW: '24h', CLOCK_REMOVAL: '5m' };

/** A fact as it comes from the bus. */
export interface Told {
  id: string;
  fact: EvidenceFact;
}

const tell = (fact: EvidenceFact, name: string): Told => ({ id: eventId(name, fact.type), fact });

/** The facts about one removal, at times after `t0` (ms). */
export function removal(name: string, { platform = 'sandbox', flags = [] as PostFlag[], route = 'api' } = {}) {
  const item = { platform, postId: `post-${name}`, version: 1, removalId: name };
  type Outcome = Extract<EvidenceFact, { type: 'removal.ended.v1' }>['data']['outcome'];
  return {
    requested: (at: number, postedAt = at) =>
      tell(
        {
          type: 'removal.requested.v1',
          data: {
            ...item,
            ground: { kind: 'policy', ref: 'policy:1#test' },
            at: t0 + at,
            postedAt: t0 + postedAt,
            route,
            flags,
          },
        },
        `${name}/${at}`,
      ),
    ended: (at: number, outcome: Outcome = 'gone') =>
      tell(
        { type: 'removal.ended.v1', data: { ...item, at: t0 + at, outcome, vantage: 'here' } },
        `${name}/${at}/${outcome}`,
      ),
    held: (at: number, cause: HoldCause) =>
      tell({ type: 'removal.held.v1', data: { ...item, at: t0 + at, cause } }, `${name}/${at}/${cause}`),
    returned: (at: number) =>
      tell({ type: 'removal.returned.v1', data: { ...item, at: t0 + at, where: 'the page' } }, `${name}/${at}`),
  };
}

/** The facts about one case. */
export function reviewCase(name: string) {
  const item = { platform: 'sandbox', postId: `post-${name}`, version: 1, caseId: name };
  type Decision = Extract<EvidenceFact, { type: 'case.closed.v1' }>['data']['decision'];
  return {
    opened: (at: number) =>
      tell({ type: 'case.opened.v1', data: { ...item, at: t0 + at, route: 'api', withheld: false } }, `${name}/${at}`),
    closed: (at: number, decision: Decision = 'keep') =>
      tell({ type: 'case.closed.v1', data: { ...item, at: t0 + at, decision, by: 'somebody' } }, `${name}/${at}`),
  };
}
