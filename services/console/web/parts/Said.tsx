import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { headOf, heard, mostTold, type Refused, refusedFields, tellOf } from '../api.js';
import { strings } from '../strings.js';
import { fieldName } from './fieldName.js';
import styles from './Table.module.css';

/** What went wrong, said once; of fields that were refused, which and why. */
export function Problem({ of }: { of: unknown }) {
  const fields = useMemo(() => refusedFields(of), [of]);
  const at = useRef<HTMLDivElement>(null);
  const [names, setNames] = useState<readonly string[]>([]);
  // The form around this has named its fields already.
  useLayoutEffect(() => setNames(fields.map(({ path }) => fieldName(at.current, path))), [fields]);
  if (!of) return null;
  if (fields.length === 0)
    return (
      <p className={styles.bad} role="alert">
        {tellOf(of)}
      </p>
    );
  // Two of a list may be wrong in the same way.
  const lines = [...new Set(fields.map(({ path, said }, n) => heard(names[n] ?? path, said)))];
  return (
    <div ref={at} className={styles.bad} role="alert">
      <p>{headOf(of as Refused)}</p>
      <ul className={styles.faults}>
        {lines.slice(0, mostTold).map(line => (
          <li key={line}>{line}</li>
        ))}
        {lines.length > mostTold && <li>{strings.faults.more(lines.length - mostTold)}</li>}
      </ul>
    </div>
  );
}
