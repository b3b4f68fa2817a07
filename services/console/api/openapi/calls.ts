import { z } from 'zod';
import { accountBodies as bodies, type Scope } from '../../../accounts/index.js';
import { togetherSchema } from '../../../classify/index.js';
import { platformName, postSchema } from '../../../contracts/index.js';
import { erasureSchema, openedLine, reportSchema } from '../../../ledger/index.js';
import { deadLetterSchema } from '../dead-letters.js';
import { outcomesSchema as askedOutcomesSchema } from '../outcomes.js';
import { standingSchema } from '../standing.js';
import * as answers from './answers.js';
import { backtestCalls } from './backtest-calls.js';
import { deskCalls } from './desk-calls.js';
import { exposedCalls } from './exposed-calls.js';
import { formCalls } from './form-calls.js';
import { holdCalls } from './hold-calls.js';
import { incidentCalls } from './incident-calls.js';
import { orderCalls } from './order-calls.js';
import { policyCalls } from './policy-calls.js';
import { preservedCalls } from './preserved-calls.js';
import { whatIfCalls } from './what-if-calls.js';

/** One call, as the description needs it. Path parameters are read from the path. */
export interface Call {
  method: 'get' | 'post' | 'patch' | 'delete';
  path: string;
  summary: string;
  tag: string;
  /** The scope that the key needs; absent where no key is asked for. */
  scope?: Scope;
  query?: Readonly<Record<string, z.ZodType>>;
  /** By media type. */
  body?: Readonly<Record<string, z.ZodType>>;
  /** By status; undefined: no body. `text`: a body that isn't JSON, by its media type. */
  answers: Readonly<Record<number, { description: string; body?: Readonly<Record<string, z.ZodType>> } | undefined>>;
  /** Statuses of the problems it may answer, beside those that follow from the rest. */
  problems?: readonly number[];
}

const json = (schema: z.ZodType) => ({ 'application/json': schema });
const text = (type: string) => ({ [type]: z.string() });
const limit = (most: number, usual: number) => z.int().min(1).max(most).default(usual);
const flag = z.enum(['true', 'false']).default('false');
const cursor = z.string().describe('the "next" of an earlier answer').optional();

/** Every call that there is, in the order in which a post meets them. */
export const calls: readonly Call[] = [
  {
    method: 'post',
    path: '/v1/posts',
    summary: 'Send one post, or a stream of posts. What is acknowledged is durable.',
    tag: 'Posts',
    scope: 'posts:write',
    query: {
      receipts: z.enum(['all', 'errors']).default('all').describe('`errors`: refused lines and a summary only'),
      backfill: flag.describe('posts of the past, which count in no posted-to-gone figure'),
    },
    body: { 'application/json': postSchema, 'application/x-ndjson': postSchema },
    answers: {
      202: { description: 'One post was taken in.', body: json(answers.receiptSchema) },
      200: {
        description: 'A stream: a line a post, in order.',
        body: { 'application/x-ndjson': answers.receiptLineSchema },
      },
    },
    problems: [400, 409, 413, 415, 503],
  },
  {
    method: 'get',
    path: '/v1/posts/{id}',
    summary: "Where a post stands: every step's time, signals, decision, evidence.",
    tag: 'Posts',
    scope: 'posts:read',
    query: { platform: platformName },
    answers: { 200: { description: 'Where it stands.', body: json(standingSchema) } },
    problems: [404],
  },
  {
    method: 'post',
    path: '/v1/posts/outcomes',
    summary: 'Where many posts of one platform stand, in short.',
    tag: 'Posts',
    scope: 'posts:read',
    body: json(askedOutcomesSchema),
    answers: {
      200: { description: 'One outcome for each id, in the order of the ids.', body: json(answers.outcomesSchema) },
    },
    problems: [400, 413],
  },
  {
    method: 'get',
    path: '/v1/cases',
    summary: 'The review queue, the most urgent first.',
    tag: 'Review',
    scope: 'cases:read',
    query: { limit: limit(500, 50) },
    answers: { 200: { description: 'Open cases.', body: json(answers.casesSchema) } },
  },
  {
    method: 'post',
    path: '/v1/cases/{id}/decisions',
    summary: "A person's decision on a case.",
    tag: 'Review',
    scope: 'cases:decide',
    body: json(answers.decisionSchema),
    answers: { 201: { description: 'It was decided.', body: json(answers.decidedSchema) } },
    problems: [400, 404, 409, 413],
  },
  {
    method: 'get',
    path: '/v1/removals',
    summary: 'The latest removals and restorations, and where they stand.',
    tag: 'Review',
    scope: 'cases:read',
    query: { limit: limit(500, 50), escalated: flag.describe('only those that are not confirmed') },
    answers: { 200: { description: 'Newest first.', body: json(answers.removalsSchema) } },
  },
  ...orderCalls,
  ...incidentCalls,
  ...deskCalls,
  ...formCalls,
  ...backtestCalls,
  ...preservedCalls,
  ...exposedCalls,
  ...policyCalls,
  ...whatIfCalls,
  ...holdCalls,
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
  {
    method: 'get',
    path: '/v1/session',
    summary: 'Who is logged in, and whether a login is needed here.',
    tag: 'Accounts',
    answers: { 200: { description: 'Nobody where `person` is missing.', body: json(answers.sessionSchema) } },
  },
  {
    method: 'post',
    path: '/v1/session',
    summary: 'Log in. Sets a cookie that only the browser sees.',
    tag: 'Accounts',
    body: json(bodies.loginSchema),
    answers: { 201: { description: 'Logged in.', body: json(answers.loggedInSchema) } },
    problems: [400, 401, 403, 413, 429],
  },
  {
    method: 'delete',
    path: '/v1/session',
    summary: 'Log out.',
    tag: 'Accounts',
    answers: { 204: { description: 'Logged out.' } },
    problems: [401],
  },
  {
    method: 'get',
    path: '/v1/session/oidc',
    summary: 'Log in by single sign-on: leads to the provider.',
    tag: 'Accounts',
    answers: { 302: { description: "The provider's page." } },
    problems: [404, 503],
  },
  {
    method: 'get',
    path: '/v1/session/oidc/callback',
    summary: 'Where the provider sends the browser back to.',
    tag: 'Accounts',
    answers: { 302: { description: 'Logged in.' } },
    problems: [401, 403, 404, 503],
  },
  {
    method: 'post',
    path: '/v1/session/password',
    summary: 'Change your own password. Your other sessions end.',
    tag: 'Accounts',
    body: json(bodies.passwordSchema),
    answers: { 204: { description: 'Changed.' } },
    problems: [400, 401, 403, 413],
  },
  {
    method: 'post',
    path: '/v1/session/codes',
    summary: 'Set up one-time codes: answers what an authenticator app reads. They count once confirmed.',
    tag: 'Accounts',
    answers: { 201: { description: 'The secret, shown once.', body: json(answers.codesSchema) } },
    problems: [401, 409],
  },
  {
    method: 'post',
    path: '/v1/session/codes/confirm',
    summary: 'Confirm one-time codes with the first.',
    tag: 'Accounts',
    body: json(bodies.codeSchema),
    answers: { 204: { description: 'From now on a login needs one.' } },
    problems: [400, 401, 413, 422, 429],
  },
  {
    method: 'get',
    path: '/v1/sessions',
    summary: 'Your sessions; those of others for administrators.',
    tag: 'Accounts',
    query: { person: z.string().optional() },
    answers: { 200: { description: 'The newest first.', body: json(answers.sessionsSchema) } },
    problems: [401, 403],
  },
  {
    method: 'delete',
    path: '/v1/sessions/{id}',
    summary: 'End a session.',
    tag: 'Accounts',
    query: { person: z.string().optional() },
    answers: { 204: { description: 'Ended.' } },
    problems: [401, 403, 404],
  },
  {
    method: 'get',
    path: '/v1/people',
    summary: 'Who there is.',
    tag: 'Accounts',
    scope: 'admin',
    answers: { 200: { description: 'By name.', body: json(answers.peopleSchema) } },
  },
  {
    method: 'post',
    path: '/v1/people',
    summary: 'Add a person. Without a password one is made, and shown once.',
    tag: 'Accounts',
    scope: 'admin',
    body: json(bodies.newPersonSchema),
    answers: { 201: { description: 'Added.', body: json(answers.newPersonSchema) } },
    problems: [400, 409, 413],
  },
  {
    method: 'patch',
    path: '/v1/people/{name}',
    summary: 'Change a role or a password, disable somebody, take their one-time codes away. Their sessions end.',
    tag: 'Accounts',
    scope: 'admin',
    body: json(bodies.personChangeSchema),
    answers: { 200: { description: 'As it is now.', body: json(answers.personSchema) } },
    problems: [400, 404, 409, 413],
  },
  {
    method: 'get',
    path: '/v1/keys',
    summary: 'API keys, the newest first; never what a key is.',
    tag: 'Accounts',
    scope: 'admin',
    answers: { 200: { description: 'Keys.', body: json(answers.keysSchema) } },
  },
  {
    method: 'post',
    path: '/v1/keys',
    summary: 'Make an API key. It is shown once. A powerful one works after a second person agreed.',
    tag: 'Accounts',
    scope: 'admin',
    body: json(bodies.newKeySchema),
    answers: {
      201: { description: 'It works.', body: json(answers.newKeySchema) },
      202: { description: 'It works once a second person agrees.', body: json(answers.newKeySchema) },
    },
    problems: [400, 413],
  },
  {
    method: 'delete',
    path: '/v1/keys/{id}',
    summary: 'End a key. It stops to work everywhere within three seconds.',
    tag: 'Accounts',
    scope: 'admin',
    answers: { 204: { description: 'Ended.' } },
    problems: [404],
  },
  {
    method: 'get',
    path: '/v1/approvals',
    summary: 'What waits for a second person, the newest first.',
    tag: 'Accounts',
    query: { state: z.enum(['open', 'all']).default('open') },
    answers: { 200: { description: 'Approvals.', body: json(answers.approvalsSchema) } },
    problems: [401],
  },
  {
    method: 'post',
    path: '/v1/approvals/{id}/decision',
    summary: 'Agree as the second person, or not. Who asked can only withdraw.',
    tag: 'Accounts',
    body: json(bodies.decisionOnApprovalSchema),
    answers: { 200: { description: 'As it is now.', body: json(answers.approvalSchema) } },
    problems: [400, 401, 403, 404, 409, 413],
  },
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
  {
    method: 'get',
    path: '/v1/deliveries',
    summary: 'Calls to platforms, with every attempt.',
    tag: 'Operation',
    scope: 'deliveries:read',
    query: {
      platform: z.string().optional(),
      item: z.string().optional(),
      state: z.enum(['pending', 'accepted', 'refused', 'failed']).optional(),
      before: z.iso.datetime({ offset: true }).optional(),
      limit: limit(200, 50),
    },
    answers: {
      200: { description: 'Newest first.', body: json(z.object({ deliveries: z.array(answers.deliverySchema) })) },
    },
  },
  {
    method: 'post',
    path: '/v1/deliveries/{id}/replay',
    summary: 'Send a delivery again, under the same id.',
    tag: 'Operation',
    scope: 'deliveries:replay',
    answers: { 200: { description: 'It was sent again.', body: json(answers.deliverySchema) } },
    problems: [404, 409],
  },
  {
    method: 'get',
    path: '/v1/dead-letters',
    summary: 'What could not be handled, with the reason.',
    tag: 'Operation',
    scope: 'dead-letters:read',
    query: { limit: limit(500, 100) },
    answers: {
      200: { description: 'Newest first.', body: json(z.object({ deadLetters: z.array(deadLetterSchema) })) },
    },
  },
  {
    method: 'post',
    path: '/v1/dead-letters/{id}/replay',
    summary: 'Hand a dead letter to its stage again.',
    tag: 'Operation',
    scope: 'dead-letters:replay',
    answers: { 202: { description: 'It is on its way.', body: json(z.object({ id: z.string() })) } },
    problems: [404],
  },
  {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process is alive.',
    tag: 'Operation',
    answers: { 200: { description: 'It is.', body: json(z.object({ status: z.literal('alive') })) } },
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether it can take work; names what is not ready.',
    tag: 'Operation',
    answers: {
      200: { description: 'It can.', body: json(z.object({ status: z.literal('ready') })) },
      503: {
        description: 'It can not.',
        body: json(z.object({ status: z.literal('not ready'), problems: z.record(z.string(), z.string()) })),
      },
    },
  },
  {
    method: 'get',
    path: '/metrics',
    summary: 'Metrics in the Prometheus text format. On other addresses than loopback with the metrics token.',
    tag: 'Operation',
    answers: { 200: { description: 'The metrics.', body: text('text/plain') } },
    problems: [401, 403],
  },
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This description.',
    tag: 'Operation',
    answers: { 200: { description: 'OpenAPI 3.1.', body: json(z.looseObject({ openapi: z.string() })) } },
  },
];
