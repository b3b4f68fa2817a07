import { z } from 'zod';
import * as answers from './answers.js';
import { type Call, cursor, json, limit, text } from './call.js';

/** Clocks, and the pages about them. */
export const clockCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/clocks',
    summary: 'Open clocks, the nearest due first.',
    tag: 'Clocks',
    scope: 'clocks:read',
    query: { limit: limit(500, 100), cursor, obligation: z.string().max(64).optional() },
    answers: { 200: { description: 'Open clocks.', body: json(answers.clocksSchema) } },
  },
  {
    method: 'get',
    path: '/v1/obligations',
    summary: 'Every time limit that is kept: what starts and stops it.',
    tag: 'Clocks',
    scope: 'clocks:read',
    answers: { 200: { description: 'The table of time limits.', body: json(answers.obligationsSchema) } },
  },
  {
    method: 'get',
    path: '/v1/pages',
    summary: 'Calls for people on call, the newest first.',
    tag: 'Clocks',
    scope: 'clocks:read',
    query: { limit: limit(500, 100), cursor, state: z.enum(['open', 'all']).default('all') },
    answers: { 200: { description: 'Pages.', body: json(answers.pagesSchema) } },
  },
  {
    method: 'get',
    path: '/v1/pages/{id}/acknowledge',
    summary: 'The link in a page: shows it, with a button that takes it. It changes nothing by itself.',
    tag: 'Clocks',
    query: { token: z.string().min(16).max(128) },
    answers: { 200: { description: 'The page, for a browser.', body: text('text/html') } },
    problems: [404],
  },
  {
    method: 'post',
    path: '/v1/pages/{id}/acknowledge',
    summary: "Take a page: it goes to nobody else. With the link's token, or with a key.",
    tag: 'Clocks',
    scope: 'pages:acknowledge',
    query: { token: z.string().min(16).max(128).optional() },
    answers: {
      200: { description: 'It is taken.', body: { ...json(answers.acknowledgedSchema), ...text('text/html') } },
    },
    problems: [404],
  },
];
