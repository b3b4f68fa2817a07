import { z } from 'zod';
import { togetherSchema } from '../../../classify/index.js';
import * as answers from './answers.js';
import { type Call, json, limit } from './call.js';

/** Banks, the models that recognise, and the exchange with others. */
export const bankCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/banks/{bank}/entries',
    summary: 'What a bank knows.',
    tag: 'Banks',
    scope: 'banks:read',
    query: {
      limit: limit(1_000, 100),
      after: z.string().max(64).optional(),
      confirmed: z.enum(['true', 'false']).optional().describe('only those that are, or are not'),
    },
    answers: { 200: { description: 'Entries, the oldest first.', body: json(answers.bankEntriesSchema) } },
  },
  {
    method: 'post',
    path: '/v1/banks/{bank}/entries',
    summary: 'Put a known text, link or hash into a bank. Only what is confirmed acts by itself.',
    tag: 'Banks',
    scope: 'banks:write',
    body: json(answers.newBankEntrySchema),
    answers: {
      201: { description: 'It is new.', body: json(answers.bankEntrySchema) },
      200: { description: 'It was there already.', body: json(answers.bankEntrySchema) },
    },
    problems: [400, 413],
  },
  {
    method: 'delete',
    path: '/v1/banks/{bank}/entries/{id}',
    summary: 'Take an entry out of a bank.',
    tag: 'Banks',
    scope: 'banks:write',
    answers: { 204: { description: 'It is out.' } },
    problems: [404],
  },
  {
    method: 'post',
    path: '/v1/banks/{bank}/entries/{id}/confirm',
    summary: 'Stand for an entry: from now on it acts by itself, within this distance.',
    tag: 'Banks',
    scope: 'banks:write',
    body: json(answers.confirmationSchema),
    answers: { 200: { description: 'It is confirmed.', body: json(answers.bankEntrySchema) } },
    problems: [400, 404, 413],
  },
  {
    method: 'post',
    path: '/v1/banks/{bank}/import',
    summary:
      'Put many entries into a bank: an entry a line, or CSV with a header (kind, value, id, tags, expires, scope, actsAt, actsWithin). ' +
      'None is confirmed by it. Good rows are kept whatever the others are; the same again changes nothing.',
    tag: 'Banks',
    scope: 'banks:write',
    query: { source: z.string().min(1).max(500).describe('where the list comes from') },
    body: { 'application/x-ndjson': answers.importedEntrySchema, 'text/csv': z.string() },
    answers: { 200: { description: 'What became of the rows.', body: json(answers.importedSchema) } },
    problems: [413, 415, 503],
  },
  {
    method: 'post',
    path: '/v1/banks/{bank}/together',
    summary: 'Ask a second person to confirm all entries of a source, or to take them out: at most 5,000 at a time.',
    tag: 'Banks',
    scope: 'banks:write',
    body: json(togetherSchema),
    answers: {
      202: {
        description: 'It is done with the approval.',
        body: json(z.object({ approval: z.string(), entries: z.int().describe('as many as there are at present') })),
      },
    },
    problems: [404, 413],
  },
  {
    method: 'post',
    path: '/v1/banks/preview',
    summary: 'Which posts of the last 30 days an entry would have matched.',
    tag: 'Banks',
    scope: 'banks:write',
    body: json(answers.askedPreviewSchema),
    answers: { 200: { description: 'What was found in the time there was.', body: json(answers.previewSchema) } },
    problems: [400, 413, 429],
  },
  {
    method: 'post',
    path: '/v1/banks/lookup',
    summary: 'What the banks know of a hash, text or link, or of up to 1,000 of them. Nothing is kept of it.',
    tag: 'Banks',
    scope: 'banks:read',
    body: json(answers.askedLookupSchema),
    answers: {
      200: { description: 'The nearest first; of several, in their order.', body: json(answers.lookupSchema) },
    },
    problems: [400, 413],
  },
  {
    method: 'get',
    path: '/v1/models',
    summary: 'Your own models, and how each stands.',
    tag: 'Recognition',
    scope: 'posts:read',
    answers: {
      200: { description: 'All that are declared.', body: json(z.object({ models: z.array(answers.modelSchema) })) },
    },
  },
  {
    method: 'get',
    path: '/v1/exchange',
    summary: 'Where the exchange of hash lists stands, source by source.',
    tag: 'Banks',
    scope: 'banks:read',
    answers: {
      200: {
        description: 'Sources that are pulled or pushed to, and partners that send.',
        body: json(
          z.object({ sources: z.array(answers.exchangeSourceSchema), partners: z.array(answers.exchangeSourceSchema) }),
        ),
      },
    },
  },
  {
    method: 'post',
    path: '/v1/exchange/{name}/go-on',
    summary: 'Let removals go on that are more than half of a source, and are held for a person.',
    tag: 'Banks',
    scope: 'banks:write',
    body: json(z.strictObject({ removals: z.int().min(1).describe('how many are held') })),
    answers: { 202: { description: 'They go on.', body: json(z.object({ name: z.string(), removals: z.int() })) } },
    problems: [400, 404, 409, 413],
  },
  {
    method: 'post',
    path: '/v1/exchange/{name}/pull',
    summary: 'Pull from a source now instead of at its next time.',
    tag: 'Banks',
    scope: 'banks:write',
    answers: { 202: { description: 'It is pulled in a moment.', body: json(z.object({ name: z.string() })) } },
    problems: [404],
  },
  {
    method: 'post',
    path: '/v1/exchange/hashes',
    summary: "Another installation's confirmed entries, as a compact JWS signed with a key that is listed for it.",
    tag: 'Banks',
    body: { 'application/jose': z.string() },
    answers: {
      200: {
        description: 'Taken up, up to this number of the stream; what was not, and why.',
        body: json(z.object({ sequence: z.int(), refused: z.array(z.object({ id: z.string(), reason: z.string() })) })),
      },
    },
    problems: [401, 403, 409, 413, 422, 503],
  },
];
