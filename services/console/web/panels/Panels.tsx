import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Figures } from '../../api/panels.js';
import { ask } from '../api.js';
import { inMine } from '../words/pick.js';
import { OnCall } from './OnCall.js';
import { Operator } from './Operator.js';
import styles from './Panels.module.css';
import { Regulator } from './Regulator.js';
import { Reading } from './reading.js';
import { type Words, wordsOf } from './words.js';

export interface PanelProps {
  words: Words;
  last: Reading;
  /** The last minutes, the oldest first, `last` among them. */
  readings: readonly Reading[];
}

const readers = { regulator: Regulator, operator: Operator, 'on-call': OnCall };
type Reader = keyof typeof readers;

/** Pause between two readings, ms, and how many are kept for rates. */
const every = 5_000;
const kept = 30;

/** What the dashboards of Grafana show, for those who have none: of this moment and the last minute. */
export function Panels() {
  const words = inMine(wordsOf);
  const [reader, setReader] = useState<Reader>('regulator');
  const readings = useRef<Reading[]>([]);
  const { data, isError } = useQuery({
    queryKey: ['figures'],
    queryFn: async () => {
      readings.current = [...readings.current, new Reading(await ask<Figures>('/console/api/panels'))].slice(-kept);
      return readings.current;
    },
    refetchInterval: every,
    // Readings are objects of a class; each is new.
    structuralSharing: false,
  });
  const last = data?.at(-1);
  const Shown = readers[reader];
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>{words.title}</h1>
        <SegmentedControl
          aria-label={words.who}
          data={Object.entries(words.readers).map(([value, label]) => ({ value, label }))}
          value={reader}
          onChange={value => setReader(value as Reader)}
        />
        <p>{words.hint}</p>
      </div>
      {isError && (
        <p className={styles.bad} role="alert">
          {words.failed}
        </p>
      )}
      {last && data ? (
        <div className={styles.panels}>
          <Shown words={words} last={last} readings={data} />
        </div>
      ) : (
        !isError && <p className={styles.dim}>{words.waiting}</p>
      )}
    </div>
  );
}
