import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api.js';
import { duration, number } from '../format.js';
import { Problem } from '../parts/Said.js';
import { Sure } from '../parts/Sure.js';
import table from '../parts/Table.module.css';
import styles from '../policies/Policies.module.css';
import { backtests } from '../words/backtests.js';
import { inMine } from '../words/pick.js';
import { type Backtest, isOpen } from './types.js';

export const words = inMine(backtests);

/** How far it is, and what is left. */
export function Progress({ of: { state, progress, name } }: { of: Backtest }) {
  const { done, total, perSecond, secondsLeft } = progress;
  const said = [
    words.progress(number(done), number(total)),
    ...(state === 'running' && perSecond > 0 ? [words.speed(number(perSecond))] : []),
    ...(secondsLeft === undefined ? [] : [words.left(duration(secondsLeft * 1_000))]),
  ].join(', ');
  return (
    <>
      {state === 'running' && (
        <progress
          className={styles.progress}
          max={Math.max(1, total)}
          value={done}
          aria-label={`${name}: ${words.columns.progress}`}
        />
      )}
      <span className={table.dim}>{said}</span>
    </>
  );
}

export function Cancel({ of }: { of: Backtest }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => ask(`/v1/backtests/${encodeURIComponent(of.id)}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['backtests'] }),
  });
  if (!isOpen(of)) return null;
  return (
    <>
      <Sure label={words.cancelOf(of.name)} busy={cancel.isPending} onSure={() => cancel.mutate()}>
        {words.cancel}
      </Sure>
      <Problem of={cancel.error} />
    </>
  );
}
