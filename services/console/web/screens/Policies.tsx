import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { ask } from '../api.js';
import { decimal, percent, shortOf } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Choice } from '../parts/Choice.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import { Table } from '../parts/Table.js';
import table from '../parts/Table.module.css';
import { Drift } from '../policies/Drift.js';
import { Held } from '../policies/Held.js';
import { RollBack } from '../policies/RollBack.js';
import { makerOf, noteOf, words } from '../policies/sentence.js';
import { moveThreshold } from '../policies/text.js';
import { toneOfVersion } from '../policies/tones.js';
import type { List, Version, Whole } from '../policies/types.js';
import { linkTo } from '../router.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';

// One version and the editor are read when they are asked for.
const VersionPage = lazy(async () => ({ default: (await import('../policies/VersionPage.js')).VersionPage }));
const Editor = lazy(async () => ({ default: (await import('../policies/Editor.js')).Editor }));

const views = ['versions', 'held', 'drift'] as const;
type View = (typeof views)[number];
const isView = (name: string): name is View => (views as readonly string[]).includes(name);
const order = ['live', 'canary', 'shadow', 'draft', 'retired'] as const;

const useList = () =>
  useQuery({ queryKey: ['policies'], queryFn: () => ask<List>('/v1/policies'), refetchInterval: 5_000 });

function Versions({ of: { policies, inForce } }: { of: List }) {
  const { columns } = words;
  const rank = ({ state }: Version): number => order.indexOf(state);
  // Among those of one state the newest is first already.
  const rows = policies.toSorted((a, b) => rank(a) - rank(b));
  return (
    <Table label={words.views.versions}>
      <thead>
        <tr>
          <th scope="col">{columns.version}</th>
          <th scope="col">{columns.state}</th>
          <th scope="col">{columns.note}</th>
          <th scope="col">{columns.by}</th>
          <th scope="col">{columns.at}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, state, note, createdBy, createdAt }) => (
          <tr key={id} data-over={state === 'retired'}>
            <th scope="row" className={table.line}>
              <a href={linkTo('policies', id)}>{id}</a>
            </th>
            <td data-line>
              <Badge tone={toneOfVersion[state]}>{words.states[state]}</Badge>{' '}
              {inForce.canary?.id === id && words.share(percent(inForce.canary.share))}
            </td>
            <td>{noteOf(note)}</td>
            <td>{makerOf(createdBy)}</td>
            <td data-line>{shortOf(createdAt)}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** A draft begun from a version, with one threshold moved already where the tuning screen asked for that. */
function Draft({ from, move }: { from: string | undefined; move: readonly string[] }) {
  const list = useList();
  const id = from ?? list.data?.inForce.live;
  const read = useQuery({
    queryKey: ['policies', id],
    queryFn: () => ask<Whole>(`/v1/policies/${encodeURIComponent(id ?? '')}`),
    enabled: id !== undefined,
    // What is being edited is not pulled from under the hands.
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!read.data || id === undefined)
    return (
      <>
        <Head title={words.editor.title} />
        <Problem of={list.error ?? read.error} />
      </>
    );
  const [rule, signal, label, language, threshold] = move;
  const text =
    rule && signal && label && language && threshold
      ? moveThreshold(read.data.text, {
          rule,
          signal,
          label,
          language: language === '*' ? undefined : language,
          threshold: Number(threshold),
        })
      : read.data.text;
  const note = text === read.data.text ? '' : `${label} ≥ ${decimal(Number(threshold))}`;
  return <Editor from={id} before={read.data.text} text={text} note={note} />;
}

function Lists({ view, session }: { view: View; session: ScreenProps['session'] }) {
  const queries = useQueryClient();
  const list = useList();
  const writes = may(session, 'policies:write');
  const live = list.data?.policies.find(({ state }) => state === 'live');
  return (
    <>
      <Head title={words.title} hint={words.hint}>
        <Choice
          label={words.view}
          value={view}
          onChange={name => {
            window.location.hash = linkTo('policies', name);
          }}
          options={views.map(name => [name, words.views[name]] as const)}
        />
        {writes && (
          <Button size="xs" component="a" href={linkTo('policies', 'new')}>
            {words.new}
          </Button>
        )}
      </Head>
      <Problem of={list.error} />
      {view === 'versions' && writes && live && (
        <RollBack live={live} onDone={() => void queries.invalidateQueries({ queryKey: ['policies'] })} />
      )}
      {view === 'versions' && list.data && <Versions of={list.data} />}
      {view === 'versions' && list.isPending && <p className={table.none}>{strings.frame.loading}</p>}
      {view === 'held' && <Held writes={writes} />}
      {view === 'drift' && <Drift />}
    </>
  );
}

/** What follows from what is found: its versions, one of them, a draft of another; which rules are held; which scores drift. */
export default function Policies({ session, rest }: ScreenProps) {
  const [shown = 'versions', second, ...more] = rest;
  // What is opened is read from its beginning.
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each other place.
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [shown, second]);
  const waiting = (
    <>
      <Head title={words.title} />
      <p className={table.none}>{strings.frame.loading}</p>
    </>
  );
  if (isView(shown)) return <Lists view={shown} session={session} />;
  return (
    <Suspense key={shown} fallback={waiting}>
      {shown === 'new' ? (
        <Draft key={rest.join()} from={undefined} move={second === undefined ? [] : [second, ...more]} />
      ) : shown === 'from' ? (
        <Draft key={rest.join()} from={second} move={[]} />
      ) : (
        <VersionPage key={shown} id={shown} session={session} />
      )}
    </Suspense>
  );
}
