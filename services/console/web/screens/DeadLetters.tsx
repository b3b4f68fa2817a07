import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { ask } from '../api.js';
import { number, shortOf } from '../format.js';
import { Code } from '../parts/Code.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import styles from '../parts/Table.module.css';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';

const words = strings.letters;

interface Letter {
  id: string;
  consumer: string;
  topic: string;
  reason: string;
  at: string;
  event: unknown;
}

/** What no stage could handle: why, and again. */
export default function DeadLetters({ session }: ScreenProps) {
  const queries = useQueryClient();
  const [open, setOpen] = useState<string>();
  const read = useQuery({
    queryKey: ['dead-letters'],
    queryFn: () => ask<{ deadLetters: Letter[] }>('/v1/dead-letters?limit=500'),
    refetchInterval: 5_000,
  });
  const replay = useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) await ask(`/v1/dead-letters/${encodeURIComponent(id)}/replay`, { method: 'POST' });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['dead-letters'] }),
  });
  const rows = read.data?.deadLetters ?? [];
  const mayReplay = may(session, 'dead-letters:replay');
  const { columns } = words;
  return (
    <>
      <Head title={words.title} hint={words.hint}>
        {mayReplay && rows.length > 1 && (
          <Button size="compact-md" loading={replay.isPending} onClick={() => replay.mutate(rows.map(({ id }) => id))}>
            {words.retryAll(number(rows.length))}
          </Button>
        )}
      </Head>
      <Problem of={read.error ?? replay.error} />
      <div className={styles.wrap}>
        {rows.length === 0 ? (
          <p className={styles.none}>{read.isPending ? strings.frame.loading : strings.deadLetters.none}</p>
        ) : (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{columns.at}</th>
                <th scope="col">{columns.stage}</th>
                <th scope="col">{columns.topic}</th>
                <th scope="col">{columns.reason}</th>
                <th scope="col">{strings.common.actions}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ id, consumer, topic, reason, at, event }) => (
                <Fragment key={id}>
                  <tr>
                    <td data-line>{shortOf(at)}</td>
                    <th scope="row">{consumer}</th>
                    <td>{topic}</td>
                    <td>{reason.length > 160 && open !== id ? `${reason.slice(0, 160)} …` : reason}</td>
                    <td data-line>
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-expanded={open === id}
                        aria-label={`${strings.common.details}: ${id}`}
                        onClick={() => setOpen(open === id ? undefined : id)}
                      >
                        {strings.common.details}
                      </Button>
                      {mayReplay && (
                        <Button
                          size="compact-sm"
                          variant="default"
                          aria-label={strings.deadLetters.replayOf(id)}
                          disabled={replay.isPending}
                          onClick={() => replay.mutate([id])}
                        >
                          {strings.deadLetters.replay}
                        </Button>
                      )}
                    </td>
                  </tr>
                  {open === id && (
                    <tr>
                      <td colSpan={5}>
                        <p className={styles.dim}>{words.event}</p>
                        <Code of={event} label={words.event} />
                      </td>
                    </tr>
                  )}
                </Fragment>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}
