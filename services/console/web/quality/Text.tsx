import { Button } from '@mantine/core';
import { useState } from 'react';
import { strings } from '../strings.js';
import styles from './Quality.module.css';

/** What a post says is shown when asked for. */
export function Text({ label, text, children }: { label: string; text: string | undefined; children: string }) {
  const [shown, show] = useState(false);
  if (!shown)
    return (
      <Button size="compact-sm" variant="default" aria-label={label} onClick={() => show(true)}>
        {children}
      </Button>
    );
  return (
    <p className={styles.text} dir="auto">
      {text ?? strings.review.erased}
    </p>
  );
}
