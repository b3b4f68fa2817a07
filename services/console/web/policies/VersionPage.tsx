import { Button, NumberInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api.js';
import { percent, shortOf } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Choice } from '../parts/Choice.js';
import { Head } from '../parts/Head.js';
import { type Move, Moves } from '../parts/Moves.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { linkTo } from '../router.js';
import { may, type Session } from '../session.js';
import { strings } from '../strings.js';
import { Comparison } from './Comparison.js';
import { Difference } from './Difference.js';
import styles from './Policies.module.css';
import { RollBack } from './RollBack.js';
import { RuleList } from './RuleList.js';
import { makerOf, noteOf, words } from './sentence.js';
import { readPolicy } from './text.js';
import { toneOfVersion } from './tones.js';
import type { Holds, InForce, List, Moved, State, Whole } from './types.js';

const tabs = ['rules', 'text', 'difference', 'comparison', 'history'] as const;
type Tab = (typeof tabs)[number];

function History({ of }: { of: readonly Moved[] }) {
  if (of.length === 0) return <p className={table.none}>{words.history.none}</p>;
  return (
    <ul className={styles.rules}>
      {of.toReversed().map(({ to, at, by, secondedBy, why, share }) => (
        <li key={`${at} ${to}`}>
          <Badge tone={toneOfVersion[to]}>{words.states[to]}</Badge>{' '}
          {share !== undefined && words.share(percent(share))}{' '}
          <span className={table.dim}>
            {shortOf(at)}, {by}
            {secondedBy && ` ${words.history.with(secondedBy)}`}
          </span>
          <p>{why}</p>
        </li>
      ))}
    </ul>
  );
}

/** What a version can become next. */
function Next({ of, inForce, onDone }: { of: Whole; inForce: InForce; onDone: () => void }) {
  const [share, setShare] = useState<number | string>(10);
  const { moves } = words;
  const path = (name: string): string => `/v1/policies/${encodeURIComponent(of.id)}/${name}`;
  const body = { revision: inForce.revision };
  const all: Record<string, Move> = {
    shadow: { name: moves.shadow, path: path('shadow'), body },
    canary: {
      name: of.state === 'canary' ? moves.reshare : moves.canary,
      path: path('canary'),
      body: { ...body, share: Number(share) / 100 },
    },
    promote: { name: moves.promote, path: path('promote'), body, first: true },
    draft: { name: moves.draft, path: path('draft'), body },
    retire: { name: moves.retire, path: path('retire'), body },
    seen: { name: moves.seen, path: path('seen') },
  };
  const last = of.history.at(-1);
  const stopped = last?.from === 'canary' && last.to === 'draft' && last.by === 'the automatic stop';
  const order: Readonly<Record<State, readonly string[]>> = {
    draft: ['shadow', 'canary', 'promote', 'retire', ...(stopped ? ['seen'] : [])],
    shadow: ['canary', 'promote', 'draft', 'retire'],
    canary: ['canary', 'promote', 'shadow', 'draft', 'retire'],
    live: [],
    retired: ['draft'],
  };
  const some = order[of.state].map(name => all[name]!);
  if (some.length === 0) return null;
  return (
    <Moves title={moves.title} hint={moves.explain[of.state]} moves={some} onDone={onDone}>
      {order[of.state].includes('canary') && (
        <NumberInput
          size="xs"
          w="9.5rem"
          name="share"
          label={moves.canaryShare}
          value={share}
          onChange={setShare}
          min={0.1}
          max={25}
          suffix=" %"
        />
      )}
    </Moves>
  );
}

/** One version: what it says, how it differs, how it does, and what it can become. */
export function VersionPage({ id, session }: { id: string; session: Session }) {
  const queries = useQueryClient();
  const [tab, setTab] = useState<Tab>('rules');
  const read = useQuery({
    queryKey: ['policies', id],
    queryFn: () => ask<Whole>(`/v1/policies/${encodeURIComponent(id)}`),
    refetchInterval: 5_000,
  });
  const list = useQuery({
    queryKey: ['policies'],
    queryFn: () => ask<List>('/v1/policies'),
    refetchInterval: 5_000,
  });
  const holds = useQuery({ queryKey: ['rule-holds'], queryFn: () => ask<Holds>('/v1/rule-holds') });
  const of = read.data;
  const inForce = list.data?.inForce;
  const held = new Set((holds.data?.holds ?? []).filter(({ liftedAt }) => !liftedAt).map(({ rule }) => rule));
  const done = (): void => void queries.invalidateQueries({ queryKey: ['policies'] });
  if (!of)
    return (
      <>
        <Head title={id} />
        {read.error ? <Problem of={read.error} /> : <p className={table.none}>{strings.frame.loading}</p>}
      </>
    );
  const written = readPolicy(of.text);
  const writes = may(session, 'policies:write');
  const share = inForce?.canary?.id === id ? inForce.canary.share : undefined;
  return (
    <>
      <p>
        <a href={linkTo('policies')}>{words.back}</a>
      </p>
      <Head title={id} hint={`${noteOf(of.note)} (${makerOf(of.createdBy)}, ${shortOf(of.createdAt)})`}>
        <p>
          <Badge tone={toneOfVersion[of.state]}>{words.states[of.state]}</Badge>{' '}
          {share !== undefined && words.share(percent(share))}
        </p>
      </Head>
      <Problem of={list.error} />
      {writes && inForce && <Next of={of} inForce={inForce} onDone={done} />}
      {writes && of.state === 'live' && <RollBack live={of} onDone={done} />}
      <div className={styles.top}>
        <div className={styles.tabs}>
          <Choice
            label={words.part}
            value={tab}
            onChange={setTab}
            options={tabs.map(name => [name, words.tabs[name]] as const)}
          />
        </div>
        {writes && (
          <div className={styles.acts}>
            <Button size="xs" variant="default" component="a" href={linkTo('policies', 'from', id)}>
              {words.edit}
            </Button>
            <Button size="xs" variant="default" component="a" href={linkTo('backtests', 'new', id)}>
              {words.backtest}
            </Button>
          </div>
        )}
      </div>
      {tab === 'rules' && written && <RuleList of={written} held={of.state === 'live' ? held : new Set()} />}
      {(tab === 'text' || (tab === 'rules' && !written)) && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached.
        <section className={styles.text} tabIndex={0} aria-label={words.tabs.text}>
          {of.text}
        </section>
      )}
      {tab === 'difference' && <Difference key={id} id={id} />}
      {tab === 'comparison' && <Comparison key={id} id={id} />}
      {tab === 'history' && <History of={of.history} />}
    </>
  );
}
