import { z } from 'zod';

const switchOf = z.enum(['on', 'off']).transform(value => value === 'on');
const duration = z
  .string()
  .regex(/^0*[1-9]\d*(ms|s|m|h|d)$/, 'takes a number above 0 and a unit: 500ms, 30s, 5m, 24h, 7d')
  .transform(text => {
    const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.replace(/^\d+/, '')] ?? 1;
    return Number.parseInt(text, 10) * unit;
  });
const bytes = z
  .string()
  .regex(/^\d+(k|M|G)?$/, 'takes a number of bytes: 65536, 256k, 2M, 1G')
  .transform(text => Number.parseInt(text, 10) * ({ k: 1024, M: 1024 ** 2, G: 1024 ** 3 }[text.slice(-1)] ?? 1));
const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'takes a whole number')
    .transform(Number)
    .refine(n => n >= least && n <= most, `takes a whole number from ${least} to ${most}`);
const url = z.url({ protocol: /^https?$/ });
const isZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
};
const list = z.string().transform(text =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean),
);

const brokers = list.refine(
  all => all.length > 0 && all.every(broker => /^[^\s:/]+:\d+$|^\[[0-9a-fA-F:]+\]:\d+$/.test(broker)),
  'takes host:port, comma separated',
);
/** A post travels as one record of the bus, and Kafka's are bounded. */
const postSize = bytes.refine(n => n >= 1024 && n <= 4 * 1024 ** 2, 'takes from 1k to 4M');

/**
 * Every setting, by its environment variable. What is unset has the default that a newcomer on one machine needs.
 * Each description is what an error and `sansdelai help config` print.
 */
export const configSchema = z.object({
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  PORT: count(0, 65535).prefault('8080').describe('port to listen on; 0 picks a free one'),
  SANSDELAI_DATA: z.string().min(1).default('./data').describe('folder of the embedded database and of generated keys'),
  SANSDELAI_URL: url
    .optional()
    .describe('where this installation is reached, for the sandbox, links in pages and the commands'),
  SANSDELAI_API_KEY: z
    .string()
    .min(16)
    .optional()
    .describe('the first ingest key (16 characters or more); unset: made and printed once'),
  SANSDELAI_ADMIN_PASSWORD: z
    .string()
    .min(12)
    .optional()
    .describe("the first administrator's password (12 characters or more); unset: made and printed once"),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('OpenID Connect provider for single sign-on, e.g. https://login.example.org'),
  OIDC_CLIENT_ID: z.string().min(1).optional().describe('what the provider calls this installation'),
  OIDC_CLIENT_SECRET: z.string().min(8).optional().describe("the client's secret at the provider"),
  OIDC_ROLE_CLAIM: z.string().default('groups').describe('claim of the ID token that says what somebody is'),
  OIDC_ROLES: list
    .refine(
      all => all.every(part => /^[^=]+=(reviewer|lead|operator|legal|regulator|administrator)$/.test(part)),
      'takes value=role, comma separated; roles: reviewer, lead, operator, legal, regulator, administrator',
    )
    .prefault('')
    .describe('which value of that claim is which role: moderators=reviewer,legal-team=legal'),
  SANSDELAI_METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('bearer token for /metrics, needed on other addresses than loopback'),
  SANSDELAI_SANDBOX: switchOf.optional().describe('the sandbox platform, on or off; default: on for loopback only'),
  SANSDELAI_POLICY: z.string().optional().describe('policy file (YAML); default: the one that comes with the program'),
  SANSDELAI_MODELS: z
    .string()
    .optional()
    .describe('folder that declares your own models (a YAML file each); default: models/registry of the program'),
  SANSDELAI_TERMS: z
    .string()
    .optional()
    .describe('list of terms to look for in posts (a YAML file, or a folder of them); unset: none'),
  SANSDELAI_PLATFORMS: z.string().optional().describe('file (YAML) that lists the connected platforms'),
  SANSDELAI_EXCHANGES: z
    .string()
    .optional()
    .describe('file (YAML) that lists what hash lists are exchanged with others'),
  HMA_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('an HMA (Hasher-Matcher-Actioner) to ask about pictures; unset: none is asked'),
  SANSDELAI_PROBE: switchOf.prefault('on').describe('post the standard test post every minute and watch it go'),
  SANSDELAI_PROBE_EVERY: duration.prefault('60s').describe('pause between two probes'),
  SANSDELAI_VANTAGE: z
    .string()
    .max(64)
    .default('here')
    .describe(
      'name of the place this process looks from, kept with what was seen; DE or DE-… where it is in that State',
    ),

  KAFKA_BROKERS: brokers.optional().describe('Kafka brokers, comma separated; unset: the embedded bus'),
  KAFKA_TOPIC_PREFIX: z.string().max(64).default('sansdelai.').describe('put before every topic and group name'),
  KAFKA_REPLICATION: count(1, 9).prefault('1').describe('replicas of each topic that is created'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis; unset: hot state in memory'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL; unset: SQLite in SANSDELAI_DATA'),
  DATABASE_POOL: count(2, 100).prefault('10').describe('PostgreSQL connections of one process'),

  INGEST_MAX_POST: postSize.prefault('256k').describe('largest post, as JSON, at most 4M'),
  INGEST_MAX_STREAM: bytes.prefault('4G').describe('largest NDJSON stream in one request'),
  INGEST_BATCH: count(1, 2000).prefault('500').describe('posts in one commit at the most'),

  CLOCK_REVIEW: duration.prefault('24h').describe('limit from a case opened to its decision'),
  REVIEW_PER_HOUR: count(1, 100_000)
    .prefault('120')
    .describe('cases that a reviewer is shown within an hour, where their lead set no other number'),
  REVIEW_BULK_ALONE: count(1, 500)
    .prefault('20')
    .describe('cases that one person decides in one go; more take a second person'),
  TRANSLATE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('a service that translates what reviewers ask for: POST {text, from, to} answers {text}; unset: none'),
  TRANSLATE_SECRET: z
    .string()
    .startsWith('whsec_')
    .optional()
    .describe('Standard Webhooks secret that signs what is sent to be translated (whsec_…)'),

  CLOCK_REMOVAL: duration.prefault('5m').describe('limit from a decision or match to gone'),
  LEGAL_ZONE: z
    .string()
    .refine(isZone, 'takes a time zone such as Europe/Berlin')
    .default('Europe/Brussels')
    .describe('time zone by whose calendar legal limits of days, weeks and months are counted'),
  CLOCK_DESK: duration.prefault('5m').describe('limit until a person takes up an order that only a person can decide'),
  CLOCK_ANSWER: duration
    .prefault('1h')
    .describe('limit for the answering forms of orders, where the law says without undue delay'),
  CLOCK_DSA_ORDER: duration.prefault('24h').describe('limit for a DSA Article 9 order that names none'),
  CLOCK_REINSTATE: duration.prefault('1h').describe('limit to bring back what an order that binds no more took down'),
  CLOCK_THREAT: duration.prefault('1h').describe('limit to tell the authorities of a threat to life'),
  SANSDELAI_ORDERS: z
    .string()
    .min(1)
    .optional()
    .describe('file (YAML) with who answers orders, the register of authorities, and where orders come in'),
  PAGER_CONTACTS: list
    .prefault('')
    .describe('who is on call, in order: mailto:a@example.org or https://… (signed webhook), comma separated'),
  PAGER_WEBHOOK_SECRET: z
    .string()
    .startsWith('whsec_')
    .optional()
    .describe('Standard Webhooks secret that signs pages (whsec_…)'),
  PAGER_SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('mail server for pages, smtp://user:password@host:port'),
  PAGER_FROM: z.string().default('sansdelai@localhost').describe('sender of pages by mail'),
  PAGER_ACK_WITHIN: duration.prefault('5m').describe('unanswered for this long, a page goes to the next on call'),
  HEARTBEAT_URL: url
    .optional()
    .describe('called at every beat, so that a dead installation is noticed by whoever expects it'),
  HEARTBEAT_EVERY: duration.prefault('30s').describe('pause between two beats'),

  LOOK_TIMEOUT: duration.prefault('10s').describe('longest time for one look at a public page'),
  REMOVAL_LEASE: duration.prefault('30s').describe('how long one process may hold a removal without a sign of life'),
  REMOVAL_CONCURRENCY: count(1, 256).prefault('32').describe('removals that one process works on at once'),
  REMOVAL_ESCALATE_AFTER: duration.prefault('60s').describe('a removal not confirmed for this long is shown to people'),

  SANSDELAI_SEARCH: switchOf.prefault('on').describe('make posts be found in the console’s search'),

  CLASSIFY_BATCH: count(1, 2000).prefault('500').describe('posts assessed together at the most'),
  CLASSIFY_PER_MINUTE: count(1, 10_000_000)
    .prefault('6000')
    .describe('posts a minute that one costly signal is asked about, where it names no number of its own'),
  CLASSIFY_PATIENCE: duration
    .prefault('5m')
    .describe('a post that a costly signal has not answered for within this goes to a person'),
  AUDIT_ALLOWED: count(0, 100_000)
    .prefault('0')
    .describe('posts a day, of those that were allowed, that go to reviewers as a sample; 0: none'),
  AUDIT_REMOVED: count(0, 100_000).prefault('0').describe('the same, of posts that rules removed by themselves'),
  LEDGER_KEY_FILE: z
    .string()
    .min(1)
    .optional()
    .describe("file with the ledger's secret key; default: ledger.key in SANSDELAI_DATA, made at first start"),
  PRESERVATION_KEY_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'file with the secret key of what orders took down and is preserved; default: preservation.key in SANSDELAI_DATA, made at first start',
    ),
  RETENTION_DETAILS: duration
    .prefault('400d')
    .describe('how long the ledger keeps what its entries say of posts and people; their proofs stay for good'),
  RETENTION_POSTS: duration.prefault('30d').describe('how long posts and their assessments are kept'),

  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('least serious log line that is written'),
  LOG_PRETTY: switchOf
    .optional()
    .describe('logs for people instead of JSON; default: on where standard error is a terminal'),
});

export type Config = z.infer<typeof configSchema>;
