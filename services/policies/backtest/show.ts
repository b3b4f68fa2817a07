import type { z } from 'zod';
import { isoTime } from '../../runtime/index.js';
import type { Change, Mark } from './batch.js';
import type { backtestSchema, changeSchema } from './bodies.js';
import { line } from './csv.js';
import type { Spec } from './replayer.js';
import { type Confusion, type Result, resultOf, type Share } from './result.js';
import type { BacktestRow, ChangeRow } from './tables.js';

/** How far it is. */
export function show(row: Omit<BacktestRow, 'policy' | 'against' | 'mark'>): z.infer<typeof backtestSchema> {
  const spec = JSON.parse(row.spec) as Spec;
  const perSecond = row.worked > 0 ? row.done / (row.worked / 1000) : 0;
  const running = row.state === 'running' && perSecond > 0;
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    version: row.version,
    against: row.against_version ?? 'done',
    over: spec.over,
    ...(spec.over !== 'posts' && { from: isoTime(spec.from), to: isoTime(spec.to) }),
    by: row.by,
    createdAt: isoTime(row.created_at),
    ...(row.started_at !== null && { startedAt: isoTime(row.started_at) }),
    ...(row.ended_at !== null && { endedAt: isoTime(row.ended_at) }),
    ...(row.error !== null && { error: row.error }),
    progress: {
      done: row.done,
      total: Math.max(row.total, row.done),
      perSecond: Math.round(perSecond),
      ...(running && { secondsLeft: Math.ceil(Math.max(0, row.total - row.done) / perSecond) }),
    },
  };
}

export const foundIn = (row: Pick<BacktestRow, 'mark'>): Result => resultOf((JSON.parse(row.mark) as Mark).tally);

export function showChange(
  { kind, change }: Pick<ChangeRow, 'kind' | 'change'>,
  shares: Readonly<Record<string, number>>,
): z.infer<typeof changeSchema> {
  return { ...(JSON.parse(change) as Change), stands: 1 / (shares[kind] ?? 1) } as z.infer<typeof changeSchema>;
}

export const changesHead = line([
  'platform',
  'id',
  'version',
  'language',
  'slice',
  'label',
  'truth',
  'action before',
  'rule before',
  'action after',
  'rule after',
  'found',
  'stands for',
]);

export const changeLine = (change: z.infer<typeof changeSchema>): string => {
  const { platform, id, version, language, slice, label, truth, before, after, met, stands } = change;
  const found = met.map(one => `${one.signal} ${one.label} ${one.score}`).join('; ');
  const told = [before.action, before.rule, after.action, after.rule, found, stands];
  return line([platform, id, version, language, slice, label, truth, ...told]);
};

/** Counts by language and rule, as a table. */
export const movesTable = ({ moves }: Result): string =>
  line(['language', 'action before', 'rule before', 'action after', 'rule after', 'posts']) +
  moves
    .map(({ language, before, after, posts }) =>
      line([language, before.action, before.rule, after.action, after.rule, posts]),
    )
    .join('');

const shareCells = (share: Share | null): (number | undefined)[] =>
  share
    ? [share.value, share.from, share.to].map(value => Math.round(value * 10_000) / 10_000)
    : [undefined, undefined, undefined];

const rowsOf = ({ by, value, ...sides }: Confusion): string =>
  (['before', 'after'] as const)
    .flatMap(when => {
      const { violating, harmless, precision, recall } = sides[when];
      const counts = [violating, harmless].flatMap(({ remove, withhold, review, allow }) => [
        remove,
        withhold,
        review,
        allow,
      ]);
      const shares = [precision.acted, precision.flagged, recall.acted, recall.flagged].flatMap(shareCells);
      return line([by, value, when, ...counts, ...shares]);
    })
    .join('');

/** Confusion by label, language and slice, as a table. */
export function confusionTable({ confusion }: Result): string {
  const actions = ['removed', 'withheld', 'reviewed', 'allowed'];
  const heads = ['violating', 'harmless'].flatMap(truth => actions.map(action => `${truth} ${action}`));
  const shares = [
    'precision of removed or withheld',
    'precision of not allowed',
    'recall of removed or withheld',
    'recall of not allowed',
  ];
  const ranges = shares.flatMap(share => [share, `${share}, from`, `${share}, to`]);
  return line(['by', 'value', 'policy', ...heads, ...ranges]) + confusion.map(rowsOf).join('');
}
