import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { platformName } from '../../contracts/index.js';

const url = z.url({ protocol: /^https?$/ }).refine(text => {
  const { username, password } = new URL(text);
  return !username && !password;
}, 'must hold no user name and password');
const origin = url.refine(
  text => new URL(text).origin === text.replace(/\/$/, ''),
  'must be an origin such as https://example.org',
);

const fields = ['id', 'url', 'version', 'author'];

/** An address with `{id}`, `{url}`, `{version}` or `{author}` in it. */
const template = z
  .string()
  .max(2048)
  .superRefine((text, context) => {
    for (const [, field = ''] of text.matchAll(/\{([^{}]*)\}/g))
      if (!fields.includes(field))
        context.addIssue(`{${field}} is unknown; there are {id}, {url}, {version} and {author}`);
    if (text !== '{url}' && !url.safeParse(text.replaceAll(/\{[^{}]*\}/g, 'x')).success)
      context.addIssue('must be an http or https address, or "{url}"');
    // Where the text of a post decided which machine is asked, a stranger could send us anywhere.
    if (/^[^/]*\/\/[^/?#]*\{/.test(text)) context.addIssue('must name its host itself');
  });

const readPath = z
  .strictObject({
    name: z.string().min(1).max(64),
    url: template,
    kind: z.enum(['item', 'listing']).default('item'),
    accept: z.string().max(200).optional(),
    contains: z.string().min(1).optional().describe('words that a normal answer has'),
    looks: z.int().min(3).max(20).optional().describe('looks in a row that must find it gone'),
    exact: z.boolean().optional().describe('the address takes no added parameter'),
    byId: z.boolean().optional().describe('each entry of the listing carries its id'),
    origins: z.array(origin).min(1).max(20).optional().describe('origins that it may be read from and redirected to'),
  })
  .refine(path => path.url !== '{url}' || path.origins !== undefined, {
    path: ['origins'],
    message: 'is needed where the address is the one that the post came with: it is looked at nowhere else',
  });

const platform = z
  .strictObject({
    name: platformName.refine(name => !name.startsWith('sandbox'), 'must not begin with "sandbox"'),
    removeUrl: url.describe('is told what to remove'),
    restoreUrl: url.optional().describe('is told what to restore; default: removeUrl'),
    secretEnv: z
      .string()
      .regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable')
      .describe('environment variable with the signing secret (whsec_…)'),
    readPaths: z.array(readPath).max(20).default([]),
    control: z.strictObject({ url, contains: z.string().min(1) }).optional(),
    testAccounts: z.array(z.string().min(1).max(512)).max(1000).default([]),
    probe: z
      .strictObject({
        account: z.string().min(1).max(512).describe("the probe's alone: what it posts is in no figure"),
        postUrl: url.describe('is told what to post as that account'),
      })
      .optional(),
    media: z
      .strictObject({
        origins: z
          .array(z.url({ protocol: /^https?$/ }))
          .min(1)
          .max(20),
        internal: z.boolean().default(false),
      })
      .optional(),
    territorial: z.boolean().default(false),
    timeoutSeconds: z.int().min(1).max(120).default(15),
  })
  .superRefine(({ readPaths, control, probe, testAccounts }, context) => {
    if (probe && !testAccounts.includes(probe.account))
      context.addIssue({ code: 'custom', path: ['probe', 'account'], message: 'must be among testAccounts' });
    if (probe && readPaths.length === 0)
      context.addIssue({
        code: 'custom',
        path: ['probe'],
        message: 'needs readPaths: nothing else shows that it is gone',
      });
    if (readPaths.length > 0 && !control)
      context.addIssue({
        code: 'custom',
        path: ['control'],
        message: 'is needed beside readPaths: without it nothing counts as gone',
      });
    const names = readPaths.map(({ name }) => name);
    names.forEach((name, n) => {
      if (names.indexOf(name) < n)
        context.addIssue({ code: 'custom', path: ['readPaths', n, 'name'], message: `"${name}" is there twice` });
    });
  });

/** Platforms that are probed: each has series of its own at /metrics. */
const mostProbed = 10;

const file = z.strictObject({ platforms: z.array(platform).max(200) }).superRefine(({ platforms }, context) => {
  if (platforms.filter(({ probe }) => probe).length > mostProbed)
    context.addIssue({ code: 'custom', path: ['platforms'], message: `at most ${mostProbed} may have a probe` });
  platforms.forEach(({ name }, n) => {
    if (platforms.findIndex(other => other.name === name) < n)
      context.addIssue({ code: 'custom', path: ['platforms', n, 'name'], message: `"${name}" is there twice` });
  });
});

/** A platform of the file, with its secret. */
export interface WebhookPlatform extends z.infer<typeof platform> {
  secret: string;
}

/** The file of platforms can't be used. The message names each field, and never a secret. */
export class PlatformsError extends Error {
  override name = 'PlatformsError';
}

/**
 * Reads the platforms that `SANSDELAI_PLATFORMS` lists.
 * @throws PlatformsError naming each field that can't be used, or the variable of a secret that is not set.
 */
export function loadPlatforms(
  path: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): WebhookPlatform[] {
  const fail = (lines: string[]): never => {
    throw new PlatformsError(`${path} can't be used:\n${lines.map(line => `  ${line}`).join('\n')}`);
  };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return fail([(error as Error).message]);
  }
  const document = parseDocument(text);
  if (document.errors.length > 0) return fail(document.errors.map(error => error.message.split('\n')[0] ?? ''));
  const result = file.safeParse(document.toJS());
  if (!result.success) return fail(result.error.issues.map(issue => `${fieldOf(issue.path)}: ${issue.message}`));

  const platforms = result.data.platforms.map(one => ({ ...one, secret: environment[one.secretEnv] ?? '' }));
  const wrong = platforms.flatMap(({ secret, secretEnv }, n) => {
    const field = `platforms[${n}].secretEnv: the variable ${secretEnv}`;
    if (secret === '') return [`${field} is not set`];
    return isSecret(secret) ? [] : [`${field} must be a Standard Webhooks secret: whsec_ and 24 to 64 bytes in base64`];
  });
  return wrong.length > 0 ? fail(wrong) : platforms;
}

const fieldOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text ? '.' : ''}${String(part)}`),
    '',
  ) || 'the file';

function isSecret(secret: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (!encoded) return false;
  const bytes = Buffer.from(encoded, 'base64').length;
  if (bytes < 24 || bytes > 64) return false;
  try {
    new Webhook(secret);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
