import { z } from 'zod';
import { erasureSchema, openedLine, reportSchema } from '../../../ledger/index.js';
import * as answers from './answers.js';
import { type Call, json, text } from './call.js';

/** The figures, and the ledger by which they can be checked. */
export const ledgerCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/sla',
    summary: 'The figures of a period: how many, how many within the limit, percentiles, breaches with cause, open.',
    tag: 'Figures',
    scope: 'figures:read',
    query: {
      from: z.string().max(40).optional().describe('an instant, a day or a month (2026-11), UTC; default: this month'),
      to: z.string().max(40).optional(),
      by: z.string().max(100).default('obligation').describe('a list of obligation, route, language'),
    },
    answers: {
      200: { description: 'Exact figures, of the ledger as long as `size` says.', body: json(answers.slaSchema) },
    },
  },
  {
    method: 'get',
    path: '/v1/sla/report',
    summary: 'The same to be published, with the signed checkpoint that it belongs to.',
    tag: 'Figures',
    scope: 'figures:read',
    query: {
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      by: z.string().max(100).optional(),
      first: z.int().optional(),
    },
    answers: { 200: { description: 'What the verifier takes as figures.json.', body: json(reportSchema) } },
    problems: [503],
  },
  {
    method: 'get',
    path: '/v1/sla/report/openings',
    summary: 'The openings that are published with a report: a line an entry, without post, link or author.',
    tag: 'Figures',
    scope: 'figures:read',
    query: { from: z.iso.datetime(), to: z.iso.datetime(), first: z.int(), size: z.int() },
    answers: { 200: { description: 'A line each.', body: { 'application/x-ndjson': openedLine } } },
  },
  {
    method: 'get',
    path: '/v1/ledger/openings',
    summary: 'Openings of entries, by their place in the log; those under non-disclosure are left out.',
    tag: 'Ledger',
    scope: 'figures:read',
    query: { from: z.int(), to: z.int() },
    answers: { 200: { description: 'A line each.', body: { 'application/x-ndjson': openedLine } } },
  },
  {
    method: 'get',
    path: '/v1/ledger/checkpoint',
    summary: 'How long the ledger is and what its root is, signed: a C2SP checkpoint, never older than a second.',
    tag: 'Ledger',
    answers: { 200: { description: 'A signed note.', body: text('text/plain') } },
    problems: [503],
  },
  {
    method: 'get',
    path: '/v1/ledger/keys',
    summary: "The ledger's public keys, and the statements by which one followed another.",
    tag: 'Ledger',
    answers: { 200: { description: 'Keys, a line each, then signed notes.', body: text('text/plain') } },
  },
  {
    method: 'get',
    path: '/v1/ledger/tile/{path}',
    summary:
      'A tile of hashes (`0/x001/234`), or a bundle of entries (`entries/000.p/7`): C2SP tlog-tiles. Open to everybody.',
    tag: 'Ledger',
    answers: { 200: { description: 'The tile; it never changes.', body: text('application/octet-stream') } },
    problems: [404],
  },
  {
    method: 'get',
    path: '/v1/ledger/entries/{index}',
    summary: 'What one entry says, with its salts. For who was granted it.',
    tag: 'Ledger',
    scope: 'ledger:details',
    answers: { 200: { description: 'The entry, opened.', body: json(answers.ledgerEntrySchema) } },
    problems: [404],
  },
  {
    method: 'post',
    path: '/v1/ledger/erasures',
    summary: 'Erase what the entries about a post say of it and of people. Their proofs stay.',
    tag: 'Ledger',
    scope: 'ledger:erase',
    body: json(erasureSchema),
    answers: { 202: { description: 'It is being done.', body: json(z.object({ accepted: z.literal(true) })) } },
    problems: [400, 413],
  },
];
