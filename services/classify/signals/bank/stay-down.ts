import { type Post, type PostBanked, type PostUnbanked, postBanked, postUnbanked } from '../../../contracts/index.js';
import { readStates } from '../../../enforce/index.js';
import { readPosts } from '../../../ingest/index.js';
import {
  deadLetter,
  drop,
  type Input,
  ok,
  type Result,
  type Runtime,
  type Stage,
  type Write,
} from '../../../runtime/index.js';
import { planSayings } from './apply.js';
import { EntryError, type ListedEntry, listedEntry, nameOf } from './entry.js';
import { idOf, type Saying } from './sayings.js';
import type { BankRows, ListingRow } from './tables.js';

/** What enters a bank because of a decision on this post has this source: so it is found again where the post is brought back. */
export const sourceOf = (platform: string, postId: string): string => `decision on ${platform}/${postId}`;

/** What an order offers has a source of its own: its end takes out nothing that a person decided. */
const sourceOfOffer = (order: string, platform: string, postId: string): string =>
  `order ${order} on ${platform}/${postId}`;

interface Done {
  result: Result;
  writes: Write[];
}

/**
 * Follows what people decided about banks: the text and the media hashes of a post that they removed enter the bank that they named, confirmed by
 * them; where they bring the post back, that is taken out again. A decision of long ago that comes only now, of a post that is public again,
 * is left out.
 */
export function stayDownStage({
  db,
  time,
}: Pick<Runtime, 'db' | 'time'>): Stage<typeof postBanked.schema | typeof postUnbanked.schema> {
  async function enter({ platform, postId, version, caseId, bank, by, offeredBy }: PostBanked): Promise<Done> {
    const states = await readStates(db, platform, [postId]);
    if (states.get(postId)?.wanted === 'public') return { result: drop('brought back meanwhile'), writes: [] };
    const [stored] = await readPosts(db, [{ platform, id: postId, version }]);
    if (!stored && offeredBy) return { result: drop('the post was erased before it could be offered'), writes: [] };
    if (!stored) return { result: deadLetter(`the post was erased before it could enter bank ${bank}`), writes: [] };
    const { sayings, refused } = sayingsOf(stored.post, offeredBy ? `order:${offeredBy}` : `case:${caseId}`);
    if (sayings.length === 0 && offeredBy) return { result: drop('nothing of it can be found again'), writes: [] };
    if (sayings.length === 0) {
      const why = refused.length > 0 ? refused.join('; ') : 'it has neither text nor hashes of media';
      return { result: deadLetter(`nothing of the post could enter bank ${bank}: ${why}`), writes: [] };
    }
    const [source, manner] = offeredBy
      ? [sourceOfOffer(offeredBy, platform, postId), { by }]
      : [sourceOf(platform, postId), { by, confirmed: true, byHand: true }];
    const { writes } = await planSayings({ db, time }, bank, source, sayings, manner);
    return { result: ok, writes };
  }

  async function takeOut({ platform, postId, by, offeredBy }: PostUnbanked): Promise<Done> {
    const source = offeredBy ? sourceOfOffer(offeredBy, platform, postId) : sourceOf(platform, postId);
    const byBank = new Map<string, Saying[]>();
    for (const { bank, source_id: sourceId } of await listedBy(source)) {
      byBank.set(bank, [...(byBank.get(bank) ?? []), { sourceId }]);
    }
    if (byBank.size === 0) return { result: drop('nothing of it is in a bank'), writes: [] };
    const writes: Write[] = [];
    for (const [bank, sayings] of byBank) {
      writes.push(...(await planSayings({ db, time }, bank, source, sayings, { by })).writes);
    }
    return { result: ok, writes };
  }

  /** Cost: one look-up by key for each bank. */
  const listedBy = (source: string): Promise<Pick<ListingRow, 'bank' | 'source_id'>[]> =>
    db
      .tables<BankRows>()
      .selectFrom('bank_listings')
      .select(['bank', 'source_id'])
      .where('bank', 'in', db.tables<BankRows>().selectFrom('banks').select('name'))
      .where('source', '=', source)
      .execute();

  return {
    name: 'stay-down',
    topic: 'decisions',
    accepts: { [postBanked.type]: postBanked.schema, [postUnbanked.type]: postUnbanked.schema },
    // Two that name the same text could not be planned together; decisions of people are few.
    batch: 1,
    async handle(inputs) {
      const done = await Promise.all(inputs.map(input => (isBanked(input) ? enter(input.data) : takeOut(input.data))));
      return { results: done.map(({ result }) => result), writes: done.flatMap(({ writes }) => writes) };
    },
  };
}

const isBanked = (input: Input<PostBanked | PostUnbanked>): input is Input<PostBanked> =>
  input.type === postBanked.type;

/** The text of a post and the hashes of its media, as entries; links are not: they may lead to what has nothing to do with it. */
function sayingsOf({ text, media = [], version }: Post, tag: string): { sayings: Saying[]; refused: string[] } {
  const tags = [tag];
  const entries: ListedEntry[] = media.flatMap(hashes =>
    (['pdq', 'sha256', 'md5'] as const).flatMap(kind => {
      const hash = hashes[kind];
      return hash === undefined ? [] : [{ kind, hash, tags } as const];
    }),
  );
  if (text) entries.unshift({ kind: 'text', text, tags });
  const sayings = new Map<string, Saying>();
  const refused: string[] = [];
  for (const entry of entries) {
    try {
      const given = listedEntry.parse(entry);
      const named = { ...nameOf(given), tags, expiresAt: null };
      const sourceId = `${version}/${idOf(named)}`;
      sayings.set(sourceId, { sourceId, named });
    } catch (error) {
      if (!(error instanceof EntryError)) throw error;
      refused.push(error.message);
    }
  }
  return { sayings: [...sayings.values()], refused };
}
