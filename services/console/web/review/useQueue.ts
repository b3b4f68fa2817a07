import { useCallback, useEffect, useRef, useState } from 'react';
import type { Claimed, ReviewCase, ReviewCounts, ReviewNote } from '../../api/review-types.js';
import { ask, Refused } from '../api.js';
import { type Choices, dayBegan } from './store.js';

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
  /** Settles once the server has it, or refused it: it can't be taken back before. */
  sent: Promise<unknown>;
  /** Others that were decided with it, and all of them. */
  cases?: readonly string[];
}
export type Notice = 'lost' | 'tookBack' | 'tooLate' | 'waiting' | { refused: unknown } | { said: string };

export const pathOf = (id: string, rest: string): string => `/console/api/review/${encodeURIComponent(id)}/${rest}`;
const decisionOf = (id: string): string => pathOf(id, 'decision');
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
/** @param opted what they asked to be sent: another choice asks anew */
export function useQueue(choices: Choices, paused: boolean, opted: string) {
  const [cases, setCases] = useState<readonly ReviewCase[]>();
  const [counts, setCounts] = useState<ReviewCounts>();
  const [standing, setStanding] = useState<Claimed['seen']>();
  const [held, setHeld] = useState<readonly Held[]>([]);
  const [notice, setNotice] = useState<Notice>();
  const mine = useRef<readonly ReviewCase[]>([]);
  const passed = useRef<string[]>([]);
  /** What was before their eyes, until the server has heard of it. */
  const looked = useRef(new Set<string>());
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
        const { languages } = chosen.current;
        const seen = [...looked.current].slice(0, 50);
        const body = {
          n: Math.max(0, ahead - had.length),
          seen,
          day: dayBegan(),
          ...(languages.length > 0 && { languages }),
          except: passed.current.slice(-500),
          keep: had,
        };
        const answer = await ask<Claimed>('/console/api/review/claim', { method: 'POST', body });
        setCounts(answer.counts);
        setStanding(answer.seen);
        for (const id of seen) looked.current.delete(id);
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
  }, [paused, choices.languages.join(), opted, refill, release, put]);

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
      const body = { decision: made.decision, category: made.category, reason: made.note || made.category };
      const sent = surely(
        () => ask(decisionOf(of.id), { method: 'PUT', body }),
        () => setNotice('waiting'),
      );
      const one: Held = { ...made, of, actsAt: Date.now() + 10_000, sent: sent.catch(() => undefined) };
      setHeld(list => [...list, one]);
      setNotice(undefined);
      void refill();
      try {
        await sent;
        setNotice(now => (now === 'waiting' ? undefined : now));
      } catch (error) {
        setHeld(list => list.filter(other => other !== one));
        setNotice({ refused: error });
      }
    },
    [put, refill],
  );

  /** It was looked at; told to the server while it is still theirs. */
  const look = useCallback((id: string): void => void looked.current.add(id), []);
  const notTold = (): number => looked.current.size;

  /** Takes the first off the screen, without deciding it. */
  const leave = useCallback((): ReviewCase | undefined => {
    const [of, ...rest] = mine.current;
    if (!of) return undefined;
    passed.current.push(of.id);
    put(rest);
    setNotice(undefined);
    return of;
  }, [put]);

  const skip = useCallback(async (): Promise<void> => {
    if (looked.current.size > 0) await refill();
    const of = leave();
    if (!of) return;
    release([of.id]);
    void refill();
  }, [leave, refill, release]);

  /** Gives it to others, with a line for them. @throws Refused: it stays where it was */
  const handOver = useCallback(
    async (to: object, note: string, done: string): Promise<void> => {
      const [of] = mine.current;
      if (!of) return;
      await ask(pathOf(of.id, 'hand-over'), { method: 'POST', body: { to, note } });
      if (mine.current[0]?.id === of.id) leave();
      setNotice({ said: done });
      void refill();
    },
    [leave, refill],
  );

  /** Keeps a comment on the case that is shown. @throws Refused */
  const comment = useCallback(
    async (text: string, kind: 'note' | 'threat', done?: string): Promise<void> => {
      const [of] = mine.current;
      if (!of) return;
      const note = await ask<ReviewNote>(pathOf(of.id, 'notes'), { method: 'POST', body: { text, kind } });
      put(mine.current.map(one => (one.id === of.id ? { ...one, notes: [...one.notes, note] } : one)));
      if (done) setNotice({ said: done });
    },
    [put],
  );

  /** Decides this one and others that say the same. @throws Refused: nothing was decided */
  const decideAlike = useCallback(
    async (made: Made, cases: readonly string[], said: { done(n: number): string; asked: string }): Promise<void> => {
      const [of] = mine.current;
      if (!of) return;
      const { decision, category, note } = made;
      const body = { cases, decision: { decision, category, reason: note || category } };
      const answer = await ask<{ ids: string[]; actsAt: number } | { approval: string }>(
        pathOf(of.id, 'alike/decision'),
        { method: 'POST', body },
      );
      if ('approval' in answer) return setNotice({ said: said.asked });
      const all = new Set(answer.ids);
      passed.current.push(...answer.ids);
      put(mine.current.filter(({ id }) => !all.has(id)));
      setHeld(list => [...list, { ...made, of, actsAt: answer.actsAt, cases: answer.ids, sent: Promise.resolve() }]);
      setNotice({ said: said.done(answer.ids.length) });
      void refill();
    },
    [put, refill],
  );

  /** Takes the last decision back: its case is before them again. */
  const undo = useCallback(async (): Promise<void> => {
    const last = held.at(-1);
    if (!last) return;
    setHeld(list => list.filter(one => one !== last));
    await last.sent;
    try {
      if (last.cases) await ask('/console/api/review/take-back', { method: 'POST', body: { cases: last.cases } });
      else await ask(decisionOf(last.of.id), { method: 'DELETE' });
      passed.current = passed.current.filter(id => id !== last.of.id && !last.cases?.includes(id));
      put([last.of, ...mine.current.filter(({ id }) => id !== last.of.id)]);
      setNotice('tookBack');
    } catch (error) {
      setNotice(error instanceof Refused && error.status === 409 ? 'tooLate' : { refused: error });
    }
  }, [held, put]);

  return { cases, counts, standing, held, notice, decide, decideAlike, skip, undo, look, notTold, handOver, comment };
}
