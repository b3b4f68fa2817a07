import { applySayings, type Needs } from './apply.js';
import { EntryError, type ListedEntry, listedEntry, nameOf, plain } from './entry.js';
import { idOf, type Saying } from './sayings.js';

/** A row as it was read: what is to be an entry (checked here, so anything may be in it), or why it could not be read. */
export type ImportRow = { line: number; entry: unknown } | { line: number; problem: string };

/** What became of an import. */
export interface Imported {
  /** Rows read, good and bad. */
  rows: number;
  added: number;
  /** In the bank, but not by this source, or with other tags or another expiry. */
  updated: number;
  /** In the bank just so already, or taken out by this operator's own people. */
  unchanged: number;
  refused: number;
  /** The first 10,000 of those refused. `line` as the row gave it. */
  errors: { line: number; reason: string }[];
}

/** One change of a list that is kept elsewhere, under the id that the entry has there. */
export type SourceChange = { sourceId: string; entry: ListedEntry } | { sourceId: string; removed: true };

/** What became of the changes of a list. */
export interface Applied {
  added: number;
  updated: number;
  /** Withdrawn by this source, and listed by no other. */
  removed: number;
  unchanged: number;
  /** What names nothing, or is not valid; the others are in. */
  refused: { sourceId: string; reason: string }[];
}

/** Rows of one commit, and characters of their texts: some 30 ms, for which other commits wait. */
const batchRows = 500;
const batchSize = 2_000_000;
const mostErrors = 10_000;

/**
 * Puts many entries into a bank, a commit five hundred rows; good rows are kept whatever the others are. None of them is confirmed: each
 * begins in review. The same rows again change nothing, so that what was cut off is simply imported again.
 * Each row's `entry` is `{ kind: 'text', text } | { kind: 'link', link, scope? } | { kind: 'pdq' | 'sha256' | 'md5', hash }`, with
 * `sourceId?`, `tags?`, `expiresAt?` (ms since 1970), `actsAt?` (text) or `actsWithin?` (pdq). Without `sourceId` the entry is its own id.
 * @param source who lists them. @param by who imports them. @param onBatch hears after each commit what became of the rows so far.
 * @throws UnavailableError, and what `rows` throws: what was committed before stays.
 */
export async function importEntries(
  runtime: Needs,
  bank: string,
  rows: AsyncIterable<ImportRow> | Iterable<ImportRow>,
  { source, by, onBatch }: { source: string; by: string; onBatch?: (soFar: Imported) => void },
): Promise<Imported> {
  const imported: Imported = { rows: 0, added: 0, updated: 0, unchanged: 0, refused: 0, errors: [] };
  const refuse = (line: number, reason: string) => {
    imported.refused++;
    if (imported.errors.length < mostErrors) imported.errors.push({ line, reason });
  };
  const batch = new Batch(runtime, bank, source, by, imported);
  let failed: { error: unknown } | undefined;
  const untilItFails = async function* () {
    try {
      yield* rows;
    } catch (error) {
      failed = { error };
    }
  };
  for await (const row of untilItFails()) {
    imported.rows++;
    if ('problem' in row) {
      refuse(row.line, row.problem);
      continue;
    }
    const said = sayingOf(row.entry);
    if ('problem' in said) refuse(row.line, said.problem);
    else if (await batch.add(said)) onBatch?.(imported);
  }
  // What was read before the rows failed is good.
  await batch.flush();
  onBatch?.(imported);
  if (failed) throw failed.error;
  return imported;
}

/**
 * Follows a list that is kept elsewhere: adds, updates and removes by the ids that it gives its entries; any number of changes, in their
 * order, a commit five hundred. Idempotent: the same again changes nothing. What several sources list stays while one of them lists it. What
 * only this source listed and our own people had confirmed goes back to review when it is withdrawn, and stays. What our own people took out
 * (`DELETE /v1/banks/...`) does not come back under the same id with the same content.
 * @throws UnavailableError: what was committed before stays; apply the same again.
 */
export async function applyChanges(
  runtime: Needs,
  bank: string,
  source: string,
  changes: readonly SourceChange[],
): Promise<Applied> {
  const applied: Applied = { added: 0, updated: 0, removed: 0, unchanged: 0, refused: [] };
  const batch = new Batch(runtime, bank, source, source, applied);
  for (const change of changes) {
    const said =
      'removed' in change
        ? { sourceId: plain(change.sourceId) }
        : sayingOf({ ...change.entry, sourceId: change.sourceId });
    if ('problem' in said) applied.refused.push({ sourceId: change.sourceId, reason: said.problem });
    else await batch.add(said);
  }
  await batch.flush();
  return applied;
}

function sayingOf(entry: unknown): Saying | { problem: string } {
  const parsed = listedEntry.safeParse(entry);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.join('.') || 'the row'}: ${issue?.message ?? 'is not valid'}`.slice(0, 300) };
  }
  try {
    const { tags, expiresAt = null, sourceId } = parsed.data;
    const named = { ...nameOf(parsed.data), tags, expiresAt };
    return { sourceId: sourceId ?? idOf(named), named };
  } catch (error) {
    if (error instanceof EntryError) return { problem: `${error.field}: ${error.reason}` };
    throw error;
  }
}

/** What waits to be committed together. */
class Batch {
  #sayings = new Map<string, Saying>();
  #size = 0;

  constructor(
    private readonly runtime: Needs,
    private readonly bank: string,
    private readonly source: string,
    private readonly by: string,
    private readonly counts: Record<'added' | 'updated' | 'unchanged', number> & { removed?: number },
  ) {}

  /** @returns whether that committed a batch. */
  async add(saying: Saying): Promise<boolean> {
    // What is said last under an id counts.
    const earlier = this.#sayings.get(saying.sourceId);
    if (earlier) {
      this.counts.unchanged++;
      this.#size -= earlier.named?.content.length ?? 0;
    }
    this.#sayings.set(saying.sourceId, saying);
    this.#size += saying.named?.content.length ?? 0;
    const full = this.#sayings.size >= batchRows || this.#size >= batchSize;
    if (full) await this.flush();
    return full;
  }

  async flush(): Promise<void> {
    if (this.#sayings.size === 0) return;
    const { runtime, bank, source, by, counts } = this;
    const sayings = [...this.#sayings.values()];
    this.#sayings = new Map();
    this.#size = 0;
    const outcomes = await applySayings(runtime, bank, source, sayings, { by });
    for (const { what } of outcomes) counts[what] = (counts[what] ?? 0) + 1;
  }
}
