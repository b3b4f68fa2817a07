import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Told } from '../../api/quality-types.js';
import { ask } from '../api.js';
import { strings } from '../strings.js';
import { answerName } from './Lines.js';
import styles from './Quality.module.css';

const words = strings.quality.told;
const path = '/console/api/quality/told';

/**
 * In the head of the queue: a case that one decided a moment ago was a test case, and what is right. Its place is kept, so that nothing moves when it comes.
 */
export function ToldNow() {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const read = useQuery({
    queryKey: ['quality', 'told'],
    queryFn: () => ask<{ told: Told[] }>(path),
    refetchInterval: 15_000,
  });
  const seen = useMutation({
    mutationFn: (id: string) => ask(path, { method: 'POST', body: { ids: [id] } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['quality', 'told'] }),
  });
  const one = read.data?.told.at(-1);
  return (
    <div className={styles.now} data-none={one === undefined}>
      <Button size="compact-sm" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
        {words.title}
      </Button>
      {one && open && (
        <section className={styles.told} aria-labelledby="told-now">
          <h2 id="told-now">{one.answer.decision === one.right.decision ? words.right : words.wrong}</h2>
          <p className={styles.text} dir="auto">
            {one.text}
          </p>
          <dl>
            <dt>{words.yours}</dt>
            <dd>{answerName(one.answer.decision, one.answer.category)}</dd>
            <dt>{words.known}</dt>
            <dd>
              <strong>{answerName(one.right.decision, one.right.category)}</strong>
            </dd>
          </dl>
          <p>{one.why}</p>
          <Button
            size="compact-md"
            variant="default"
            style={{ justifySelf: 'start' }}
            loading={seen.isPending}
            onClick={() => {
              setOpen(false);
              seen.mutate(one.id);
            }}
          >
            {words.seen}
          </Button>
        </section>
      )}
    </div>
  );
}
