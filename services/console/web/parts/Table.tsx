import type { ReactNode } from 'react';
import styles from './Table.module.css';

/** A table in a frame of its own, which scrolls where it is narrow. @param className further classes of the table */
export function Table({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keys.
    <section className={styles.wrap} tabIndex={0} aria-label={label}>
      <table className={className ? `${styles.table} ${className}` : styles.table}>{children}</table>
    </section>
  );
}
