import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import { aborted, loop, Problem, type Runtime } from '../../../runtime/index.js';
import type { Live, Told } from './live.js';

/** Viewers of one process at the most. */
const most = 200;
/** Bytes that a viewer may leave unread before frames are left out for it: it gets the next one that fits. */
const unread = 256 * 1024;
/** Pause between two heartbeats, ms: proxies and pages take silence for a broken line. */
const beat = 15_000;

const eventOf = (told: Told): string =>
  'frame' in told
    ? `event: frame\ndata: ${JSON.stringify(told.frame)}\n\n`
    : `event: problem\ndata: ${JSON.stringify(told)}\n\n`;

/** `GET /console/api/live`: the figures once a second, as Server-Sent Events. */
export function liveStream({ time, log }: Runtime, live: Live): RequestHandler {
  // Written once, sent to all.
  let last: { told: Told; text: string } | undefined;
  const textOf = (told: Told): string => {
    if (last?.told !== told) last = { told, text: eventOf(told) };
    return last.text;
  };
  return async (req, res) => {
    if (live.viewers >= most) {
      throw new Problem(503, `More than ${most} pages are open already.`, {}, { 'Retry-After': '30' });
    }
    res.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    res.write('retry: 2000\n\n');
    const closed = new AbortController();
    res.on('close', () => closed.abort());
    const send = (text: string): void => {
      // A server that takes no more connections waits for those that are open: this one would never end by itself.
      if (!listening(req.socket)) res.end();
      else if (res.writableLength < unread) res.write(text);
    };
    const unwatch = live.watch(told => send(textOf(told)));
    const beats = loop(
      time,
      beat,
      async () => send(': beat\n\n'),
      error => log.debug({ err: error }, 'live page: no heartbeat sent'),
    );
    await aborted(closed.signal);
    unwatch();
    await beats.stop();
  };
}

const listening = (socket: Socket & { server?: { listening: boolean } }): boolean => socket.server?.listening ?? true;
