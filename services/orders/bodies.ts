import { z } from 'zod';
import { instant } from '../contracts/index.js';
import { orderSchema } from './annex-one.js';
import { holdGrounds, type OrderEvent, type Target } from './machine/index.js';

const note = z.string().trim().min(1).max(5_000);
const n = z.int().min(1).max(100);

/** An order as the desk enters what came as a letter, a fax or a PDF. */
export const deskOrderSchema = z.strictObject({
  order: orderSchema,
  receivedAt: instant.describe('when it really came in: the legal clock starts then'),
  file: z
    .strictObject({
      name: z.string().regex(/^[^/\\\p{Cc}]{1,200}$/u, 'takes a plain file name'),
      type: z.string().regex(/^[\w.+-]{1,60}\/[\w.+-]{1,60}$/, 'takes a media type'),
      content: z.base64().max(7_000_000).describe('base64, 5 MB at the most; kept as it is, and never opened'),
    })
    .optional(),
});

const target = z.strictObject({
  platform: z.string().min(1).max(63),
  post: z.string().min(1).max(512),
});

/** What the desk says of an order. */
export const deskEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('taken') }),
  z.strictObject({
    type: z.literal('execute'),
    everywhere: z
      .literal(true)
      .optional()
      .describe('needed where the order names some States, and the platform can only remove everywhere'),
  }),
  z.strictObject({
    type: z.literal('hold'),
    ground: z.enum(holdGrounds),
    explanation: z.string().trim().min(20).max(5_000),
    notAnOutageAlone: z
      .literal(true)
      .optional()
      .describe(
        'needed for force majeure and impossibility: an outage of the platform is not by itself an impossibility',
      ),
  }),
  z.strictObject({ type: z.literal('release'), note }),
  z.strictObject({ type: z.literal('refuse'), note }),
  z.strictObject({ type: z.literal('item-named'), n, target, moved: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('item-left'), n, note }),
  z.strictObject({
    type: z.literal('item-gone'),
    n,
    note: z
      .string()
      .trim()
      .min(20)
      .max(5_000)
      .describe('what was looked at, and what was seen: of a platform that can only be looked at by people'),
  }),
  z.strictObject({
    type: z.literal('item-back'),
    n,
    note: z.string().trim().min(20).max(5_000).describe('as with item-gone: that it can be read again'),
  }),
  z.strictObject({ type: z.literal('form-sent'), n, receipt: note }),
  z.strictObject({ type: z.literal('scrutiny-asked'), reasons: note }),
  z.strictObject({ type: z.literal('scrutiny-opened') }),
  z.strictObject({ type: z.literal('scrutiny-decided'), infringes: z.boolean(), note }),
  z.strictObject({ type: z.literal('scrutiny-waived') }),
  z.strictObject({ type: z.literal('final'), note }),
  z.strictObject({ type: z.literal('annulled'), note }),
  z.strictObject({ type: z.literal('withdrawn'), note }),
  z.strictObject({ type: z.literal('unsealed') }),
  z.strictObject({ type: z.literal('seal-extended'), until: instant }),
]);
type DeskEvent = z.output<typeof deskEventSchema>;

/** @param named the post that an `item-named` is about */
export function eventOf(said: DeskEvent, at: number, by: string, named: Target | undefined): OrderEvent | string {
  const who = { at, by };
  switch (said.type) {
    case 'hold': {
      const { ground, explanation, notAnOutageAlone } = said;
      const impossible = ground === 'force-majeure' || ground === 'impossibility';
      if (impossible && !notAnOutageAlone) return 'notAnOutageAlone';
      return { type: 'hold', ground, explanation, ...who };
    }
    case 'item-named':
      return named === undefined ? 'target' : { type: said.type, n: said.n, target: named, moved: said.moved, ...who };
    case 'item-gone':
      return { type: said.type, n: said.n, evidence: `${by} looked: ${said.note}`, ...who };
    case 'item-back':
      return { type: 'item-restored', n: said.n, staysDown: false, evidence: `${by} looked: ${said.note}`, ...who };
    case 'scrutiny-waived':
      return { ...said, lapsed: false, ...who };
    case 'seal-extended':
      return { type: said.type, until: Date.parse(said.until), ...who };
    default:
      return { ...said, ...who };
  }
}
