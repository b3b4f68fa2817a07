import { strings } from '../strings.js';
import styles from './Secret.module.css';
import { TestPost } from './TestPost.js';

/** What is shown this once. */
export function Secret({ title, hint, value }: { title: string; hint?: string | undefined; value: string }) {
  return (
    <div className={styles.secret} role="status">
      <p>
        <strong>{title}</strong> {strings.common.shownOnce}
      </p>
      {hint && <p>{hint}</p>}
      <TestPost words={value} />
    </div>
  );
}
