import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { PostName } from '../App.js';
import { ask } from '../api.js';
import { shortOf } from '../format.js';
import styles from '../legal/Legal.module.css';
import { articleOf, hearTime, useLegalNow } from '../legal/time.js';
import { Badge, type Tone } from '../parts/Badge.js';
import { Choice } from '../parts/Choice.js';
import { Head } from '../parts/Head.js';
import { More } from '../parts/More.js';
import { Problem } from '../parts/Said.js';
import { Table } from '../parts/Table.js';
import table from '../parts/Table.module.css';
import { left } from '../review/Countdown.js';
import { byName } from '../review/store.js';
import { linkTo } from '../router.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { locale, strings } from '../strings.js';
import { de, en, fr } from '../words/clocks.js';
import { nameOfObligation as nameOf } from '../words/obligations.js';
import { inMine } from '../words/pick.js';

const PostDrawer = lazy(async () => ({ default: (await import('../post/PostDrawer.js')).PostDrawer }));
const words = inMine({ en, fr, de });
const views = ['open', 'obligations'] as const;
const page = 50;

interface Clock {
  id: string;
  obligation: string;
  state: string;
  subject: string;
  platform: string;
  post: string;
  dueAt?: string;
  level: number;
  reopened: number;
}
interface Obligation {
  name: string;
  setBy: 'law' | 'operator';
  article?: string;
  nature: string;
  bears: string;
  starts: string;
  suspends?: string;
  stops: string;
  limit?: string;
}
interface Law {
  obligations: Obligation[];
  warnings: number[];
  pagedFrom: number;
  onCall: string[];
}

const percent = new Intl.NumberFormat(locale, { style: 'percent' });
const share = (level: number): string => percent.format(level / 100);
const tones: Record<string, Tone> = { breached: 'bad', running: 'info', suspended: 'mute' };

/** "6 months" as the reader writes it. */
function limitOf({ limit }: Obligation): string {
  const [, n, unit] = /^(\d+) (second|minute|hour|day|week|month)s?$/.exec(limit ?? '') ?? [];
  if (n && unit) return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(Number(n));
  if (limit?.startsWith('before 1 March')) return words.beforeMarch;
  return limit ?? words.onlyReported;
}

/** Clocks of an order are called after it. */
const ofOrder =
  /^(tco-(removal|received-to-gone|feedback|inability|scrutiny|scrutiny-request|reinstatement|non-disclosure)|order-desk|dsa-order(-feedback)?)$/;

function About({ of, orders, onPost }: { of: Clock; orders: boolean; onPost: (post: PostName) => void }) {
  const { obligation, subject, platform, post } = of;
  const [id = ''] = subject.split('/');
  return (
    <p className={styles.line}>
      {ofOrder.test(obligation) &&
        (orders ? (
          <a href={linkTo('orders', id)}>{words.order(id.slice(0, 10))}</a>
        ) : (
          <span>{words.order(id.slice(0, 10))}</span>
        ))}
      {obligation === 'threat-to-life' && (orders ? <a href={linkTo('threats')}>{words.threat}</a> : words.threat)}
      {platform && post && (
        <Button size="compact-sm" variant="default" onClick={() => onPost({ platform, id: post })}>
          {platform} {post.length > 16 ? `${post.slice(0, 16)}…` : post}
        </Button>
      )}
    </p>
  );
}

function Row({ it, orders, onPost }: { it: Clock; orders: boolean; onPost: (post: PostName) => void }) {
  const now = useLegalNow();
  const rest = it.dueAt === undefined ? undefined : Date.parse(it.dueAt) - now;
  const tone = rest === undefined ? 'still' : rest < 0 ? 'over' : rest < 12 * 60_000 ? 'short' : 'calm';
  return (
    <tr>
      <td>
        <div className={styles.left} data-tone={tone}>
          {rest === undefined ? <p>{words.noDue}</p> : <p className={styles.time}>{left(rest)}</p>}
          {rest !== undefined && rest < 0 && <p>{words.over}</p>}
        </div>
      </td>
      <th scope="row">{nameOf(it.obligation)}</th>
      <td>
        <About of={it} orders={orders} onPost={onPost} />
      </td>
      <td data-line>{it.dueAt ? shortOf(it.dueAt) : '–'}</td>
      <td>
        <Badge tone={tones[it.state] ?? 'mute'}>{words.states[it.state] ?? it.state}</Badge>{' '}
        {it.reopened > 0 && <span className={table.dim}>{words.reopened(it.reopened)}</span>}
      </td>
      <td>{it.level === 0 ? '–' : it.level >= 100 ? words.levelOver : words.level(share(it.level))}</td>
    </tr>
  );
}

function Open({ law, orders }: { law: Law | undefined; orders: boolean }) {
  const [obligation, setObligation] = useState('');
  const [post, setPost] = useState<PostName>();
  useQuery({ queryKey: ['server-time'], queryFn: hearTime, staleTime: 600_000, enabled: orders });
  const read = useInfiniteQuery({
    queryKey: ['clocks', obligation],
    initialPageParam: '',
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ limit: String(page) });
      if (obligation) query.set('obligation', obligation);
      if (pageParam) query.set('cursor', pageParam);
      return ask<{ clocks: Clock[]; next?: string }>(`/v1/clocks?${query}`);
    },
    getNextPageParam: ({ next }) => next,
    // Who has paged on is not taken away from where they are.
    refetchInterval: query => ((query.state.data?.pages.length ?? 0) > 1 ? false : 3_000),
    placeholderData: before => before,
  });
  const clocks = [
    ...new Map(read.data?.pages.flatMap(({ clocks }) => clocks.map(it => [it.id, it] as const))).values(),
  ];
  const { columns } = words;
  return (
    <>
      <div className={styles.bar}>
        <NativeSelect
          size="xs"
          label={words.obligation}
          value={obligation}
          onChange={event => setObligation(event.currentTarget.value)}
          data={[
            { value: '', label: words.any },
            ...(law?.obligations ?? [])
              .map(({ name }) => ({ value: name, label: nameOf(name) }))
              .sort((a, b) => byName(a.label, b.label)),
          ]}
        />
      </div>
      <Problem of={read.error} />
      {clocks.length === 0 ? (
        <div className={styles.empty}>
          <p>{read.isPending ? strings.frame.loading : obligation ? words.noneOf : words.none}</p>
          {!read.isPending && <p>{words.noneHint}</p>}
        </div>
      ) : (
        <Table label={words.view.open} className={styles.clocksTable}>
          <thead>
            <tr>
              {(['left', 'obligation', 'about', 'due', 'state', 'warned'] as const).map(name => (
                <th key={name} scope="col">
                  {columns[name]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {clocks.map(it => (
              <Row key={it.id} it={it} orders={orders} onPost={setPost} />
            ))}
          </tbody>
        </Table>
      )}
      <More of={read} label={words.more} />
      <Suspense>{post && <PostDrawer post={post} onClose={() => setPost(undefined)} />}</Suspense>
    </>
  );
}

function Warned({ row, law }: { row: Obligation; law: Law }) {
  if (row.limit === undefined) return words.nobodyReported;
  if (row.nature === 'at-least') return words.nobody;
  const list = new Intl.ListFormat(locale, { type: 'unit' });
  const logged = law.warnings.filter(level => level < law.pagedFrom).map(share);
  const paged = law.warnings.filter(level => level >= law.pagedFrom).map(share);
  return (
    <>
      {logged.length > 0 && <span className={styles.line}>{words.warnLog(list.format(logged))}</span>}
      <span className={styles.line}>{words.warnPage(list.format([...paged, share(100)]))}</span>
    </>
  );
}

function Obligations({ law }: { law: Law }) {
  const { table: columns } = words;
  return (
    <>
      <p className={table.dim} style={{ marginBottom: '0.6rem' }}>
        {law.onCall.length > 0 ? words.onCall(law.onCall.join(', ')) : words.onCallNone}
      </p>
      <Table label={words.view.obligations} className={styles.law}>
        <thead>
          <tr>
            <th scope="col">{words.obligation}</th>
            {(['limit', 'starts', 'suspends', 'stops', 'warned'] as const).map(name => (
              <th key={name} scope="col">
                {columns[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {law.obligations.map(row => {
            const said = words.rows[row.name];
            return (
              <tr key={row.name}>
                <th scope="row">
                  {nameOf(row.name)}
                  <span className={`${styles.line} ${styles.plain} ${table.dim}`}>
                    {row.article && articleOf(row.article)}
                  </span>
                  {words.bears[row.bears] && (
                    <span className={`${styles.line} ${styles.plain} ${table.dim}`}>{words.bears[row.bears]}</span>
                  )}
                </th>
                <td>
                  <strong>{limitOf(row)}</strong>
                  {words.nature[row.nature] && (
                    <span className={`${styles.line} ${table.dim}`}>{words.nature[row.nature]}</span>
                  )}
                  {row.limit !== undefined && (
                    <span className={styles.line}>
                      <span className={styles.tag} data-of={row.setBy === 'law' ? 'tco' : 'own'}>
                        {words.setBy[row.setBy]}
                      </span>
                    </span>
                  )}
                </td>
                <td>{said?.starts ?? row.starts}</td>
                <td>{row.suspends ? (said?.suspends ?? row.suspends) : words.nothing}</td>
                <td>{said?.stops ?? row.stops}</td>
                <td>
                  <Warned row={row} law={law} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </>
  );
}

/** Every open clock, the nearest first, and the table of obligations. */
export default function Clocks({ session, rest }: ScreenProps) {
  const shown = rest[0] === 'obligations' ? 'obligations' : 'open';
  const read = useQuery({
    queryKey: ['obligations'],
    queryFn: () => ask<Law>('/v1/obligations'),
    staleTime: 600_000,
  });
  return (
    <>
      <Head title={words.title} hint={words.hint}>
        <Choice
          label={words.views}
          value={shown}
          onChange={view => {
            window.location.hash = view === 'open' ? linkTo('clocks') : linkTo('clocks', view);
          }}
          options={views.map(name => [name, words.view[name]] as const)}
        />
      </Head>
      <Problem of={read.error} />
      {shown === 'open' && <Open law={read.data} orders={may(session, 'orders:read')} />}
      {shown === 'obligations' && read.data && <Obligations law={read.data} />}
    </>
  );
}
