import { useInfiniteQuery } from '@tanstack/react-query';
import { ask } from '../api.js';
import { number, shortOf } from '../format.js';
import { More } from '../parts/More.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { strings } from '../strings.js';
import styles from './Legal.module.css';
import { words } from './time.js';

interface Attempt {
  id: string;
  at: string;
  channel: string;
  claimed: string;
  status: number;
  reason: string;
  bytes: number;
}

/** What came as an order and was none. */
export function Attempts() {
  const read = useInfiniteQuery({
    queryKey: ['desk-attempts'],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      ask<{ attempts: Attempt[]; next?: string }>(
        `/v1/desk/attempts${pageParam && `?cursor=${encodeURIComponent(pageParam)}`}`,
      ),
    getNextPageParam: ({ next }) => next,
    refetchInterval: 10_000,
  });
  const rows = read.data?.pages.flatMap(({ attempts }) => attempts) ?? [];
  const { attempt } = words;
  return (
    <>
      <Problem of={read.error} />
      {rows.length === 0 ? (
        <div className={styles.empty}>
          <p>{read.isPending ? strings.frame.loading : words.attemptsNone}</p>
          <p>{words.attemptsHint}</p>
        </div>
      ) : (
        <>
          <p className={table.dim}>{words.attemptsHint}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached. */}
          <section className={`${table.wrap} ${styles.more}`} tabIndex={0} aria-label={words.view.attempts}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">{attempt.at}</th>
                  <th scope="col">{attempt.channel}</th>
                  <th scope="col">{attempt.claimed}</th>
                  <th scope="col">{attempt.status}</th>
                  <th scope="col">{attempt.reason}</th>
                  <th scope="col" data-number>
                    {attempt.bytes}
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ id, at, channel, claimed, status, reason, bytes }) => (
                  <tr key={id}>
                    <td data-line>{shortOf(at)}</td>
                    <td>{words.channels[channel] ?? channel}</td>
                    <th scope="row">{claimed || '–'}</th>
                    <td>{status}</td>
                    <td className={styles.words}>{reason.replace(/ \{\}$/, '')}</td>
                    <td data-number>{number(bytes)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
      <More of={read} label={words.more} />
    </>
  );
}
