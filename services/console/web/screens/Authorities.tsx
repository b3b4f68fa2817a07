import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api.js';
import { dayOf, number, shortOf } from '../format.js';
import { Acts } from '../legal/Acts.js';
import styles from '../legal/Legal.module.css';
import { InstrumentTag } from '../legal/Tags.js';
import type { Instrument } from '../legal/types.js';
import { Badge } from '../parts/Badge.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import { Table } from '../parts/Table.js';
import table from '../parts/Table.module.css';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';
import { de, en, fr } from '../words/authorities.js';
import { inMine } from '../words/pick.js';

const words = inMine({ en, fr, de });

interface Authority {
  id: string;
  name: string;
  state: string;
  instruments: Instrument[];
  keys: string[];
  certificates: number;
  usualOrdersADay?: number;
  answersTo?: string;
  noticeAt?: string;
  revoked: boolean;
  orders: number;
  firstOrderAt?: string;
  confirmedUntil?: string;
}

/** Who may order, with how many keys, and how much is usual. */
export default function Authorities({ session }: ScreenProps) {
  const queries = useQueryClient();
  const [told, setTold] = useState('');
  const read = useQuery({
    queryKey: ['authorities'],
    queryFn: () => ask<{ authorities: Authority[] }>('/v1/authorities'),
    refetchInterval: 10_000,
  });
  const rows = read.data?.authorities ?? [];
  const { columns, act } = words;
  const confirm = ({ id, name }: Authority) => ({
    ...{ key: id, type: 'volume' as const, label: act.label, hint: `${name}. ${act.hint}`, sure: act.sure, fields: [] },
    path: `/v1/authorities/${encodeURIComponent(id)}/confirm`,
    body: () => ({}),
  });
  return (
    <>
      <Head title={words.title} hint={words.hint} />
      <Problem of={read.error} />
      <p className={styles.status} role="status">
        {told}
      </p>
      {rows.length === 0 ? (
        <div className={styles.empty}>
          {read.isPending ? (
            <p>{strings.frame.loading}</p>
          ) : (
            <>
              <p>{words.none}</p>
              <p>{words.noneHint}</p>
              <p>
                <a href="/docs/answer-an-order.md">{words.how}</a>
              </p>
            </>
          )}
        </div>
      ) : (
        <Table label={words.title} className={styles.law}>
          <thead>
            <tr>
              <th scope="col">{columns.name}</th>
              <th scope="col">{columns.standing}</th>
              <th scope="col">{columns.state}</th>
              <th scope="col">{columns.instruments}</th>
              <th scope="col" data-number>
                {columns.keys}
              </th>
              <th scope="col" data-number>
                {columns.certificates}
              </th>
              <th scope="col" data-number>
                {columns.usual}
              </th>
              <th scope="col" data-number>
                {columns.orders}
              </th>
              <th scope="col">{columns.notice}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(it => (
              <tr key={it.id} data-over={it.revoked}>
                <th scope="row">
                  {it.name}
                  <br />
                  <code>{it.id}</code>
                  {!it.answersTo && !it.revoked && (
                    <>
                      <br />
                      <span className={`${table.dim} ${styles.plain}`}>{words.noAnswers}</span>
                    </>
                  )}
                </th>
                <td style={{ minWidth: '8rem' }}>
                  {it.revoked ? (
                    <Badge tone="bad">{words.revoked}</Badge>
                  ) : it.confirmedUntil && Date.parse(it.confirmedUntil) > Date.now() ? (
                    <Badge tone="warn">{words.confirmed(shortOf(it.confirmedUntil))}</Badge>
                  ) : (
                    <>
                      <Badge tone="mute">{words.valid}</Badge>
                      {may(session, 'orders:decide') && (
                        <div style={{ marginTop: '0.3rem' }}>
                          <Acts
                            acts={[confirm(it)]}
                            named={act.of(it.name)}
                            order=""
                            onDone={what => {
                              setTold(words.done(`${what}, ${it.name}`));
                              void queries.invalidateQueries({ queryKey: ['authorities'] });
                            }}
                            onConflict={() => void queries.invalidateQueries({ queryKey: ['authorities'] })}
                          />
                        </div>
                      )}
                    </>
                  )}
                </td>
                <td>{it.state}</td>
                <td>
                  {it.instruments.map(of => (
                    <InstrumentTag key={of} of={of} />
                  ))}
                </td>
                <td data-number title={it.keys.join(', ')}>
                  {number(it.keys.length)}
                </td>
                <td data-number>{number(it.certificates)}</td>
                <td style={{ textAlign: 'right' }}>
                  {it.usualOrdersADay === undefined ? (
                    <span className={table.dim}>{words.usualOurs}</span>
                  ) : (
                    number(it.usualOrdersADay)
                  )}
                </td>
                <td style={{ textAlign: 'right' }}>
                  {number(it.orders)}
                  {it.firstOrderAt && (
                    <>
                      <br />
                      <span className={table.dim}>{words.since(dayOf(it.firstOrderAt))}</span>
                    </>
                  )}
                </td>
                <td>{it.noticeAt ? dayOf(it.noticeAt) : <span className={table.dim}>{words.never}</span>}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </>
  );
}
