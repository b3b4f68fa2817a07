import { type QueryClient, useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { Role, Scope } from '../../accounts/index.js';

/** Who is signed in, and what they may do: what `GET /v1/session` answers. */
export interface Session {
  person?: string;
  role?: Role;
  scopes?: Scope[];
  oneTimeCodes?: boolean;
  /** Nothing is shown without. */
  needed: boolean;
  singleSignOn: boolean;
}

export const sessionKey = ['session'];

const query = {
  queryKey: sessionKey,
  queryFn: async () => (await (await fetch('/v1/session')).json()) as Session,
  staleTime: 60_000,
  retry: 100,
  retryDelay: 2_000,
};

/** Asks before anybody waits for it. */
export const askForSession = (queries: QueryClient): Promise<void> => queries.prefetchQuery(query);

export const useSession = (): Session | undefined => useQuery(query).data;

export const may = ({ scopes = [] }: Session, scope: Scope): boolean =>
  scopes.includes(scope) || scopes.includes('admin');

/** What was asked for without a session waits here until there is one again. */
let waiting: { done: Promise<void>; go(): void } | undefined;
const told = new Set<() => void>();
const tell = (): void => {
  for (const one of told) one();
};

/** Asks for a new sign-in over what is on the page; resolves once there is one. */
export function signInAgain(): Promise<void> {
  if (!waiting) {
    let go = (): void => undefined;
    const done = new Promise<void>(resolve => {
      go = resolve;
    });
    waiting = { done, go };
    tell();
  }
  return waiting.done;
}

export const useSignInAgain = (): boolean =>
  useSyncExternalStore(
    listener => {
      told.add(listener);
      return () => void told.delete(listener);
    },
    () => waiting !== undefined,
  );

/** Somebody is signed in: what waited goes on, unless somebody else did. */
export async function signedIn(queries: QueryClient, name: string): Promise<void> {
  const before = queries.getQueryData<Session>(sessionKey)?.person;
  if (waiting && before !== undefined && before !== name) return window.location.reload();
  await queries.invalidateQueries({ queryKey: sessionKey });
  const { go } = waiting ?? {};
  waiting = undefined;
  go?.();
  tell();
}
