import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, lazy, Suspense } from 'react';
import { ask } from '../api.js';
import { Cancel, Progress, words } from '../backtests/Progress.js';
import { type Backtest, isOpen } from '../backtests/types.js';
import { dayOf, shortOf } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import { Table } from '../parts/Table.js';
import table from '../parts/Table.module.css';
import styles from '../policies/Policies.module.css';
import { words as policyWords } from '../policies/sentence.js';
import type { List } from '../policies/types.js';
import { linkTo } from '../router.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';

// One result is read when it is asked for.
const ResultPage = lazy(async () => ({ default: (await import('../backtests/Result.js')).ResultPage }));

function Start({ version }: { version: string | undefined }) {
  const queries = useQueryClient();
  const list = useQuery({ queryKey: ['policies'], queryFn: () => ask<List>('/v1/policies') });
  const start = useMutation({
    mutationFn: (body: object) => ask<Backtest>('/v1/backtests', { method: 'POST', body }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['backtests'] });
      window.location.hash = linkTo('backtests', id);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const chosen = String(given.get('version'));
    start.mutate({
      name: chosen,
      policy: { version: chosen },
      over: { days: Number(given.get('days')), again: given.get('again') === 'on' },
      against: given.get('against'),
    });
  };
  const choice = (list.data?.policies ?? []).filter(({ state }) => state !== 'live');
  return (
    <section className={styles.moves} aria-labelledby="start">
      <h2 id="start">{words.start}</h2>
      <Problem of={list.error} />
      {list.data && choice.length === 0 ? (
        <p className={table.dim}>
          {words.noPolicies} <a href={linkTo('policies', 'new')}>{words.makeDraft}</a>
        </p>
      ) : (
        <form className={styles.acts} onSubmit={submit}>
          <NativeSelect
            // What was asked for is chosen once the list is there.
            key={choice.length}
            size="xs"
            label={words.policy}
            name="version"
            defaultValue={version}
            data={choice.map(({ id, state }) => ({ value: id, label: `${id} (${policyWords.states[state]})` }))}
          />
          <TextInput
            size="xs"
            w="9rem"
            label={words.days}
            name="days"
            type="number"
            required
            min={1}
            max={400}
            defaultValue={7}
          />
          <NativeSelect
            size="xs"
            label={words.against}
            name="against"
            data={(['done', 'live'] as const).map(value => ({ value, label: words.ways[value] }))}
          />
          <Checkbox size="xs" name="again" label={words.again} />
          <Button size="xs" type="submit" loading={start.isPending}>
            {words.button}
          </Button>
        </form>
      )}
      <Problem of={start.error} />
    </section>
  );
}

function Backtests({ writes, version }: { writes: boolean; version: string | undefined }) {
  const read = useQuery({
    queryKey: ['backtests'],
    queryFn: () => ask<{ backtests: Backtest[] }>('/v1/backtests'),
    refetchInterval: query => (query.state.data?.backtests.some(isOpen) ? 1_000 : 10_000),
  });
  const rows = read.data?.backtests ?? [];
  const { columns } = words;
  return (
    <>
      <Head title={words.title} hint={words.hint} />
      {writes && <Start version={version} />}
      <Problem of={read.error} />
      {rows.length === 0 ? (
        <div className={table.wrap}>
          <p className={table.none}>{read.isPending ? strings.frame.loading : words.none}</p>
        </div>
      ) : (
        <Table label={words.title}>
          <thead>
            <tr>
              <th scope="col">{columns.what}</th>
              <th scope="col">{columns.state}</th>
              <th scope="col">{columns.progress}</th>
              <th scope="col">{columns.by}</th>
              {writes && <th scope="col">{strings.common.actions}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map(it => (
              <tr key={it.id} data-over={!isOpen(it) && it.state !== 'done'}>
                <th scope="row" className={table.line}>
                  <a href={linkTo('backtests', it.id)}>{it.version}</a>
                  <br />
                  <span className={table.dim}>
                    {it.from && it.to ? words.over(dayOf(it.from), dayOf(it.to)) : words.file}
                  </span>
                </th>
                <td data-line>
                  <Badge tone={it.state === 'done' ? 'good' : it.state === 'failed' ? 'bad' : 'mute'}>
                    {words.states[it.state]}
                  </Badge>
                </td>
                <td>
                  <Progress of={it} />
                </td>
                <td>
                  {it.by} <span className={table.dim}>{shortOf(it.createdAt)}</span>
                </td>
                {writes && (
                  <td data-line>
                    <Cancel of={it} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </>
  );
}

/** What drafts would have done, and one result. */
export default function BacktestsScreen({ session, rest }: ScreenProps) {
  const [shown, version] = rest;
  const writes = may(session, 'policies:write');
  if (shown === undefined || shown === 'new') return <Backtests writes={writes} version={version} />;
  return (
    <Suspense fallback={<Head title={words.title} />}>
      <ResultPage key={shown} id={shown} writes={writes} />
    </Suspense>
  );
}
