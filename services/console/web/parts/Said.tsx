import { tellOf } from '../api.js';
import styles from './Table.module.css';

/** What went wrong, said once. */
export function Problem({ of }: { of: unknown }) {
  if (!of) return null;
  return (
    <p className={styles.bad} role="alert">
      {tellOf(of)}
    </p>
  );
}
