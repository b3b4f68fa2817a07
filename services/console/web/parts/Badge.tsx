import type { ReactNode } from 'react';
import styles from './Badge.module.css';

export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'mute';

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}
