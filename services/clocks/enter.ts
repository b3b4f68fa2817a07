import { busKey, type EntryKind, type EvidenceFact, type OpenMove, toLedger } from '../contracts/index.js';
import type { Input, Outgoing } from '../runtime/index.js';
import { clockId, toMoment } from './clock.js';
import { type ClockChange, derive } from './derive.js';
import type { Rules } from './obligations.js';

/** What a fact, by its event's id, does to a clock. */
export interface Effect {
  event: string;
  change: ClockChange;
  item: { platform: string; postId: string; version: number };
  /** The name that the clock is to have in the ledger, where one was promised. */
  tag?: string;
}

/** A move as the ledger opens it. */
function openMoveOf({ event, change, item }: Effect, clock: string, rules: Rules): OpenMove {
  const { kind, at, due, route, language, uncounted, cause } = toMoment(event, change, item, rules);
  return {
    clock,
    obligation: change.obligation,
    kind,
    at,
    ...(due === undefined ? {} : { due }),
    ...(route === undefined ? {} : { route }),
    ...(language === undefined ? {} : { language: languageOf(language) }),
    ...(uncounted ? { uncounted } : {}),
    ...(cause === undefined ? {} : { cause }),
  };
}

/**
 * The moves that a fact will make, for who enters it before the clocks have heard of it, and promises that it is entered.
 * @param name makes the name that a clock gets in the ledger; to be told with the fact (`clocks`)
 */
export function movesOf(
  event: string,
  fact: EvidenceFact,
  name: (obligation: string) => string,
  rules: Rules,
): OpenMove[] {
  return derive(fact).map(change => openMoveOf({ event, change, item: fact.data }, name(change.obligation), rules));
}

/** The language as figures are told by: its two or three letters, whatever region or script follows them. */
const languageOf = (told: string): string => /^[a-z]{2,3}(?=-|$)/.exec(told.toLowerCase())?.[0] ?? 'und';

/** What the ledger enters of a fact: openly how it moved the clocks, and closed what it says. */
export function enter(
  input: Input<EvidenceFact['data']>,
  changes: readonly Effect[],
  tagOf: (clockId: string) => string | undefined,
  rules: Rules,
): Outgoing {
  const moves = changes.flatMap(({ event, change, item }) => {
    const clock = tagOf(clockId(change.obligation, change.subject));
    if (clock === undefined) return [];
    return [openMoveOf({ event, change, item }, clock, rules)];
  });
  const { platform, postId: id, at, seal } = input.data;
  const made = {
    kind: input.type.replace(/\.v1$/, '') as EntryKind,
    at,
    moves,
    detail: input.data,
    ...(id === '' ? {} : { item: busKey({ platform, id }) }),
    ...(seal === undefined ? {} : { seal }),
  };
  const { topic, event } = toLedger(made, '/clocks', input.id);
  return { topic, event: { ...event, ...(input.traceparent === undefined ? {} : { traceparent: input.traceparent }) } };
}
