import type { ReactNode } from 'react';
import styles from './Head.module.css';

/** The head of a screen: what it is, and what can be chosen. */
export function Head({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className={styles.head}>
      <div>
        <h1>{title}</h1>
        {hint && <p>{hint}</p>}
      </div>
      {children && <div className={styles.choices}>{children}</div>}
    </div>
  );
}
