import { useMutation } from '@tanstack/react-query';
import { ask } from '../api.js';
import { Problem } from '../parts/Said.js';
import { Sure } from '../parts/Sure.js';
import table from '../parts/Table.module.css';
import styles from './Policies.module.css';
import { words } from './sentence.js';
import type { Version } from './types.js';

/** One click, asked once: what was live before is live again. */
export function RollBack({ live, onDone }: { live: Version; onDone: () => void }) {
  const back = useMutation({
    mutationFn: () => ask('/v1/policies/roll-back', { method: 'POST', body: { why: words.rollBackWhy } }),
    onSettled: onDone,
  });
  if (live.before === undefined) return null;
  return (
    <div className={styles.moves}>
      <p className={table.dim}>{words.rollBackSure}</p>
      <div className={styles.acts}>
        <Sure label={words.rollBackTo(live.before)} busy={back.isPending} onSure={() => back.mutate()}>
          {words.rollBack}
        </Sure>
      </div>
      <Problem of={back.error} />
    </div>
  );
}
