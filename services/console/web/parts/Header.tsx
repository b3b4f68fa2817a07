import { strings } from '../strings.js';
import type { Connection } from '../useLive.js';
import styles from './Header.module.css';

export function Header({ sandbox, connection }: { sandbox: string | undefined; connection: Connection }) {
  const { links } = strings;
  return (
    <header className={styles.header}>
      <div className={styles.inner}>
        <img className={styles.mark} src="/icon.svg" alt="" width="34" height="34" />
        <div className={styles.name}>
          <h1>{strings.name}</h1>
          <p>{strings.purpose}</p>
        </div>
        <nav className={styles.links} aria-label={links.label}>
          {sandbox && <a href={sandbox}>{links.sandbox}</a>}
          <a href="/metrics">{links.metrics}</a>
          <a href="/openapi.json">{links.api}</a>
          <a href="/README.md">{links.readme}</a>
        </nav>
        <p className={styles.state} data-state={connection} aria-hidden="true">
          {strings.connection[connection]}
        </p>
        {/* Told once, when it changes; the figures are not read out. */}
        <p className="hidden-visually" role="status">
          {strings.connection.said[connection]}
        </p>
      </div>
    </header>
  );
}
