import { useEffect, useState } from 'react';
import type { LiveFrame } from '../api/live/frame.js';

export type Connection = 'connecting' | 'live' | 'stale' | 'lost' | 'problem';

/** Without a frame for this long (ms) the page says so. */
const silence = 8_000;
/** Pause before a connection that the server refused is tried again, ms. */
const again = 3_000;

/** The newest frame, and whether it is still told anything. */
export function useLive(): { frame: LiveFrame | undefined; connection: Connection } {
  const [frame, setFrame] = useState<LiveFrame>();
  const [connection, setConnection] = useState<Connection>('connecting');

  useEffect(() => {
    let source: EventSource;
    let retry: number | undefined;
    let quiet: number | undefined;
    const heard = (state: Connection): void => {
      setConnection(state);
      clearTimeout(quiet);
      quiet = window.setTimeout(() => setConnection('stale'), silence);
    };
    const connect = (): void => {
      source = new EventSource('/console/api/live');
      source.addEventListener('frame', event => {
        setFrame(JSON.parse(event.data) as LiveFrame);
        heard('live');
      });
      source.addEventListener('problem', () => heard('problem'));
      source.addEventListener('error', () => {
        clearTimeout(quiet);
        setConnection('lost');
        // The browser tries again by itself, except after an answer that was no stream.
        if (source.readyState === EventSource.CLOSED) retry = window.setTimeout(connect, again);
      });
    };
    connect();
    return () => {
      source.close();
      clearTimeout(retry);
      clearTimeout(quiet);
    };
  }, []);

  return { frame, connection };
}
