import type { RequestHandler } from 'express';
import { callerOf, may, type Scope } from '../../accounts/index.js';
import { isLoopback, Problem, type Runtime } from '../../runtime/index.js';

const nameOf = (host: string): string => host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');

/**
 * Keeps other sites off the pages, which on loopback need no login: a name of theirs that points to this machine is refused (DNS rebinding), and so is
 * what another site's page sends here.
 */
export const fromHere: RequestHandler = (req, _res, next) => {
  const { HOST, SANSDELAI_URL } = (req.app.locals.runtime as Runtime).config;
  const asked = nameOf(req.headers.host ?? '');
  const known = SANSDELAI_URL && nameOf(new URL(SANSDELAI_URL).host);
  if (isLoopback(HOST) && !isLoopback(asked) && asked !== known) {
    throw new Problem(403, `This page is not served as "${asked}". Set SANSDELAI_URL to the address it is reached at.`);
  }
  const site = req.headers['sec-fetch-site'];
  if (req.method !== 'GET' && site !== undefined && site !== 'same-origin') {
    throw new Problem(403, 'Only the console itself may ask for this.');
  }
  next();
};

/** Who is logged in needs the scope here too; nobody in particular passes, since `requireLogin` lets them on loopback alone. */
const passes =
  (scope: Scope): RequestHandler =>
  async (req, _res, next) => {
    const caller = await callerOf(req);
    if (caller && !may(caller, scope)) throw new Problem(403, `This needs the scope ${scope}.`);
    next();
  };
export const requireReading = passes('posts:read');
export const requireReplaying = passes('dead-letters:replay');
