import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError, problemsOf } from '../runtime/index.js';

/** Member States by ISO 3166 code. */
export const memberStates = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(
  ' ',
);
export const stateSchema = z.enum(memberStates as [string, ...string[]]);
const text = (most: number) => z.string().min(1).max(most);

const addressee = z.strictObject({
  name: text(200).describe('the authority'),
  contact: text(500).describe('how it is told: an address, a telephone number'),
});

const settingsSchema = z.strictObject({
  provider: z
    .strictObject({
      name: text(200).default('The provider'),
      representative: text(200).optional().describe('legal representative, of a provider outside the Union'),
      homeState: stateSchema.optional().describe('State of its main establishment or legal representative'),
      contact: text(500).optional().describe('contact point for orders'),
      authorisedPerson: text(200).optional().describe('who signs the answering forms'),
      languages: z
        .array(z.string().regex(/^[a-z]{2}$/))
        .min(1)
        .default(['en'])
        .describe('in which orders are taken'),
      audience: text(500).optional().describe('what a signed order has to name as its addressee (aud)'),
    })
    .prefault({}),
  register: text(1000).optional().describe('file (JSON) with the authorities that may order, and their keys'),
  inbox: text(1000).optional().describe('folder that is watched for orders'),
  outbox: text(1000).optional().describe('folder that answering forms are put into'),
  clientCertificateHeader: z
    .string()
    .regex(/^x-[a-z0-9-]{1,60}$/, 'takes a header that begins with x-')
    .optional()
    .describe("header in which the gateway, and nobody else, tells a client certificate's SHA-256"),
  usualOrdersADay: z
    .int()
    .min(1)
    .max(100_000)
    .default(20)
    .describe('of one authority, where the register says nothing'),
  exposed: z
    .strictObject({
      humanCheck: z
        .number()
        .min(0.001)
        .max(1)
        .default(0.05)
        .describe('share of what rules remove by themselves that a person verifies while the provider is exposed'),
    })
    .prefault({}),
  threats: z
    .strictObject({
      authorities: z.partialRecord(stateSchema, addressee).default({}),
      home: addressee.optional().describe('contact point of the home State (Article 12(2))'),
      europol: addressee.optional(),
    })
    .prefault({}),
});

/** Who answers orders, and where they come in. Paths are from the file's folder. */
export type OrderSettings = z.output<typeof settingsSchema>;

/** @throws ConfigError that names what is wrong in the file */
export function readSettings(path: string | undefined): OrderSettings {
  if (path === undefined) return settingsSchema.parse({});
  let given: unknown;
  try {
    given = parseDocument(readFileSync(path, 'utf8')).toJS({ maxAliasCount: 10 });
  } catch (error) {
    throw new ConfigError(`SANSDELAI_ORDERS: ${path} can't be read: ${(error as Error).message}`);
  }
  const parsed = settingsSchema.safeParse(given ?? {});
  if (!parsed.success) {
    const [first] = problemsOf(parsed.error);
    throw new ConfigError(`SANSDELAI_ORDERS: ${path}: ${first?.path || 'the whole'}: ${first?.message}`);
  }
  const { register, inbox, outbox, ...rest } = parsed.data;
  const from = (file: string): string => resolve(dirname(path), file);
  return {
    ...rest,
    ...(register && { register: from(register) }),
    ...(inbox && { inbox: from(inbox) }),
    ...(outbox && { outbox: from(outbox) }),
  };
}
