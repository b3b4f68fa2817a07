import { type EntryMade, entryMade } from '../contracts/index.js';
import { drop, ok, type Result, type Runtime, type Stage, type Write } from '../runtime/index.js';
import { type Salts, sealEntry } from './entry.js';
import { saltBytes } from './log/index.js';
import { type EnteredMove, figureWrites } from './sla/index.js';
import { findState } from './state.js';
import {
  type LedgerEntryRow,
  type LedgerNodeRow,
  type LedgerRows,
  type LedgerStateRow,
  ledgerEntriesTable,
  ledgerNodesTable,
  ledgerStateTable,
} from './tables.js';
import { Tail } from './tail.js';

/**
 * Appends to the log: entries, the hashes of tiles, the state and the figures in one commit. The state is changed from what was read, so that of
 * two who append at once one conflicts, and does it afresh on what the other wrote.
 */
export function appendStage(runtime: Runtime): Stage<typeof entryMade.schema> {
  const { db, time } = runtime;
  const rows = db.tables<LedgerRows>();
  /** Where the log ends by the last batches of this process; the database says which of them counts. */
  let tails: { root: string; tail: Tail }[] = [];

  const newSalts = (): Salts => ({ entry: time.secret(saltBytes), detail: time.secret(saltBytes) });

  async function readTail(state: LedgerStateRow | undefined): Promise<Tail> {
    if (!state) return new Tail();
    const known = tails.find(({ root, tail }) => root === state.root && tail.size === state.size);
    return known ? known.tail.copy() : Tail.read(db, state.size);
  }

  /** Posts of these entries that something was entered of. Erasing any other is nothing to enter. */
  async function entered(entries: readonly EntryMade[]): Promise<Set<string>> {
    const items = entries.flatMap(({ kind, item }) => (kind === 'data.erased' && item ? [item] : []));
    if (items.length === 0) return new Set();
    const found = await rows
      .selectFrom('ledger_entries')
      .select('item')
      .distinct()
      .where('item', 'in', db.among(items))
      .execute();
    return new Set(found.flatMap(({ item }) => (item === null ? [] : [item])));
  }

  function moveState(before: LedgerStateRow | undefined, after: LedgerStateRow): Write {
    if (!before) return db.insert(ledgerStateTable, [after]);
    const query = rows
      .updateTable('ledger_state')
      .set({ size: after.size, root: after.root, policy: after.policy, changed_at: after.changed_at })
      .where('id', '=', 1)
      .where('size', '=', before.size)
      .where('root', '=', before.root);
    return { query, atLeast: 1 };
  }

  /** Without its salt a commitment says nothing any more, and stays as good a proof that nothing was changed. */
  function eraseDetails({ item, before }: { item: string; before: number }): Write {
    const query = rows
      .updateTable('ledger_entries')
      .set({ detail: null, detail_salt: null, item: null })
      .where('item', '=', item)
      .where('idx', '<', before);
    return { query };
  }

  return {
    name: 'ledger',
    topic: 'ledger',
    accepts: { [entryMade.type]: entryMade.schema },
    batch: 1_000,
    // The clocks tell what happened in batches already; where much waits, a longer pause between what Kafka hands over would be most of the time.
    rest: 20,
    async handle(inputs) {
      const state = await findState(db);
      const data = inputs.map(input => input.data);
      const [tail, known] = await Promise.all([readTail(state), entered(data)]);
      const now = time.now();
      let policy = state?.policy ?? '';
      const entries: LedgerEntryRow[] = [];
      const nodes: LedgerNodeRow[] = [];
      const moves: EnteredMove[] = [];
      const erased: { item: string; before: number }[] = [];
      const results = data.map((made): Result => {
        const { kind, at, item, seal, detail } = made;
        if (kind === 'data.erased' && item && !known.has(item)) return drop('nothing was entered of it');
        // Only what decides: drafts and what runs beside it are entered each time.
        if (kind === 'policy.changed' && (detail.to ?? 'live') === 'live' && detail.version !== undefined) {
          if (detail.version === policy) return drop('this policy was entered last');
          policy = String(detail.version);
        }
        const salts = made.salts ?? newSalts();
        const sealed = sealEntry(made, salts);
        nodes.push(...tail.append(Buffer.from(sealed.entry, 'base64')));
        if (made.erasesDetails && item) erased.push({ item, before: tail.size });
        entries.push({
          ...sealed,
          idx: tail.size - 1,
          salt: salts.entry,
          detail_salt: salts.detail,
          kind,
          at,
          item: made.erasesDetails ? null : (item ?? null),
          seal: seal ?? null,
          entered_at: now,
        });
        for (const move of made.moves)
          moves.push({ entry: tail.size - 1, ...(seal === undefined ? {} : { seal }), move });
        if (kind !== 'data.erased' && item) known.add(item);
        return ok;
      });
      if (entries.length === 0) return { results };
      const root = tail.root().toString('base64');
      tails = [...tails.slice(-2), { root, tail }];
      return {
        results,
        writes: [
          moveState(state, { id: 1, size: tail.size, root, policy, changed_at: now }),
          db.insert(ledgerEntriesTable, entries),
          ...erased.map(eraseDetails),
          ...(nodes.length > 0 ? [db.insert(ledgerNodesTable, nodes)] : []),
          ...(await figureWrites(db, moves)),
        ],
      };
    },
  };
}
