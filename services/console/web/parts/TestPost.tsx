import { Button, CopyButton } from '@mantine/core';
import { strings } from '../strings.js';
import styles from './TestPost.module.css';

/** Words to copy. */
export function TestPost({ words }: { words: string }) {
  return (
    <p className={styles.words}>
      <code>{words}</code>
      <CopyButton value={words}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="default" onClick={copy}>
            {copied ? strings.copied : strings.copy}
          </Button>
        )}
      </CopyButton>
    </p>
  );
}
