import { createHash } from 'node:crypto';
import { verify } from '@node-rs/argon2';
import type { RequestHandler } from 'express';
import { LRUCache } from 'lru-cache';
import { isLoopback, Problem, type Runtime } from '../runtime/index.js';
import type { AccountRows } from './tables.js';

/** Wrong passwords in a minute, by address, before it has to wait. */
const tries = 10;
/** Passwords that were right, so that argon2 does not run for every picture of a page. Keyed by hash, for five minutes. */
const right = new LRUCache<string, true>({ max: 1_000, ttl: 300_000 });

/** Lets people onto the pages: on loopback anybody; elsewhere those who log in (HTTP Basic over the operator's TLS). */
export const requireLogin: RequestHandler = async (req, _res, next) => {
  const runtime = req.app.locals.runtime as Runtime;
  if (isLoopback(runtime.config.HOST)) return next();
  const challenge = { 'WWW-Authenticate': 'Basic realm="sansdelai", charset="UTF-8"' };
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]{1,512})$/.exec(req.headers.authorization ?? '') ?? [];
  if (!encoded) throw new Problem(401, 'This page needs a login.', {}, challenge);
  const [name = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const password = rest.join(':');
  const fingerprint = createHash('sha256').update(encoded).digest('base64');
  if (right.has(fingerprint)) return next();
  const counter = `login:${req.socket.remoteAddress}`;
  if (Number((await runtime.cache.get(counter)) ?? 0) >= tries) {
    throw new Problem(429, 'Too many wrong passwords from this address. Wait a minute.', {}, { 'Retry-After': '60' });
  }
  const person = await runtime.db
    .tables<AccountRows>()
    .selectFrom('people')
    .select('password')
    .where('name', '=', name)
    .executeTakeFirst();
  if (!person || !(await verify(person.password, password))) {
    await runtime.cache.increment(counter, 60_000);
    throw new Problem(401, 'Name or password is wrong.', {}, challenge);
  }
  right.set(fingerprint, true);
  next();
};
