import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api.js';
import { number, percent, shortOf, tenthsShare } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Problem } from '../parts/Said.js';
import { Table } from '../parts/Table.js';
import table from '../parts/Table.module.css';
import { strings } from '../strings.js';
import { becauseOf } from './because.js';
import styles from './Policies.module.css';
import { words } from './sentence.js';
import type { Hold, Holds } from './types.js';

const said = words.held;

/** A reason, and the button that needs it. */
function Act({
  name,
  label,
  path,
  body,
  asked,
}: {
  name: string;
  label: string;
  path: string;
  body?: object;
  asked?: string;
}) {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const make = useMutation({
    mutationFn: () => ask(path, { method: 'POST', body: { ...body, reason: reason.trim() } }),
    onSuccess: () => setReason(''),
    onSettled: () => queries.invalidateQueries({ queryKey: ['rule-holds'] }),
  });
  return (
    <>
      <form
        className={styles.acts}
        aria-label={label}
        onSubmit={event => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <TextInput
          size="xs"
          name="reason"
          aria-label={`${words.moves.why}: ${label}`}
          placeholder={words.moves.why}
          value={reason}
          required
          maxLength={500}
          onChange={event => setReason(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" variant="default" aria-label={label} loading={make.isPending}>
          {name}
        </Button>
      </form>
      <Problem of={make.error} />
      <p className={table.good} role="status">
        {make.isSuccess && asked ? asked : ''}
      </p>
    </>
  );
}

function One({ of, writes }: { of: Hold; writes: boolean }) {
  return (
    <li>
      <h3>
        {of.rule} <Badge tone={of.liftedAt ? 'mute' : 'bad'}>{said.causes[of.cause] ?? of.cause}</Badge>{' '}
        <span className={table.dim}>{said.since(shortOf(of.placedAt))}</span>
      </h3>
      <p>{becauseOf(of)}</p>
      {of.liftedAt && (
        <p className={table.dim}>
          {said.lifted(shortOf(of.liftedAt), of.liftedBy ?? '')}: {of.liftedWhy}
        </p>
      )}
      {!of.liftedAt && writes && (
        <Act
          name={said.lift}
          label={said.liftOf(of.rule)}
          path={`/v1/rule-holds/${encodeURIComponent(of.id)}/lift`}
          asked={said.asked}
        />
      )}
    </li>
  );
}

/** Which rules may not act by themselves, why, and what is known of each. */
export function Held({ writes }: { writes: boolean }) {
  const read = useQuery({
    queryKey: ['rule-holds'],
    queryFn: () => ask<Holds>('/v1/rule-holds'),
    refetchInterval: 5_000,
  });
  const { holds = [], rules = [] } = read.data ?? {};
  const open = holds.filter(({ liftedAt }) => !liftedAt);
  const earlier = holds.filter(({ liftedAt }) => liftedAt);
  const { columns } = said;
  if (!read.data)
    return read.error ? <Problem of={read.error} /> : <p className={table.none}>{strings.frame.loading}</p>;
  return (
    <>
      <p className={styles.lead}>{said.hint}</p>
      {open.length === 0 ? (
        <p className={table.none}>{said.none}</p>
      ) : (
        <section aria-label={words.views.held}>
          <h2 className="hidden-visually">{words.views.held}</h2>
          <ul className={styles.rules}>
            {open.map(one => (
              <One key={one.id} of={one} writes={writes} />
            ))}
          </ul>
        </section>
      )}
      <section className={styles.part} aria-label={said.all}>
        <h2>{said.all}</h2>
        {rules.length === 0 ? (
          <p className={table.dim}>{said.noRules}</p>
        ) : (
          <Table label={`${said.all}: ${said.columns.precision}`}>
            <thead>
              <tr>
                <th scope="col">{columns.rule}</th>
                <th scope="col">{columns.precision}</th>
                <th scope="col" data-number>
                  {columns.floor}
                </th>
                <th scope="col" data-number>
                  {columns.decisions}
                </th>
                <th scope="col" data-number>
                  {columns.wrong}
                </th>
                <th scope="col" data-number>
                  {columns.acted}
                </th>
                {writes && <th scope="col">{strings.common.actions}</th>}
              </tr>
            </thead>
            <tbody>
              {rules.map(it => (
                <tr key={it.rule}>
                  <th scope="row">{it.rule}</th>
                  <td>
                    {it.decisions < 10 ? said.little : said.interval(tenthsShare(it.lower), tenthsShare(it.upper))}
                  </td>
                  <td data-number>{percent(it.floor)}</td>
                  <td data-number>{number(it.decisions)}</td>
                  <td data-number>{number(it.wrong)}</td>
                  <td data-number>{number(it.acted)}</td>
                  {writes && (
                    <td>
                      {!open.some(({ rule }) => rule === it.rule) && (
                        <Act
                          name={said.hold}
                          label={said.holdOf(it.rule)}
                          path="/v1/rule-holds"
                          body={{ rule: it.rule }}
                        />
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </section>
      {earlier.length > 0 && (
        <section className={styles.part} aria-label={said.earlier}>
          <h2>{said.earlier}</h2>
          <ul className={styles.rules}>
            {earlier.slice(0, 20).map(one => (
              <One key={one.id} of={one} writes={false} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
