import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { headOf, mostTold, type Refused, refusedFields, tellOf } from '../api.js';
import { strings } from '../strings.js';
import { fieldName } from './fieldName.js';
import styles from './Table.module.css';

/** What went wrong, said once; of fields that were refused, which and why. */
export function Problem({ of }: { of: unknown }) {
  const faults = useMemo(() => refusedFields(of), [of]);
  const at = useRef<HTMLDivElement>(null);
  const [names, setNames] = useState<readonly string[]>([]);
  // The form around this has named its fields already.
  useLayoutEffect(() => setNames(faults.map(({ path }) => fieldName(at.current, path))), [faults]);
  if (!of) return null;
  if (faults.length === 0)
    return (
      <p className={styles.bad} role="alert">
        {tellOf(of)}
      </p>
    );
  return (
    <div ref={at} className={styles.bad} role="alert">
      <p>{headOf(of as Refused)}</p>
      <ul className={styles.faults}>
        {faults.slice(0, mostTold).map(({ path, said }, n) => (
          <li key={`${path} ${said}`}>{strings.faults.heard(names[n] ?? path, said)}</li>
        ))}
        {faults.length > mostTold && <li>{strings.faults.more(faults.length - mostTold)}</li>}
      </ul>
    </div>
  );
}
