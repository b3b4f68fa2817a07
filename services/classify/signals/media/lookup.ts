import { Router } from 'express';
import { z } from 'zod';
import { requireScope } from '../../../accounts/index.js';
import type { Post } from '../../../contracts/index.js';
import { parseBody, type Runtime, readBody } from '../../../runtime/index.js';
import { type Banks, knownTextSignal } from '../bank/index.js';
import type { BankRows } from '../bank/tables.js';
import { keysOf, normalLink } from '../links/index.js';

const most = 1_000;
/** Of one that is asked for: the nearest. */
const mostMatches = 50;
const mostBytes = 4 * 1024 * 1024;
/** How long is looked up before other work gets its turn, in ms. */
const turn = 5;

const hex = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), `must be ${digits} hex digits`)
    .toLowerCase();
/** What is asked for: one of these. */
export const lookupSchema = z
  .strictObject({
    pdq: hex(64).optional(),
    sha256: hex(64).optional(),
    md5: hex(32).optional(),
    text: z.string().min(1).max(100_000).optional(),
    link: z.string().min(1).max(2048).optional(),
  })
  .refine(asked => Object.values(asked).filter(value => value !== undefined).length === 1, {
    message: 'must have one of pdq, sha256, md5, text, link',
  });
export const lookupsSchema = z.union([lookupSchema, z.array(lookupSchema).min(1).max(most)]);
type Asked = z.output<typeof lookupSchema>;

/** An entry that what was asked for is like. */
export const lookupMatchSchema = z.object({
  id: z.string(),
  bank: z.string(),
  kind: z.enum(['text', 'link', 'pdq', 'sha256', 'md5']),
  /** Of a picture: bits of 256 that differ; of a file 0. */
  distance: z.int().optional(),
  /** Of a text: from 0 to 1. */
  similarity: z.number().optional(),
  /** Whether this operator's own people confirmed it. */
  confirmed: z.boolean(),
  /** Whether a rule may act on this match by itself: it is confirmed, and near enough to what was confirmed. */
  acts: z.boolean(),
  tags: z.array(z.string()),
  /** Who lists it. */
  sources: z.array(z.string()),
});
export const lookupAnswerSchema = z.object({
  /** The nearest first, no more than 50. */
  matches: z.array(lookupMatchSchema),
  /** How many there are. */
  total: z.int(),
});
export type LookupMatch = z.output<typeof lookupMatchSchema>;
type Match = Omit<LookupMatch, 'tags' | 'sources'>;

/** `POST /v1/banks/lookup`: what the banks know of a hash, text or link, or of up to 1,000 of them, in their order. Nothing is kept of it. */
export function lookupRoutes(runtime: Pick<Runtime, 'db' | 'time'>, banks: Banks): Router {
  const router = Router();
  const find = finder(banks, runtime);
  router.post('/v1/banks/lookup', requireScope('banks:read'), readBody(mostBytes), async (req, res) => {
    const asked = parseBody(req, lookupsSchema);
    const found: Match[][] = [];
    let since = runtime.time.steady();
    for (const one of Array.isArray(asked) ? asked : [asked]) {
      if (runtime.time.steady() - since > turn) {
        await runtime.time.sleep(0);
        since = runtime.time.steady();
      }
      found.push(await find(one));
    }
    const shown = found.map(matches => matches.slice(0, mostMatches));
    const more = await detailsOf(runtime.db, new Set(shown.flatMap(matches => matches.map(({ id }) => id))));
    const answers = shown.map((matches, n) => ({
      matches: matches.map(match => ({ ...match, ...(more.get(match.id) ?? { tags: [], sources: [] }) })),
      total: found[n]!.length,
    }));
    res.json(Array.isArray(asked) ? answers : answers[0]);
  });
  return router;
}

/** Everything is matched as it is in posts. */
function finder(banks: Banks, { time }: Pick<Runtime, 'time'>): (asked: Asked) => Promise<Match[]> {
  const texts = knownTextSignal(banks, time);

  async function ofText(text: string): Promise<Match[]> {
    const post = { platform: 'lookup', id: '', version: 1, text } as Post;
    const [found = []] = await texts.assess([post], { now: time.now(), testAccounts: {} });
    return found.flatMap(({ entry, label, score }) => {
      if (!entry) return [];
      const acts = entry.confirmed && label !== 'known-text-similar';
      return { ...entry, kind: 'text', similarity: score, acts };
    });
  }

  function ofLink(link: string): Match[] {
    const normal = normalLink(link);
    if (!normal) return [];
    const entries = new Map(keysOf(normal).flatMap(key => banks.links(key).map(entry => [entry.id, entry] as const)));
    return [...entries.values()].map(({ id, bank, confirmed }) => ({
      id,
      bank,
      kind: 'link',
      confirmed,
      acts: confirmed,
    }));
  }

  return async ({ text, link, ...hashes }) => {
    if (text !== undefined) return ofText(text);
    if (link !== undefined) return ofLink(link);
    return (await banks.media(hashes)).map(({ entry: { id, bank, kind, confirmed, actsWithin }, distance }) => ({
      id,
      bank,
      kind,
      distance,
      confirmed,
      acts: confirmed && distance <= actsWithin,
    }));
  };
}

/** What is not kept in memory of entries. Empty where there are none to read. */
async function detailsOf(
  db: Runtime['db'],
  ids: ReadonlySet<string>,
): Promise<Map<string, Pick<LookupMatch, 'tags' | 'sources'>>> {
  if (ids.size === 0) return new Map();
  const wanted = db.among([...ids]);
  const tables = db.tables<BankRows>();
  const [entries, listings] = await Promise.all([
    tables.selectFrom('bank_entries').select(['id', 'tags', 'source']).where('id', 'in', wanted).execute(),
    tables.selectFrom('bank_listings').select(['entry_id', 'source']).where('entry_id', 'in', wanted).execute(),
  ]);
  const sources = new Map<string, Set<string>>();
  for (const { entry_id, source } of listings) sources.set(entry_id, (sources.get(entry_id) ?? new Set()).add(source));
  return new Map(
    entries.map(({ id, tags, source }) => [
      id,
      { tags: JSON.parse(tags), sources: [...(sources.get(id) ?? new Set([source]))].sort() },
    ]),
  );
}
