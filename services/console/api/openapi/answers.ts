import { z } from 'zod';
import { roles, scopeSchema } from '../../../accounts/index.js';
import { entryKind, openMove, platformName } from '../../../contracts/index.js';
import { categories } from '../../../enforce/index.js';

/** What the calls of the other services answer, for the description. The tests hold it against what they really answer. */
const instant = z.iso.datetime();
const item = { platform: platformName, postId: z.string(), version: z.int() };

/** RFC 9457. */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .optional()
    .describe('which fields are missing or wrong'),
});

export const receiptSchema = z.object({
  id: z.string(),
  receipt: z.string().describe('the same post gets the same receipt'),
});

const lineProblem = problemSchema.omit({ type: true });
/** One line of the answer to a stream. */
export const receiptLineSchema = z.union([
  z.object({ line: z.int(), id: z.string(), receipt: z.string() }),
  z.object({ line: z.int(), error: lineProblem }),
  z.object({ resumeFrom: z.int().describe('send from this line on again'), error: lineProblem }),
  z.object({ summary: z.object({ accepted: z.int(), known: z.int(), rejected: z.int() }) }),
]);

export const outcomesSchema = z.object({
  outcomes: z.array(
    z.object({
      id: z.string(),
      action: z.enum(['remove', 'withhold', 'review', 'allow']).optional(),
      rule: z.string().optional(),
      receivedAt: z.number().optional().describe('milliseconds since 1970'),
      assessedAt: z.number().optional(),
      wanted: z.enum(['gone', 'public']).optional(),
      state: z.string().optional(),
      requestedAt: z.number().optional(),
      endedAt: z.number().nullable().optional(),
    }),
  ),
});

export const casesSchema = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      ...item,
      state: z.enum(['open', 'decided', 'superseded']),
      priority: z.number(),
      rule: z.string(),
      reasons: z.array(z.string()),
      url: z.string(),
      openedAt: instant,
      text: z.string().optional(),
    }),
  ),
});

export const decisionSchema = z.strictObject({
  decision: z.enum(['remove', 'keep', 'restore']),
  reason: z.string().min(1).max(2_000),
  category: z
    .enum([...categories.remove, ...categories.keep])
    .optional()
    .describe('why, in the terms of Article 2(7) TCO; or what it is for (Article 1(3))'),
  bank: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
    .optional()
    .describe('with `remove`: its text and the hashes of its media enter this bank, so that it stays down'),
});
export const decidedSchema = z.object({
  caseId: z.string(),
  decision: z.enum(['remove', 'keep', 'restore']),
  at: instant,
  removalId: z.string().optional().describe('the removal or restoration that follows'),
});

export const removalsSchema = z.object({
  removals: z.array(
    z.object({
      id: z.string(),
      ...item,
      wanted: z.enum(['gone', 'public']),
      state: z.enum(['pending', 'gone', 'not-found', 'claimed', 'restored']),
      requestedAt: instant,
      seenAt: instant.optional().describe('when it was seen readable, before the call'),
      calledAt: instant.optional(),
      acceptedAt: instant.optional(),
      endedAt: instant.optional(),
      escalatedAt: instant.optional(),
      attempts: z.int(),
      nextAt: instant.optional(),
      detail: z.string(),
    }),
  ),
});

const next = z.string().optional().describe('the cursor of what follows');

export const clocksSchema = z.object({
  clocks: z.array(
    z.object({
      id: z.string(),
      obligation: z.string(),
      state: z.enum(['running', 'suspended', 'breached']),
      subject: z.string(),
      platform: z.string().describe('empty where it is about no single post, as for an order'),
      post: z.string(),
      version: z.int(),
      route: z.string().optional(),
      startedAt: instant.optional(),
      dueAt: instant.optional(),
      secondsLeft: z.number().optional(),
      level: z.int().describe('share of the limit, in percent, that people were told of last'),
      reopened: z.int(),
    }),
  ),
  next,
});

export const obligationsSchema = z.object({
  obligations: z.array(
    z.object({
      name: z.string(),
      setBy: z.enum(['law', 'operator']),
      article: z.string().optional(),
      nature: z
        .enum(['within', 'at-least', 'window'])
        .describe('`at-least`: to be kept up for that long; `window`: a right that lapses'),
      bears: z.enum(['provider', 'authority', 'content provider']).describe('whose duty or right it is'),
      starts: z.string(),
      suspends: z.string().optional(),
      stops: z.string(),
      limit: z.string().optional().describe('in words'),
      seconds: z.number().optional().describe('its nominal length; calendar months count 30 days'),
      histogram: z.string(),
    }),
  ),
  warnings: z.array(z.number()).describe('shares of a limit, in percent, at which people are told'),
  pagedFrom: z.number().describe('from that share on somebody on call is paged'),
  onCall: z.array(z.string()).describe('who is paged, in order; addresses only to who may acknowledge pages'),
});

export const pagesSchema = z.object({
  pages: z.array(
    z.object({
      id: z.string(),
      state: z.enum(['waiting', 'sent', 'acknowledged', 'resolved']),
      level: z.int(),
      clocks: z.int(),
      createdAt: instant,
      sentAt: instant.optional(),
      turn: z.int(),
      attempts: z.int(),
      nextAt: instant.optional(),
      acknowledgedAt: instant.optional(),
      acknowledgedBy: z.string().optional(),
      error: z.string().optional(),
    }),
  ),
  next,
});
export const acknowledgedSchema = z.object({
  id: z.string(),
  state: z.string(),
  acknowledgedBy: z.string().optional(),
});

const bankKind = z.enum(['text', 'link', 'pdq', 'sha256', 'md5']);
export const bankEntrySchema = z.object({
  id: z.string(),
  bank: z.string(),
  kind: bankKind,
  content: z.string().describe('the text, the link, or the hash in hex'),
  scope: z.string().optional(),
  source: z.string().describe('who listed it first'),
  sources: z
    .array(z.object({ source: z.string(), id: z.string().describe('the id that it has there') }))
    .describe('all who list it: it stays while one of them does'),
  tags: z.array(z.string()),
  confirmedBy: z.string().optional(),
  confirmedAt: z.number().optional().describe('milliseconds since 1970'),
  actsAt: z.number().optional().describe('of a text: the similarity from which on it acts'),
  actsWithin: z.int().optional().describe('of a pdq hash: the distance up to which it acts, bits of 256'),
  expiresAt: z.number().optional(),
  createdAt: z.number(),
});
export const bankEntriesSchema = z.object({ entries: z.array(bankEntrySchema), next });

const actsAt = z.number().min(0.5).max(1);
const actsWithin = z.int().min(0).max(31);
const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`));
const listed = {
  sourceId: z.string().min(1).max(300).optional().describe('the id that it has where it comes from'),
  tags: z.array(z.string().min(1).max(100)).max(50).default([]),
  expiresAt: z.int().min(0).optional().describe('when it stops to match, milliseconds since 1970'),
};
/** An entry with what is asked for beside it. */
const entryWith = <S extends z.core.$ZodShape>(more: S) =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('text'),
      text: z.string().min(1).max(100_000),
      actsAt: actsAt.default(0.5).describe('similarity from which a changed text counts as this one'),
      ...listed,
      ...more,
    }),
    z.strictObject({
      kind: z.literal('link'),
      link: z.string().min(1).max(2048),
      scope: z
        .enum(['link', 'prefix', 'domain'])
        .default('link')
        .describe('this page, all below this path, or all of this domain'),
      ...listed,
      ...more,
    }),
    z.strictObject({
      kind: z.literal('pdq'),
      hash: hex(64),
      actsWithin: actsWithin.default(31).describe('distance up to which a picture counts as this one, bits of 256'),
      ...listed,
      ...more,
    }),
    z.strictObject({ kind: z.literal('sha256'), hash: hex(64), ...listed, ...more }),
    z.strictObject({ kind: z.literal('md5'), hash: hex(32), ...listed, ...more }),
  ]);
export const newBankEntrySchema = entryWith({
  source: z.string().min(1).max(500),
  confirmed: z.boolean().default(false).describe('the caller stands for it: it may act by itself'),
});
export const importedEntrySchema = entryWith({});
export const confirmationSchema = z.strictObject({
  actsAt: actsAt.optional().describe('of a text: from this similarity on'),
  actsWithin: actsWithin.optional().describe('of a pdq hash: up to this distance'),
});
export const importedSchema = z.object({
  source: z.string(),
  rows: z.int(),
  added: z.int(),
  updated: z.int().describe('there already, but not listed by this source, or with other tags or another expiry'),
  unchanged: z.int().describe('there just so already, or taken out by people here'),
  refused: z.int(),
  errors: z.array(z.object({ line: z.int(), reason: z.string() })).describe('the first 10,000 of those refused'),
});
export const askedPreviewSchema = z.strictObject({
  entry: importedEntrySchema,
  days: z.int().min(1).max(30).default(30).describe('how far back'),
  seconds: z.int().min(1).max(30).default(10).describe('how long it may take'),
});
const matches = z.object({ acts: z.int(), alike: z.int() });
export const previewSchema = z.object({
  from: z.number().describe('milliseconds since 1970'),
  to: z.number(),
  lookedBackTo: z.number().describe('all that was received from here on was looked at'),
  lookedAt: z.int().describe('versions of posts'),
  complete: z.boolean().describe('false: the time was over before all were looked at'),
  acts: z.int().describe('would have been acted on'),
  alike: z.int().describe('would have gone to a person'),
  byPlatform: z.record(z.string(), matches),
  byLanguage: z.record(z.string(), matches).describe('`und`: of no language that is known'),
  posts: z
    .array(
      z.object({
        platform: platformName,
        id: z.string(),
        version: z.int(),
        receivedAt: z.number(),
        acts: z.boolean(),
        similarity: z.number().describe('from 0 to 1'),
        distance: z.int().optional().describe('of a picture: bits of 256'),
      }),
    )
    .describe('the first 50, the newest first'),
});

const askedOne = z
  .strictObject({
    pdq: z.string().optional(),
    sha256: z.string().optional(),
    md5: z.string().optional(),
    text: z.string().optional(),
    link: z.string().optional(),
  })
  .describe('one of these; hashes in hex');
export const askedLookupSchema = z.union([askedOne, z.array(askedOne).min(1).max(1_000)]);
const lookedUp = z.object({
  matches: z.array(
    z.object({
      id: z.string(),
      bank: z.string(),
      kind: z.enum(['text', 'link', 'pdq', 'sha256', 'md5']),
      distance: z.int().optional().describe('of a picture: bits of 256; of a file 0'),
      similarity: z.number().optional().describe('of a text: from 0 to 1'),
      confirmed: z.boolean(),
      acts: z.boolean().describe('a rule may act on this match by itself'),
      tags: z.array(z.string()),
      sources: z.array(z.string()),
    }),
  ),
  total: z.int(),
});
export const lookupSchema = z.union([lookedUp, z.array(lookedUp)]);

export const modelSchema = z.object({
  name: z.string(),
  kind: z.string().optional(),
  description: z.string().optional(),
  state: z.enum(['loading', 'live', 'refused', 'absent']),
  instead: z.string().optional().describe('the model whose place it could take'),
  standing: z.enum(['draft', 'shadow', 'live', 'retired']).describe('whether rules see what it says'),
  version: z.string().optional(),
  labels: z.array(z.object({ label: z.string(), meaning: z.string().optional(), threshold: z.number().optional() })),
  circuit: z.enum(['closed', 'open', 'half-open']).optional(),
  since: instant.optional().describe('since when this version is live'),
  reproducible: z.boolean().optional(),
  problem: z.string().optional(),
});

export const exchangeSourceSchema = z.object({
  name: z.string(),
  kind: z.string(),
  bank: z.string(),
  state: z.enum(['ok', 'failing', 'held', 'waiting']),
  entries: z.int(),
  everyMinutes: z.number().optional(),
  lastTryAt: instant.optional(),
  lastPullAt: instant.optional(),
  nextAt: instant.optional(),
  failures: z.int().describe('in a row'),
  error: z.string().optional(),
  held: z.int().describe('removals that wait for a person'),
  unknown: z.record(z.string(), z.int()).describe('rows of types that no bank takes, by type'),
  badRows: z.int(),
  bad: z.array(z.object({ id: z.string(), reason: z.string(), at: instant })),
  answers: z.record(z.string(), z.int()).optional().describe('opinions for the source, by what became of them'),
});

export const deliverySchema = z.object({
  id: z.string(),
  platform: platformName,
  kind: z.string(),
  item: z.string(),
  version: z.int(),
  state: z.enum(['pending', 'accepted', 'refused', 'failed']),
  createdAt: instant,
  updatedAt: instant,
  request: z.unknown().describe('what was sent'),
  attempts: z.array(
    z.object({
      at: instant,
      ms: z.number(),
      status: z.int().optional(),
      outcome: z.string(),
      detail: z.string(),
      replay: z.boolean(),
    }),
  ),
});

export const ledgerEntrySchema = z.object({
  index: z.int().min(0),
  entry: z.string().describe('the 32 bytes of the log, base64'),
  salt: z.string(),
  opening: z.object({
    v: z.literal(1),
    kind: entryKind,
    at: z.int().describe('milliseconds since 1970'),
    moves: z.array(openMove),
    detail: z.string().describe('the commitment of the detail'),
  }),
  enteredAt: instant,
  erased: z.literal(true).optional().describe('its detail was erased'),
  detail: z.record(z.string(), z.unknown()).optional(),
  detailSalt: z.string().optional(),
});

const role = z.enum(roles);
export const sessionSchema = z.object({
  person: z.string().optional(),
  role: role.optional(),
  scopes: z.array(scopeSchema).optional(),
  since: instant.optional(),
  oneTimeCodes: z.boolean().optional(),
  needed: z.boolean().describe('whether the pages ask for a login'),
  singleSignOn: z.boolean(),
});
export const loggedInSchema = z.object({ person: z.string(), role });
export const codesSchema = z.object({ secret: z.string(), address: z.string().describe('otpauth://…') });
export const sessionsSchema = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      agent: z.string(),
      createdAt: instant,
      seenAt: instant,
      expiresAt: instant,
      this: z.boolean().describe('the one that asks'),
    }),
  ),
});
export const personSchema = z.object({
  name: z.string(),
  role,
  createdAt: instant,
  createdBy: z.string().optional(),
  disabledAt: instant.optional(),
  oneTimeCodes: z.boolean(),
  singleSignOn: z.boolean(),
});
export const peopleSchema = z.object({ people: z.array(personSchema) });
export const newPersonSchema = z.object({
  name: z.string(),
  role,
  password: z.string().optional().describe('shown once'),
});
export const keysSchema = z.object({
  keys: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      scopes: z.array(z.string()),
      createdAt: instant,
      createdBy: z.string().optional(),
      usedAt: instant.optional().describe('to the hour'),
      revokedAt: instant.optional(),
      revokedBy: z.string().optional(),
    }),
  ),
});
export const newKeySchema = z.object({
  id: z.string(),
  key: z.string().describe('shown once'),
  approval: z.string().optional().describe('what a second person has to agree to first'),
});
export const approvalSchema = z.object({
  id: z.string(),
  kind: z.string(),
  what: z.string(),
  reason: z.string(),
  state: z.enum(['open', 'approved', 'rejected', 'withdrawn']),
  askedBy: z.string(),
  askedAt: instant,
  expiresAt: instant,
  decidedBy: z.string().optional(),
  decidedAt: instant.optional(),
});
export const approvalsSchema = z.object({ approvals: z.array(approvalSchema) });

const tally = z.int().min(0);
const percentiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() });
export const slaSchema = z.object({
  from: instant,
  to: instant,
  at: instant.describe('as of when'),
  limits: z.record(z.string(), z.number()).describe('seconds, as they are today'),
  size: tally.describe('entries of the ledger that these figures follow from'),
  sealed: tally.describe('clocks under non-disclosure, in none of the figures'),
  figures: z.array(
    z.object({
      obligation: z.string(),
      route: z.string().optional(),
      language: z.string().optional(),
      count: tally,
      limited: tally,
      within: tally,
      share: z.number().optional(),
      ms: percentiles.optional(),
      cancelled: tally,
      open: tally,
      overdue: tally,
      breaches: tally,
      causes: z.record(z.string(), tally),
    }),
  ),
  probe: z
    .array(z.object({ route: z.string(), count: tally, failed: tally, ms: percentiles.optional() }))
    .describe('the standard test post, which is in no figure'),
});
