import { Button } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { ask } from '../api.js';
import { duration, number, shortOf } from '../format.js';
import { Badge, type Tone } from '../parts/Badge.js';
import { Choice } from '../parts/Choice.js';
import { Code } from '../parts/Code.js';
import { Head } from '../parts/Head.js';
import { More } from '../parts/More.js';
import { Problem } from '../parts/Said.js';
import styles from '../parts/Table.module.css';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';

const words = strings.platforms;
const states = ['failed', 'refused', 'pending', 'accepted', 'all'] as const;
type State = (typeof states)[number];

interface Delivery {
  id: string;
  platform: string;
  kind: 'remove' | 'restore';
  item: string;
  state: Exclude<State, 'all'>;
  createdAt: string;
  request: unknown;
  attempts: { at: string; ms: number; status?: number; outcome: string; detail: string; replay: boolean }[];
}
const tones: Record<Delivery['state'], Tone> = { failed: 'bad', refused: 'bad', pending: 'mute', accepted: 'mute' };
const page = 50;
const hasFailed = ({ state }: Delivery): boolean => state === 'failed' || state === 'refused';

function Connect() {
  return (
    <>
      {strings.samples.connect} <a href="/docs/connect-a-platform.md">{strings.samples.connectHow}</a>
    </>
  );
}

function Details({ it }: { it: Delivery }) {
  return (
    <>
      <p className={styles.dim}>{words.request}</p>
      <Code of={it.request} label={words.request} />
      <p className={styles.dim}>{words.answer}</p>
      <ul>
        {it.attempts.map(({ at, ms, status, outcome, detail, replay }) => (
          <li key={at}>
            {shortOf(at)}, {duration(ms)}: <strong>{status ?? words.noAnswer}</strong> {outcome}
            {replay && ` (${words.again})`} <span className={styles.dim}>{detail}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Every call to a platform; those that failed first of all. */
export default function Platforms({ session }: ScreenProps) {
  const queries = useQueryClient();
  const [state, setState] = useState<State>('failed');
  const [open, setOpen] = useState<string>();
  const read = useInfiniteQuery({
    queryKey: ['deliveries', state],
    initialPageParam: '',
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ limit: String(page) });
      if (state !== 'all') query.set('state', state);
      if (pageParam) query.set('before', pageParam);
      return ask<{ deliveries: Delivery[] }>(`/v1/deliveries?${query}`);
    },
    getNextPageParam: ({ deliveries }) => (deliveries.length === page ? deliveries.at(-1)?.createdAt : undefined),
    refetchInterval: 5_000,
  });
  // Whether there was ever one: else it is said what belongs here.
  const any = useQuery({
    queryKey: ['deliveries', 'any'],
    queryFn: () => ask<{ deliveries: Delivery[] }>('/v1/deliveries?limit=1'),
  });
  const rows = read.data?.pages.flatMap(({ deliveries }) => deliveries) ?? [];
  const retry = useMutation({
    mutationFn: async (ids: readonly string[]) => {
      const told = { done: 0, failed: 0, last: undefined as unknown };
      // One after the other: a platform that is just back is not run over.
      for (const id of ids) {
        try {
          const { state } = await ask<Delivery>(`/v1/deliveries/${encodeURIComponent(id)}/replay`, { method: 'POST' });
          if (state === 'accepted') told.done++;
          else told.failed++;
        } catch (error) {
          told.failed++;
          told.last = error;
        }
      }
      return told;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['deliveries'] }),
  });
  /** Also those that were not read yet. */
  const retryAll = async (): Promise<void> => {
    let all: { data?: typeof read.data; hasNextPage: boolean } = read;
    while (all.hasNextPage) all = await read.fetchNextPage();
    const found = all.data?.pages.flatMap(({ deliveries }) => deliveries) ?? [];
    retry.mutate(found.filter(hasFailed).map(({ id }) => id));
  };
  const mayRetry = may(session, 'deliveries:replay');
  const failed = rows.filter(hasFailed);
  const { columns } = words;
  return (
    <>
      <Head title={words.title} hint={words.hint}>
        <Choice
          label={words.state}
          value={state}
          onChange={setState}
          options={states.map(name => [name, words.states[name]] as const)}
        />
        {mayRetry && failed.length > 1 && (
          <Button size="compact-md" loading={retry.isPending} onClick={() => void retryAll()}>
            {words.retryAll(`${number(failed.length)}${read.hasNextPage ? '+' : ''}`)}
          </Button>
        )}
      </Head>
      <Problem of={read.error ?? retry.data?.last} />
      <p className={styles.dim} role="status">
        {retry.data ? words.retried(number(retry.data.done), number(retry.data.failed)) : ''}
      </p>
      <div className={styles.wrap}>
        {rows.length === 0 ? (
          <p className={styles.none}>
            {read.isPending ? strings.frame.loading : any.data?.deliveries.length === 0 ? <Connect /> : words.none}
          </p>
        ) : (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{columns.at}</th>
                <th scope="col">{columns.platform}</th>
                <th scope="col">{columns.kind}</th>
                <th scope="col">{columns.post}</th>
                <th scope="col">{columns.state}</th>
                <th scope="col" data-number>
                  {columns.tries}
                </th>
                <th scope="col">{strings.common.actions}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(it => (
                <Fragment key={it.id}>
                  <tr>
                    <td data-line>{shortOf(it.createdAt)}</td>
                    <td>{it.platform}</td>
                    <td>{words.kinds[it.kind]}</td>
                    <th scope="row">
                      <code>{it.item}</code>
                    </th>
                    <td>
                      <Badge tone={tones[it.state]}>{words.states[it.state]}</Badge>{' '}
                      <span className={styles.dim}>{it.attempts.at(-1)?.status}</span>
                    </td>
                    <td data-number>{number(it.attempts.length)}</td>
                    <td data-line>
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-expanded={open === it.id}
                        aria-label={`${strings.common.details}: ${it.item}`}
                        onClick={() => setOpen(open === it.id ? undefined : it.id)}
                      >
                        {strings.common.details}
                      </Button>
                      {mayRetry && it.state !== 'accepted' && (
                        <Button
                          size="compact-sm"
                          variant="default"
                          aria-label={words.retryOf(it.item)}
                          disabled={retry.isPending}
                          onClick={() => retry.mutate([it.id])}
                        >
                          {words.retry}
                        </Button>
                      )}
                    </td>
                  </tr>
                  {open === it.id && (
                    <tr>
                      <td colSpan={7}>
                        <Details it={it} />
                      </td>
                    </tr>
                  )}
                </Fragment>
              ))}
            </tbody>
          </table>
        )}
      </div>
      <More of={read} label={words.more} />
    </>
  );
}
