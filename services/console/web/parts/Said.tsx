import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { headOf, heard, type Refused, refusedFields, tellOf } from '../api.js';
import { fewLines } from '../fewLines.js';
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
  const lines = fields.map(({ path, said }, n) => heard(names[n] ?? path, said));
  return (
    <div ref={at} className={styles.bad} role="alert">
      <p>{headOf(of as Refused)}</p>
      <ul className={styles.faults}>
        {fewLines(lines, strings.faults).map(line => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
