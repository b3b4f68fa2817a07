import { strings } from '../strings.js';
import type { Connection } from '../useLive.js';
import styles from './LiveHead.module.css';

export function LiveHead({ sandbox, connection }: { sandbox: string | undefined; connection: Connection }) {
  const { links } = strings;
  return (
    <div className={styles.head}>
      <div className={styles.name}>
        <h1>{strings.frame.screens.live}</h1>
        <p>{strings.purpose}</p>
      </div>
      <p className={styles.links}>
        {sandbox && <a href={sandbox}>{links.sandbox}</a>}
        <a href="/metrics">{links.metrics}</a>
        <a href="/openapi.json">{links.api}</a>
        <a href="/README.md">{links.readme}</a>
      </p>
      <p className={styles.state} data-state={connection} aria-hidden="true">
        {strings.connection[connection]}
      </p>
      {/* Told once, when it changes; the figures are not read out. */}
      <p className="hidden-visually" role="status">
        {strings.connection.said[connection]}
      </p>
    </div>
  );
}
