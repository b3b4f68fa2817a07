import { useCallback, useEffect, useRef, useState } from 'react';
import type { Claimed, ReviewCase, ReviewCounts } from '../../api/review-types.js';
import { ask, Refused } from '../api.js';
import type { Choices } from './store.js';

/** Cases that are before a reviewer at a time: the one that is shown, and the next, so that nobody waits for it. */
const ahead = 3;
/** Pauses (ms) between two talks with the server: with a case before them, and while there is none. */
const calmly = 20_000;
const eagerly = 2_000;
const again = 1_500;

export interface Made {
  decision: 'remove' | 'keep';
  category: string;
  note: string;
}
/** A decision that can still be taken back. */
export interface Held extends Made {
  of: ReviewCase;
  actsAt: number;
}
export type Notice = 'lost' | 'tookBack' | 'tooLate' | 'waiting' | { refused: unknown };

const decisionOf = (id: string): string => `/console/api/review/${encodeURIComponent(id)}/decision`;
const pause = (ms: number): Promise<void> => new Promise(resolve => window.setTimeout(resolve, ms));

/** Tries until the server answers: a decision that was made is not lost to a connection that was. */
async function surely(work: () => Promise<unknown>, onWait: () => void): Promise<unknown> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused && error.status !== 503 && error.status < 500) throw error;
      onWait();
      await pause(again);
    }
  }
}

/** The cases before this person. The server keeps them for nobody else; here they are shown, decided, and taken back. */
export function useQueue(choices: Choices, paused: boolean) {
  const [cases, setCases] = useState<readonly ReviewCase[]>();
  const [counts, setCounts] = useState<ReviewCounts>();
  const [held, setHeld] = useState<readonly Held[]>([]);
  const [notice, setNotice] = useState<Notice>();
  const mine = useRef<readonly ReviewCase[]>([]);
  const passed = useRef<string[]>([]);
  const chosen = useRef(choices);
  chosen.current = choices;

  const put = useCallback((list: readonly ReviewCase[]): void => {
    mine.current = list;
    setCases(list);
  }, []);

  const release = useCallback((ids: readonly string[]): void => {
    for (const id of ids) navigator.sendBeacon(`/console/api/review/${encodeURIComponent(id)}/release`);
  }, []);

  const asking = useRef<Promise<void>>(undefined);
  /** Grows with each other choice: what was asked for under an earlier one is given back. */
  const turn = useRef(0);
  /** Tells the server what is still looked at, and takes what is missing. One talk at a time. */
  const refill = useCallback((): Promise<void> => {
    asking.current ??= (async () => {
      const asked = turn.current;
      try {
        const had = mine.current.map(({ id }) => id);
        const { languages, media } = chosen.current;
        const body = {
          n: Math.max(0, ahead - had.length),
          media,
          ...(languages.length > 0 && { languages }),
          except: passed.current.slice(-500),
          keep: had,
        };
        const answer = await ask<Claimed>('/console/api/review/claim', { method: 'POST', body });
        setCounts(answer.counts);
        if (asked !== turn.current) return release(answer.cases.map(({ id }) => id));
        const gone = new Set(had.filter(id => !answer.kept.includes(id)));
        const [first] = mine.current;
        if (first && gone.has(first.id)) setNotice('lost');
        const left = mine.current.filter(({ id }) => !gone.has(id));
        const known = new Set([...left.map(({ id }) => id), ...passed.current]);
        put([...left, ...answer.cases.filter(({ id }) => !known.has(id))]);
      } catch {
        // The next talk tries again; what is on the screen stays.
      } finally {
        asking.current = undefined;
      }
    })();
    return asking.current;
  }, [put, release]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice asks anew.
  useEffect(() => {
    if (paused) return;
    let timer: number;
    let ended = false;
    const talk = async (): Promise<void> => {
      await refill();
      if (!ended) timer = window.setTimeout(() => void talk(), mine.current.length > 0 ? calmly : eagerly);
    };
    void (asking.current ?? Promise.resolve()).then(() => (ended ? undefined : talk()));
    const leave = (): void => release(mine.current.map(({ id }) => id));
    window.addEventListener('pagehide', leave);
    return () => {
      ended = true;
      turn.current++;
      clearTimeout(timer);
      window.removeEventListener('pagehide', leave);
      leave();
      put([]);
    };
  }, [paused, choices.languages.join(), choices.media, refill, release, put]);

  /** What can be taken back no more leaves the list. */
  useEffect(() => {
    const [next] = held;
    if (!next) return;
    const timer = window.setTimeout(
      () => setHeld(list => list.filter(one => one !== next)),
      Math.max(0, next.actsAt - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [held]);

  /** The next case is there at once; the decision is on its way meanwhile. */
  const decide = useCallback(
    async (made: Made): Promise<void> => {
      const [of, ...rest] = mine.current;
      if (!of) return;
      passed.current.push(of.id);
      put(rest);
      const one: Held = { ...made, of, actsAt: Date.now() + 10_000 };
      setHeld(list => [...list, one]);
      setNotice(undefined);
      void refill();
      const body = { decision: made.decision, category: made.category, reason: made.note || made.category };
      try {
        await surely(
          () => ask(decisionOf(of.id), { method: 'PUT', body }),
          () => setNotice('waiting'),
        );
        setNotice(now => (now === 'waiting' ? undefined : now));
      } catch (error) {
        setHeld(list => list.filter(other => other !== one));
        setNotice({ refused: error });
      }
    },
    [put, refill],
  );

  const skip = useCallback((): void => {
    const [of, ...rest] = mine.current;
    if (!of) return;
    passed.current.push(of.id);
    put(rest);
    release([of.id]);
    setNotice(undefined);
    void refill();
  }, [put, refill, release]);

  /** Takes the last decision back: its case is before them again. */
  const undo = useCallback(async (): Promise<void> => {
    const last = held.at(-1);
    if (!last) return;
    setHeld(list => list.filter(one => one !== last));
    try {
      await ask(decisionOf(last.of.id), { method: 'DELETE' });
      passed.current = passed.current.filter(id => id !== last.of.id);
      put([last.of, ...mine.current.filter(({ id }) => id !== last.of.id)]);
      setNotice('tookBack');
    } catch (error) {
      setNotice(error instanceof Refused && error.status === 409 ? 'tooLate' : { refused: error });
    }
  }, [held, put]);

  return { cases, counts, held, notice, decide, skip, undo };
}
