import { NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api.js';
import { number, shortOf } from '../format.js';
import { More } from '../parts/More.js';
import { Problem } from '../parts/Said.js';
import { linkTo } from '../router.js';
import type { Session } from '../session.js';
import { strings } from '../strings.js';
import styles from './Legal.module.css';
import { OverUsual } from './OverUsual.js';
import { InstrumentTag, PhaseBadge, SealTag } from './Tags.js';
import { heardAt, Left, words } from './time.js';
import type { Listed, Listing } from './types.js';

/** Orders in a page of the list, and how often (ms) it is read anew. */
const page = 50;
const every = 2_000;

const count = (n: number, most: number): string => (n < most ? number(n) : words.counts.more(number(most)));

export function Counts({ of }: { of: Listing['counts'] | undefined }) {
  const { counts } = words;
  const shown = [
    ['withinHour', of && of.withinHour > 0 ? 'short' : undefined],
    ['overdue', of && of.overdue > 0 ? 'over' : undefined],
    ['open', undefined],
    ['forms', of && of.forms > 0 ? 'short' : undefined],
  ] as const;
  return (
    <dl className={styles.counts}>
      {shown.map(([name, tone]) => (
        <div key={name} data-tone={tone}>
          <dt>{counts[name]}</dt>
          <dd className={styles.count}>{of ? count(of[name], of.most) : '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

function Row({ it }: { it: Listed }) {
  return (
    <li>
      <Left of={it} />
      <div>
        <p>
          <a className={styles.reference} href={linkTo('orders', it.id)}>
            {it.reference ?? words.noReference}
          </a>
          <InstrumentTag of={it.instrument} />
          {it.sealed && <SealTag />}
        </p>
        <p className={styles.dim}>
          <span>{[it.authorityName ?? words.unknownAuthority, it.issuingState].filter(Boolean).join(', ')}</span>
          <span>{words.received(shortOf(it.receivedAt))}</span>
          <span>{words.items(it.items)}</span>
        </p>
      </div>
      <div>
        <p>
          <PhaseBadge of={it.phase} />
          {it.takenBy && <span className={styles.dim}>{words.takenBy(it.takenBy)}</span>}
        </p>
        {it.waits.length > 0 && (
          <p className={styles.dim}>
            {words.waitsFor} {it.waits.map(wait => words.waits[wait]).join(', ')}
          </p>
        )}
      </div>
    </li>
  );
}

/** Orders by the time that is left, or all of them; read anew every two seconds, in the same place. */
export function OrderList({ show, session }: { show: 'open' | 'all'; session: Session }) {
  const [authority, setAuthority] = useState('');
  const authorities = useQuery({
    queryKey: ['authorities'],
    queryFn: () => ask<{ authorities: { id: string; name: string }[] }>('/v1/authorities'),
    staleTime: 60_000,
  });
  const read = useInfiniteQuery({
    queryKey: ['orders', show, authority],
    initialPageParam: '',
    queryFn: async ({ pageParam }) => {
      const query = new URLSearchParams({ show, limit: String(page) });
      if (authority) query.set('authority', authority);
      if (pageParam) query.set('cursor', pageParam);
      const listing = await ask<Listing>(`/v1/desk/orders?${query}`);
      heardAt(listing.now);
      return listing;
    },
    getNextPageParam: ({ next }) => next,
    refetchInterval: every,
    placeholderData: before => before,
  });
  const [first] = read.data?.pages ?? [];
  // A page that moved on meanwhile may hold what another holds already.
  const orders = [
    ...new Map(read.data?.pages.flatMap(({ orders }) => orders.map(it => [it.id, it] as const))).values(),
  ];
  return (
    <>
      <OverUsual of={first?.volume} session={session} />
      <Counts of={first?.counts} />
      <div className={styles.bar}>
        <NativeSelect
          size="xs"
          label={words.authority}
          value={authority}
          onChange={event => setAuthority(event.currentTarget.value)}
          data={[
            { value: '', label: words.anyAuthority },
            { value: '-', label: words.noAuthority },
            ...(authorities.data?.authorities.map(({ id, name }) => ({ value: id, label: name })) ?? []),
          ]}
        />
      </div>
      <Problem of={read.error} />
      {orders.length > 0 ? (
        <ol className={styles.list}>
          {orders.map(it => (
            <Row key={it.id} it={it} />
          ))}
        </ol>
      ) : (
        <div className={styles.empty}>
          {read.isPending ? (
            <p>{strings.frame.loading}</p>
          ) : (
            <>
              <p>{authority ? words.noneSuch : show === 'open' ? words.none : words.noneAll}</p>
              {!authority && <p>{words.noneHint}</p>}
            </>
          )}
        </div>
      )}
      <More of={read} label={words.more} />
    </>
  );
}
