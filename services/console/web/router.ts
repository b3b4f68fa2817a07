import { useSyncExternalStore } from 'react';

/** `#/banks/tryout?state=failed` is the screen `banks` with `['tryout']`. Behind a hash, so that the server knows one page only. */
export interface Place {
  screen: string;
  rest: readonly string[];
}

const subscribe = (told: () => void) => {
  window.addEventListener('hashchange', told);
  return () => window.removeEventListener('hashchange', told);
};

export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const [screen = '', ...rest] = hash.replace(/^#?\/?/, '').split('/');
  return { screen: screen || 'live', rest: rest.map(safely) };
}

function safely(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const linkTo = (...parts: string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;
