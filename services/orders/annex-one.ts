import { z } from 'zod';
import { instant } from '../contracts/index.js';
import type { Instrument } from './machine/index.js';

/**
 * What an order says: Annex I of Regulation (EU) 2021/784 as far as it is needed to act on it, and Article 9(2) of Regulation (EU) 2022/2065. The template can be
 * amended (Article 19): whatever changes in it changes here. Every element may be missing: what lacks is a finding, and the order is received all the same.
 */
const line = z.string().max(500);
const words = z.string().max(50_000);
const state = z.string().regex(/^[A-Z]{2}$/, 'takes an ISO 3166 code of two letters');
const contact = z.strictObject({
  name: line.optional(),
  kind: z.enum(['judge', 'law-enforcement', 'other']).optional(),
  address: line.optional(),
  representative: line.optional(),
  file: line.optional(),
  email: line.optional(),
  telephone: line.optional(),
});

/** Article 2(7)(a) to (e). */
export const contentTypes = [
  'incites',
  'solicits-offence',
  'solicits-participation',
  'instructs',
  'threatens',
] as const;

export const orderSchema = z.strictObject({
  instrument: z.enum(['tco', 'dsa9']),
  reference: z.string().min(1).max(200).optional(),
  issuingState: state.optional(),
  issuedAt: instant.optional(),
  language: z
    .string()
    .regex(/^[a-z]{2}$/, 'takes a language of two letters')
    .optional(),
  legalBasis: line.optional(),
  authority: contact.optional(),
  items: z
    .array(
      z.strictObject({
        url: z.string().min(1).max(2_048),
        /** The post by the platform's name and id, where the authority knows them. */
        platform: z.string().max(63).optional(),
        id: z.string().max(512).optional(),
        note: z.string().max(2_000).optional(),
      }),
    )
    .max(100)
    .optional(),
  types: z.array(z.enum(contentTypes)).max(5).optional(),
  reasons: words.optional(),
  redress: z.strictObject({ body: line.optional(), court: line.optional(), deadline: line.optional() }).optional(),
  nonDisclosure: z.strictObject({ until: instant, reasons: words.optional() }).optional(),
  feedbackTo: line.optional(),
  /** TCO: a copy went to the authority of the provider's State. */
  copied: z.boolean().optional(),
  /** DSA: the States in which it is to go, and by when. */
  territory: z.array(state).max(60).optional(),
  deadline: instant.optional(),
});
export type OrderContent = z.output<typeof orderSchema>;

export interface Finding {
  /** Where in the order. */
  path: string;
  message: string;
  article: string;
}

/** Signatures and clocks of two sides differ a little. */
const skew = 5 * 60_000;

type Check = [path: string, missing: (order: OrderContent) => boolean, message: string, letter: string];

const both: readonly Check[] = [
  ['reference', order => !order.reference, 'it has no reference number', 'a'],
  ['authority.name', order => !order.authority?.name, 'it names no authority', 'a'],
  ['issuingState', order => !order.issuingState, 'it does not say which State issues it', 'a'],
  ['reasons', order => (order.reasons?.trim().length ?? 0) < 20, 'it gives no sufficiently detailed reasons', 'b'],
  ['items', order => !order.items?.length, 'it names no address', 'c'],
  ['legalBasis', order => !order.legalBasis, 'it names no legal basis', 'd'],
  ['issuedAt', order => !order.issuedAt, 'it has no date and time of issue', 'e'],
  ['redress', order => !order.redress?.body && !order.redress?.court, 'it says nothing of redress', 'f'],
];
const tcoOnly: readonly Check[] = [
  ['types', order => !order.types?.length, 'it does not say which kind of terrorist content it is', 'b'],
];
const dsaOnly: readonly Check[] = [
  ['territory', order => !order.territory?.length, 'it does not say in which territory it applies', 'c'],
];

const articleOf = (instrument: Instrument, letter: string): string =>
  instrument === 'tco' ? `Regulation (EU) 2021/784, Art. 3(4)(${letter})` : 'Regulation (EU) 2022/2065, Art. 9(2)';

/** What an order lacks, with the path of each element. @param languages in which orders are taken */
export function findingsOf(order: OrderContent, languages: readonly string[], now: number): Finding[] {
  const { instrument } = order;
  const finding = (path: string, message: string, letter: string): Finding => ({
    path,
    message,
    article: articleOf(instrument, letter),
  });
  const lacking = [...both, ...(instrument === 'tco' ? tcoOnly : dsaOnly)]
    .filter(([, missing]) => missing(order))
    .map(([path, , message, letter]) => finding(path, message, letter));
  for (const [n, { url }] of (order.items ?? []).entries()) {
    const address = URL.canParse(url) ? new URL(url) : undefined;
    if (!address || !/^https?:$/.test(address.protocol) || address.username)
      lacking.push(finding(`items.${n}.url`, 'it is no exact web address', 'c'));
  }
  if (order.issuedAt && Date.parse(order.issuedAt) > now + skew)
    lacking.push(finding('issuedAt', 'it is dated in the future', 'e'));
  if (order.language && !languages.includes(order.language))
    lacking.push(finding('language', `it is in "${order.language}"; orders are taken in ${languages.join(', ')}`, 'a'));
  return lacking;
}
