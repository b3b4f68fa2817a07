import { Button, Checkbox } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ask } from '../api.js';
import { shortOf } from '../format.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import styles from '../parts/Table.module.css';
import { linkTo } from '../router.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings, told } from '../strings.js';

const words = strings.approvals;

interface Approval {
  id: string;
  what: string;
  reason: string;
  state: string;
  askedBy: string;
  askedAt: string;
  expiresAt: string;
  decidedBy?: string;
}

/** What is asked for, in the reader's language, its times as the reader writes them. */
const inMine = (what: string): string => told(what).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, at => shortOf(at));

/** What is asked for, each version of a policy in it as a link: who agrees looks at it first. */
const linked = (what: string): ReactNode[] =>
  what.split(/([\w.-]+@[0-9a-f]{12})/).map((part, n) =>
    n % 2 === 0 ? (
      part
    ) : (
      <a key={part} href={linkTo('policies', part)}>
        {part}
      </a>
    ),
  );

/** What waits for a second person. */
export default function Approvals({ session }: ScreenProps) {
  const queries = useQueryClient();
  const [all, setAll] = useState(false);
  const read = useQuery({
    queryKey: ['approvals', all],
    queryFn: () => ask<{ approvals: Approval[] }>(`/v1/approvals?state=${all ? 'all' : 'open'}`),
    refetchInterval: 10_000,
  });
  const decide = useMutation({
    mutationFn: ({ id, approve }: { id: string; approve: boolean }) =>
      ask(`/v1/approvals/${encodeURIComponent(id)}/decision`, { method: 'POST', body: { approve } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['approvals'] }),
  });
  const { columns } = words;
  const rows = (read.data?.approvals ?? []).map(row => ({ ...row, what: inMine(row.what) }));
  return (
    <>
      <Head title={words.title} hint={words.hint}>
        <Checkbox size="xs" label={words.all} checked={all} onChange={event => setAll(event.currentTarget.checked)} />
      </Head>
      <Problem of={read.error ?? decide.error} />
      <div className={styles.wrap}>
        {rows.length === 0 ? (
          <p className={styles.none}>{words.none}</p>
        ) : (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{columns.what}</th>
                <th scope="col">{columns.reason}</th>
                <th scope="col">{columns.by}</th>
                <th scope="col">{columns.state}</th>
                <th scope="col">{strings.common.actions}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ id, what, reason, state, askedBy, askedAt, expiresAt, decidedBy }) => (
                <tr key={id} data-over={state !== 'open'}>
                  <th scope="row" data-long="true">
                    {may(session, 'policies:read') ? linked(what) : what}
                  </th>
                  <td>{reason}</td>
                  <td>
                    {askedBy} <span className={styles.dim}>{shortOf(askedAt)}</span>
                  </td>
                  <td>
                    {decidedBy
                      ? words.decided(words.states[state] ?? state, decidedBy)
                      : `${words.states[state] ?? state}, ${words.until(shortOf(expiresAt))}`}
                  </td>
                  <td data-line>
                    {state === 'open' && askedBy !== session.person && (
                      <>
                        <Button
                          size="compact-sm"
                          aria-label={words.agreeOf(what)}
                          onClick={() => decide.mutate({ id, approve: true })}
                        >
                          {words.agree}
                        </Button>
                        <Button
                          size="compact-sm"
                          variant="default"
                          aria-label={words.refuseOf(what)}
                          onClick={() => decide.mutate({ id, approve: false })}
                        >
                          {words.refuse}
                        </Button>
                      </>
                    )}
                    {state === 'open' && askedBy === session.person && (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={words.withdrawOf(what)}
                        onClick={() => decide.mutate({ id, approve: false })}
                      >
                        {words.withdraw}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}
