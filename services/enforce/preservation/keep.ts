import { endOfDay, plusMonths } from '../../clocks/index.js';
import { busKey, type DutyMoved, eventId } from '../../contracts/index.js';
import { readVersions, type StoredPost } from '../../ingest/index.js';
import { type Database, isoTime, type Outgoing, type Runtime, sql, type Write } from '../../runtime/index.js';
import type { EnforceRows, LookRow } from '../tables.js';
import { sealPart } from './envelope.js';
import { type PreservationKeys, publicPreservationKeys } from './keys.js';
import {
  type PreservedPartRow,
  type PreservedRow,
  type PreservedRows,
  preservedPartsTable,
  preservedTable,
} from './tables.js';

/** An item of an order, and where it is. */
export interface ToPreserve {
  orderId: string;
  n: number;
  platform: string;
  postId: string;
  /** The channel that the order came by. */
  route: string;
  at: number;
  seal?: string;
}

interface Changes {
  writes: Write[];
  events: Outgoing[];
}

/** Of a post that was changed again and again, the newest. */
const mostVersions = 20;
const mostLooks = 50;

const preservedId = ({
  orderId,
  n,
  platform,
  postId,
}: Pick<ToPreserve, 'orderId' | 'n' | 'platform' | 'postId'>): string =>
  eventId(`${orderId}/${n}`, 'preserved', busKey({ platform, id: postId }));

/** TCO Article 6(2): six months from the removal, to the end of the last day. */
const keepUntil = (zone: string, removedAt: number): number => endOfDay(zone, plusMonths(zone, removedAt, 6));

/** What the post said and showed. */
const contentOf = ({ post }: StoredPost) => {
  const { version, text, language, media, links, inReplyTo, ciphertext } = post;
  return { version, text, language, media, links, inReplyTo, ciphertext };
};
/** Who, when, where: what the law calls related data. */
const relatedOf = ({ post, receivedAt, route, flags }: StoredPost) => {
  const { version, url, author, audience, createdAt, views } = post;
  return {
    version,
    url,
    author,
    audience,
    createdAt,
    views,
    receivedAt: isoTime(receivedAt),
    route,
    flags,
  };
};
const lookOf = ({ phase, verdict, why, at, looks }: LookRow) => ({
  ...{ phase, verdict, why },
  at: isoTime(at),
  looks: JSON.parse(looks) as unknown,
});

/** A fact about the duty to preserve. */
export function preservationFact(
  row: Pick<PreservedRow, 'id' | 'platform' | 'post_id' | 'route' | 'seal'>,
  said: Pick<DutyMoved, 'duty' | 'subject' | 'happened' | 'at' | 'by' | 'due' | 'evidence'>,
): Outgoing {
  const { platform, post_id: postId, route, seal } = row;
  const data: DutyMoved = { platform, postId, version: 0, route, ...said, ...(seal === null ? {} : { seal }) };
  const id = eventId(said.subject, said.duty, said.happened);
  return {
    topic: 'evidence',
    event: { id, type: 'duty.moved.v1', source: '/enforce', time: said.at, key: row.id, data },
  };
}

/**
 * Keeps apart what orders take down (TCO Article 6). It is held from the moment the removal is asked for, since the platform's own word that it is deleted erases the
 * text, and may come before anybody saw that it is gone. Everything is writes for the commit in which the order says so.
 */
export class Preservation {
  readonly #keys: PreservationKeys;

  constructor(private readonly runtime: Runtime) {
    this.#keys = publicPreservationKeys(runtime);
  }

  get #db(): Database {
    return this.runtime.db;
  }

  #read(id: string): Promise<[PreservedRow | undefined, Pick<PreservedPartRow, 'n' | 'versions'>[]]> {
    const rows = this.#db.tables<PreservedRows>();
    return Promise.all([
      rows.selectFrom('preserved').selectAll().where('id', '=', id).executeTakeFirst(),
      rows.selectFrom('preserved_parts').select(['n', 'versions']).where('preserved_id', '=', id).execute(),
    ]);
  }

  async #gather(
    what: ToPreserve,
    looks: readonly LookRow[],
  ): Promise<{ found: PreservedRow | undefined; row: PreservedRow; writes: Write[] }> {
    const { orderId: order_id, n, platform, postId: post_id, route, at, seal } = what;
    const id = preservedId(what);
    const [found, parts] = await this.#read(id);
    const before = found?.state === 'erased' ? undefined : found;
    const known = new Set(before ? parts.flatMap(part => JSON.parse(part.versions) as number[]) : []);
    const versions = (await readVersions(this.#db, platform, post_id))
      .filter((one): one is StoredPost => 'post' in one && !one.post.deletedAt && one.post.audience === 'public')
      .filter(one => !known.has(one.post.version))
      .slice(-mostVersions);
    const next = Math.max(0, ...parts.map(part => part.n)) + 1;
    const place = { preserved_id: id, n: next, versions: JSON.stringify(versions.map(one => one.post.version)) };
    const made: { part: PreservedPartRow['part']; what: unknown }[] = [
      ...(versions.length > 0 ? [{ part: 'content' as const, what: { versions: versions.map(contentOf) } }] : []),
      ...(versions.length > 0 || looks.length > 0
        ? [{ part: 'related' as const, what: { versions: versions.map(relatedOf), looks: looks.map(lookOf) } }]
        : []),
    ];
    const current = await this.#keys.current();
    // An order waits for no key. There is one since `enforce` first ran, and without it nothing is removed.
    if (!current)
      this.runtime.log.error({ preserved: id }, 'nothing can be preserved yet: start enforce, which makes the key');
    const sealOne = async (key: NonNullable<typeof current>, part: PreservedPartRow['part'], plain: unknown) => ({
      ...{ ...place, part },
      ...(await sealPart({ ...place, part }, plain, key.kid, key.key)),
    });
    const sealed = current ? await Promise.all(made.map(one => sealOne(current, one.part, one.what))) : [];
    const bytes = (before?.bytes ?? 0) + sealed.reduce((sum, part) => sum + part.bytes, 0);
    const row: PreservedRow = before
      ? { ...before, bytes }
      : {
          ...{ id, order_id, n, platform, post_id, route, bytes },
          item: busKey({ platform, id: post_id }),
          state: 'held',
          held_at: at,
          prolonged: '[]',
          seal: seal ?? null,
          ...{ removed_at: null, keep_until: null, prolonged_until: null, erased_at: null, next_at: null },
        };
    const writes =
      sealed.length === 0
        ? []
        : [
            this.#db.insert(
              preservedPartsTable,
              sealed.map(({ bytes: _, ...part }) => part),
            ),
          ];
    return { found, row, writes };
  }

  /** Of a row that is there only what changes: somebody may ask for it to be kept longer at this moment. */
  #save(before: PreservedRow | undefined, after: PreservedRow): Write {
    if (!before || before.state === 'erased')
      return this.#db.insert(preservedTable, [after], { onConflict: 'replace' });
    const { state, bytes, removed_at, keep_until, next_at } = after;
    const query = this.#db
      .tables<PreservedRows>()
      .updateTable('preserved')
      .set({ state, bytes, removed_at, keep_until, next_at })
      .where('id', '=', before.id);
    return { query };
  }

  /** When a removal is asked for. */
  async hold(what: ToPreserve): Promise<Changes> {
    const { found, row, writes } = await this.#gather(what, []);
    return { writes: [this.#save(found, row), ...writes], events: [] };
  }

  /** When it is seen gone: six months begin. @param what `at` is when it was gone */
  async keep(what: ToPreserve): Promise<Changes> {
    const { platform, postId, at } = what;
    const rows = this.#db.tables<EnforceRows & PreservedRows>();
    const item = busKey({ platform, id: postId });
    const looks = await rows
      .selectFrom('looks')
      .innerJoin('removals', 'removals.id', 'looks.removal_id')
      .selectAll('looks')
      .where('removals.item', '=', item)
      .orderBy('looks.at', 'desc')
      .limit(mostLooks)
      .execute();
    const { found, row, writes } = await this.#gather(what, looks.reverse());
    const until = keepUntil(this.runtime.config.LEGAL_ZONE, at);
    const kept: PreservedRow = {
      ...row,
      state: 'kept',
      removed_at: at,
      keep_until: Math.max(until, row.keep_until ?? 0),
      next_at: Math.max(until, row.keep_until ?? 0) + 1,
    };
    // What another order took down before this one stays as long as the longer of the two needs it.
    const others = sql`update preserved set keep_until = ${until}, next_at = ${until + 1}
      where item = ${item} and state = 'kept' and keep_until < ${until}`.compile(rows);
    const begun = { duty: 'tco-preservation', subject: row.id, happened: 'begun', at, by: 'orders' } as const;
    return {
      writes: [{ query: others }, this.#save(found, kept), ...writes],
      events: [preservationFact(kept, begun)],
    };
  }

  /** It was not there, or is not to go after all: what was only held is erased. */
  release(what: Pick<ToPreserve, 'orderId' | 'n' | 'platform' | 'postId' | 'at'>): Write[] {
    const id = preservedId(what);
    const rows = this.#db.tables<PreservedRows>();
    const held = rows.selectFrom('preserved').select('id').where('id', '=', id).where('state', '=', 'held');
    return [
      {
        query: rows
          .updateTable('preserved_parts')
          .set({ wrapped: null, sealed: null })
          .where('preserved_id', 'in', held),
      },
      {
        query: rows
          .updateTable('preserved')
          .set({ state: 'erased', erased_at: what.at, next_at: null })
          .where('id', '=', id)
          .where('state', '=', 'held'),
      },
    ];
  }
}
