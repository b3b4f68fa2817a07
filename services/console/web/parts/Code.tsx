import styles from './Table.module.css';

/** JSON as it is; it scrolls by the keys too. */
export function Code({ of, label }: { of: unknown; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached.
    <section className={styles.code} tabIndex={0} aria-label={label}>
      {JSON.stringify(of, null, 2)}
    </section>
  );
}
