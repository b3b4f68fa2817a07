import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PostName } from '../App.js';
import { ask } from '../api.js';
import { dayOf, decimal, nameOfLanguage, number, percent, rate } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Head } from '../parts/Head.js';
import { More } from '../parts/More.js';
import { Problem } from '../parts/Said.js';
import { Table } from '../parts/Table.js';
import table from '../parts/Table.module.css';
import { actionOf } from '../policies/Comparison.js';
import styles from '../policies/Policies.module.css';
import type { Done } from '../policies/types.js';
import { PostDrawer } from '../post/PostDrawer.js';
import { linkTo } from '../router.js';
import { strings } from '../strings.js';
import { inMine } from '../words/pick.js';
import { tuning } from '../words/tuning.js';
import { Cancel, Progress, words } from './Progress.js';
import { type Backtest, type Change, isOpen, type Result, type Share } from './types.js';

const look = inMine(tuning);
const actions = ['remove', 'withhold', 'review', 'allow'] as const;
const shown = ({ action, rule }: Done) => (
  <>
    {actionOf(action)} <span className={table.dim}>{rule}</span>
  </>
);
const shareOf = (of: Share): string => (of ? words.share(percent(of.value), percent(of.from), percent(of.to)) : '–');

function Actions({ of }: { of: Result }) {
  return (
    <section className={styles.part} aria-label={words.actions}>
      <h2>{words.actions}</h2>
      <Table label={`${words.actions}: ${look.views.table}`}>
        <thead>
          <tr>
            <th scope="col">{words.posts}</th>
            {actions.map(name => (
              <th scope="col" data-number key={name}>
                {actionOf(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(['before', 'after'] as const).map(when => (
            <tr key={when}>
              <th scope="row">{words[when]}</th>
              {actions.map(name => (
                <td data-number key={name}>
                  {number(of[when][name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}

function Moves({ of }: { of: Result }) {
  const moves = of.moves.filter(({ before, after }) => before.action !== after.action || before.rule !== after.rule);
  return (
    <section className={styles.part} aria-label={words.moves}>
      <h2>{words.moves}</h2>
      {moves.length === 0 ? (
        <p className={table.dim}>{words.movesNone}</p>
      ) : (
        <Table label={`${words.moves}: ${look.views.table}`}>
          <thead>
            <tr>
              <th scope="col">{words.language}</th>
              <th scope="col">{words.before}</th>
              <th scope="col">{words.after}</th>
              <th scope="col" data-number>
                {words.posts}
              </th>
            </tr>
          </thead>
          <tbody>
            {moves.slice(0, 200).map(({ language, before, after, posts }) => (
              <tr key={[language, before.action, before.rule, after.action, after.rule].join()}>
                <th scope="row">{nameOfLanguage(language)}</th>
                <td>{shown(before)}</td>
                <td>{shown(after)}</td>
                <td data-number>{number(posts)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

function Confusion({ of }: { of: Result }) {
  return (
    <section className={styles.part} aria-label={words.confusion}>
      <h2>{words.confusion}</h2>
      {of.confusion.length === 0 ? (
        <p className={table.dim}>{words.confusionNone}</p>
      ) : (
        <>
          <p className={table.dim}>
            {words.confusionHint} {words.measures}
          </p>
          <Table label={`${words.confusion}: ${look.views.table}`}>
            <thead>
              <tr>
                <th scope="col">{words.of}</th>
                {(['precision', 'recall'] as const).flatMap(what =>
                  (['before', 'after'] as const).map(when => (
                    <th scope="col" key={`${what} ${when}`}>
                      {words[what]}: {words[when].toLowerCase()}
                    </th>
                  )),
                )}
              </tr>
            </thead>
            <tbody>
              {of.confusion.map(({ by, value, ...sides }) => (
                <tr key={`${by} ${value}`}>
                  <th scope="row">
                    {by === 'all' ? words.all : by === 'language' ? nameOfLanguage(value) : value}{' '}
                    <span className={table.dim}>{words.by[by]}</span>
                  </th>
                  {(['precision', 'recall'] as const).flatMap(what =>
                    (['before', 'after'] as const).map(when => (
                      <td data-line key={`${what} ${when}`}>
                        {shareOf(sides[when][what].flagged)}
                      </td>
                    )),
                  )}
                </tr>
              ))}
            </tbody>
          </Table>
        </>
      )}
    </section>
  );
}

function Changes({ of }: { of: Backtest }) {
  const [open, setOpen] = useState<PostName>();
  const read = useInfiniteQuery({
    queryKey: ['backtests', of.id, 'changes', of.state],
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ limit: '50', ...(pageParam !== '' && { cursor: pageParam }) });
      return ask<{ changes: Change[]; next?: string }>(`/v1/backtests/${encodeURIComponent(of.id)}/changes?${query}`);
    },
    initialPageParam: '',
    getNextPageParam: last => last.next,
  });
  const changes = read.data?.pages.flatMap(page => page.changes) ?? [];
  return (
    <section className={styles.part} aria-label={words.changes}>
      <h2>{words.changes}</h2>
      <Problem of={read.error} />
      {changes.length === 0 ? (
        <p className={table.dim}>{read.isPending ? strings.frame.loading : words.changesNone}</p>
      ) : (
        <Table label={`${words.changes}: ${look.views.table}`}>
          <thead>
            <tr>
              <th scope="col">{look.columns.post}</th>
              <th scope="col">{words.language}</th>
              <th scope="col">{words.before}</th>
              <th scope="col">{words.after}</th>
              <th scope="col">{words.found}</th>
              <th scope="col">{words.truth}</th>
              <th scope="col">{look.columns.action}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(it => (
              <tr key={`${it.platform}/${it.version}/${it.id}`}>
                <th scope="row">
                  <code>{it.id}</code>{' '}
                  <span className={table.dim}>
                    {it.platform}
                    {it.stands > 1 && `, ${words.stands(rate(it.stands))}`}
                  </span>
                </th>
                <td>{it.language && nameOfLanguage(it.language)}</td>
                <td>{shown(it.before)}</td>
                <td>{shown(it.after)}</td>
                <td>{it.met.map(({ label, score }) => `${label} ${decimal(score)}`).join(', ')}</td>
                <td>{it.truth && (words.truths[it.truth] ?? it.truth)}</td>
                <td data-line>
                  {of.over !== 'posts' && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={look.lookAt(it.id)}
                      onClick={() => setOpen({ platform: it.platform, id: it.id })}
                    >
                      {look.look}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <More of={read} label={words.more} />
      <PostDrawer post={open} onClose={() => setOpen(undefined)} />
    </section>
  );
}

/** One backtest: how far it is, and what it found. */
export function ResultPage({ id, writes }: { id: string; writes: boolean }) {
  const path = `/v1/backtests/${encodeURIComponent(id)}`;
  const read = useQuery({
    queryKey: ['backtests', id],
    queryFn: () => ask<Backtest & { result: Result }>(path),
    refetchInterval: query => (query.state.data && isOpen(query.state.data) ? 1_000 : false),
  });
  const of = read.data;
  if (!of)
    return (
      <>
        <Head title={words.title} />
        {read.error ? <Problem of={read.error} /> : <p className={table.none}>{strings.frame.loading}</p>}
      </>
    );
  const over = of.from && of.to ? words.over(dayOf(of.from), dayOf(of.to)) : words.file;
  return (
    <>
      <p>
        <a href={linkTo('backtests')}>{words.back}</a>
      </p>
      <Head title={of.version} hint={`${over}, ${words.held(of.against === 'done' ? words.doneThen : of.against)}`}>
        <Badge tone={of.state === 'done' ? 'good' : of.state === 'failed' ? 'bad' : 'info'}>
          {words.states[of.state]}
        </Badge>
      </Head>
      <div className={styles.moves}>
        <Progress of={of} />
        {writes && (
          <div className={styles.acts}>
            <Cancel of={of} />
          </div>
        )}
        {of.error && (
          <p className={table.bad} role="alert">
            {of.error}
          </p>
        )}
        <p className={styles.acts}>
          {words.download}:{' '}
          {(['changes', 'moves', 'confusion'] as const).map(name => (
            <a key={name} href={`${path}/export.csv?table=${name}`} download>
              {words.files[name]}
            </a>
          ))}
          <a href={`${path}/export.json`} download>
            {words.files.json}
          </a>
        </p>
      </div>
      <Actions of={of.result} />
      <Moves of={of.result} />
      <Confusion of={of.result} />
      {of.result.left.length > 0 && (
        <section className={styles.part} aria-label={words.undecided}>
          <h2>{words.undecided}</h2>
          <ul className={styles.changes}>
            {of.result.left.map(({ why, posts }) => (
              <li key={why}>
                {number(posts)}: {why}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Changes of={of} />
    </>
  );
}
