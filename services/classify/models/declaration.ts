import { dirname } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { isLoopback, problemsOf } from '../../runtime/index.js';

/** A file of the registry can't be used: each problem names its field. */
export class DeclarationError extends Error {
  override name = 'DeclarationError';
}

const unit = z.number().min(0).max(1);
const variable = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable');
/** Inside the folder of the declaration: what is declared names no file elsewhere. */
const path = z
  .string()
  .min(1)
  .max(500)
  .refine(text => !text.startsWith('/') && !text.split(/[\\/]/).includes('..'), 'must be a path below the folder');
const url = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .refine(text => !new URL(text).username && !new URL(text).password, 'must hold no user name and password');

const label = z.strictObject({
  /** Told to the people who see the score, and to a chat model. */
  meaning: z.string().min(1).max(500).optional(),
  /** From this score on the finding counts as over its threshold; left out: never. */
  threshold: unit.optional(),
});

/** What a golden post has to be given for a label: this score (give or take 0.01), or one within bounds. */
const expected = z.union([unit, z.strictObject({ atLeast: unit.optional(), atMost: unit.optional() })]);
const golden = z.strictObject({
  text: z.string().min(1).max(10_000),
  language: z.string().max(35).optional(),
  scores: z.record(z.string(), expected).refine(scores => Object.keys(scores).length > 0, 'must name a label'),
});

const common = {
  description: z.string().max(500).optional(),
  /** The model whose place it could take. It is asked nothing until it is put in shadow, and speaks under that name once it is promoted. */
  instead: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be the name of a model')
    .optional(),
  /** In the order of the model's outputs. */
  labels: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must begin with a letter; then a-z, 0-9 and "-"'), label)
    .refine(labels => Object.keys(labels).length > 0, 'must name a label')
    .refine(labels => Object.keys(labels).length <= 200, 'must be 200 labels at the most'),
  languages: z
    .array(z.string().regex(/^[a-z]{2,3}$/))
    .min(1)
    .max(100)
    .optional(),
  /** Characters of a post that the model is given. */
  maxText: z.int().min(1).max(100_000).default(10_000),
  /** Posts in one call. */
  batch: z.int().min(1).max(512).optional(),
  /** Seconds for one call. */
  timeoutSeconds: z.number().min(0.05).max(300).optional(),
  /** Posts a minute; left out: what the setting CLASSIFY_PER_MINUTE says. */
  perMinute: z.int().min(1).max(1_000_000).optional(),
  /** Failed calls in a row until no more are made, and for how many seconds. */
  breaker: z
    .strictObject({ failures: z.int().min(1).max(100).default(5), seconds: z.number().min(0.05).max(3600).default(30) })
    .prefault({}),
  /** What the model has to say of these posts before it is used. */
  golden: z.array(golden).min(1).max(64),
};

const local = {
  /** How texts become what the model takes. */
  input: z.discriminatedUnion('as', [
    z.strictObject({ as: z.literal('text') }),
    z.strictObject({ as: z.literal('token-ids'), vocabulary: path, length: z.int().min(1).max(4096) }),
  ]),
  /** What makes probabilities of the outputs, where the model does not do so itself. */
  activation: z.enum(['none', 'sigmoid', 'softmax']).default('none'),
};

/** The model's own words are kept with the assessment. They may quote the post, and are not erased with it. */
const keepReasons = z.boolean().default(false);

const remote = {
  url,
  /** Environment variable with the key, sent as a bearer token. */
  keyEnv: variable.optional(),
  /** Calls under way at a time. */
  calls: z.int().min(1).max(64).default(4),
};

const savedModel = z.strictObject({
  kind: z.literal('saved-model'),
  ...common,
  ...local,
  /** The folder with saved_model.pb. */
  path,
  signature: z.string().min(1).max(200).default('serving_default'),
});

const tfjs = z.strictObject({
  kind: z.literal('tfjs'),
  ...common,
  ...local,
  /** The file model.json of a layers or graph model. */
  path,
});

const openInference = z.strictObject({
  kind: z.literal('open-inference'),
  ...common,
  ...remote,
  /** The server's names for model, version, input and output. */
  model: z.string().min(1).max(200),
  version: z.string().min(1).max(100).optional(),
  input: z.string().min(1).max(200),
  output: z.string().min(1).max(200),
  activation: local.activation,
});

const chat = z
  .strictObject({
    kind: z.literal('chat'),
    ...common,
    ...remote,
    model: z.string().min(1).max(200),
    /** What the model judges by: the text itself, or a file that holds it. */
    policy: z.string().min(1).max(100_000).optional(),
    policyFile: path.optional(),
    keepReasons,
    /** Tokens of an answer at the most. */
    maxTokens: z.int().min(16).max(32_768).default(1024),
  })
  .refine(({ policy, policyFile }) => (policy === undefined) !== (policyFile === undefined), {
    path: ['policy'],
    message: 'is needed, or policyFile; not both',
  });

const http = z.strictObject({
  kind: z.literal('http'),
  ...common,
  ...remote,
  keepReasons,
  /** The parts of a post that are sent; a post that has none of them is not. */
  takes: z
    .array(z.enum(['text', 'links', 'media']))
    .min(1)
    .default(['text']),
});

const declarationSchema = z
  .discriminatedUnion('kind', [savedModel, tfjs, openInference, chat, http])
  .superRefine((declared, context) => {
    declared.golden.forEach(({ scores }, n) => {
      for (const label of Object.keys(scores))
        if (!(label in declared.labels))
          context.addIssue({
            code: 'custom',
            path: ['golden', n, 'scores', label],
            message: 'is no label of the model',
          });
    });
    if (declared.kind === 'tfjs' && declared.input.as === 'text')
      context.addIssue({
        code: 'custom',
        path: ['input', 'as'],
        message: 'must be token-ids: wasm has no text tensors',
      });
    if ('url' in declared && declared.keyEnv && declared.url.startsWith('http:')) {
      if (!isLoopback(new URL(declared.url).hostname.replace(/^\[|\]$/g, '')))
        context.addIssue({ code: 'custom', path: ['url'], message: 'must be https where a key is sent' });
    }
  });

export type Declaration = z.output<typeof declarationSchema>;
export type DeclarationOf<K extends Declaration['kind']> = Extract<Declaration, { kind: K }>;
export type LocalDeclaration = DeclarationOf<'saved-model' | 'tfjs'>;

const longest = 512 * 1024;

/** Reads one file of the registry. @throws DeclarationError */
export function parseDeclaration(text: string): Declaration {
  if (text.length > longest) throw new DeclarationError(`is longer than ${longest} characters`);
  const document = parseDocument(text, { prettyErrors: true });
  const [broken] = document.errors;
  if (broken) throw new DeclarationError(broken.message.split('\n', 1)[0]);
  let written: unknown;
  try {
    written = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new DeclarationError((error as Error).message);
  }
  const parsed = declarationSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  throw new DeclarationError(
    problemsOf(parsed.error)
      .map(({ path, message }) => `${path || 'the file'}: ${message}`)
      .join('; '),
  );
}

/** The files and folders that a declaration names, beside which its own file stands. */
export function filesOf(declared: Declaration): string[] {
  if (declared.kind === 'chat') return declared.policyFile === undefined ? [] : [declared.policyFile];
  if (declared.kind !== 'saved-model' && declared.kind !== 'tfjs') return [];
  const place = declared.kind === 'tfjs' ? dirname(declared.path) : declared.path;
  return [place, ...(declared.input.as === 'token-ids' ? [declared.input.vocabulary] : [])];
}

/** The key that a declaration names. @throws DeclarationError naming the variable */
export function keyOf(
  { keyEnv }: { keyEnv?: string | undefined },
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  if (keyEnv === undefined) return undefined;
  const key = environment[keyEnv];
  if (!key) throw new DeclarationError(`keyEnv: the variable ${keyEnv} is not set`);
  return key;
}
