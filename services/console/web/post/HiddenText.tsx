import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { readText } from '../api.js';
import { strings } from '../strings.js';
import styles from './HiddenText.module.css';
import { Part } from './Part.js';

const words = strings.post;

/** The text is read when asked for, and blurred until asked for again: nobody sees by chance what may be distressing. */
export function HiddenText({ platform, id, version }: { platform: string; id: string; version: number }) {
  const [stage, setStage] = useState<'hidden' | 'blurred' | 'clear'>('hidden');
  const { data, isError } = useQuery({
    queryKey: ['text', platform, id, version],
    queryFn: () => readText(platform, id, version),
    enabled: stage !== 'hidden',
    gcTime: 0,
  });
  if (stage === 'hidden') {
    return (
      <Part title={words.text}>
        <p className={styles.hint}>{words.textHint}</p>
        <Button size="compact-md" variant="default" onClick={() => setStage('blurred')}>
          {words.textShow}
        </Button>
      </Part>
    );
  }
  return (
    <Part title={words.text}>
      {isError && <p className={styles.hint}>{words.textFailed}</p>}
      {data !== undefined && (
        <>
          <p className={styles.text} data-blurred={stage === 'blurred'} aria-hidden={stage === 'blurred'} dir="auto">
            {data || words.textNone}
          </p>
          <Button
            size="compact-md"
            variant="default"
            onClick={() => setStage(stage === 'blurred' ? 'clear' : 'blurred')}
          >
            {stage === 'blurred' ? words.textClear : words.textBlur}
          </Button>
        </>
      )}
    </Part>
  );
}
