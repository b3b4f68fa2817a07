import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Scope } from '../../../accounts/index.js';
import { ask } from '../api.js';
import { dayOf, shortOf } from '../format.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import { Secret } from '../parts/Secret.js';
import { Sure } from '../parts/Sure.js';
import styles from '../parts/Table.module.css';
import { strings } from '../strings.js';

const words = strings.keys;

interface Key {
  id: string;
  name: string;
  scopes: string[];
  createdAt: string;
  createdBy?: string;
  usedAt?: string;
  revokedAt?: string;
}
/** The server's list, which names them in English as the API does. */
const scopes: readonly Scope[] = [
  'posts:write',
  'posts:read',
  'cases:read',
  'cases:decide',
  'banks:read',
  'banks:write',
  'policies:read',
  'policies:write',
  'clocks:read',
  'figures:read',
  'approvals:decide',
  'pages:acknowledge',
  'deliveries:read',
  'deliveries:replay',
  'dead-letters:read',
  'dead-letters:replay',
  'ledger:details',
  'ledger:erase',
  'admin',
];

/** Keys for programs: made, shown once, ended. */
export default function Keys() {
  const queries = useQueryClient();
  const [ended, setEnded] = useState(false);
  const read = useQuery({ queryKey: ['keys'], queryFn: () => ask<{ keys: Key[] }>('/v1/keys') });
  const again = () => queries.invalidateQueries({ queryKey: ['keys'] });
  const make = useMutation({
    mutationFn: (body: { name: string; scopes: string[]; reason?: string }) =>
      ask<{ key: string; approval?: string }>('/v1/keys', { method: 'POST', body }),
    onSettled: again,
  });
  const end = useMutation({
    mutationFn: (id: string) => ask(`/v1/keys/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: again,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const reason = String(given.get('reason') ?? '');
    make.mutate(
      { name: String(given.get('name')), scopes: given.getAll('scopes').map(String), ...(reason && { reason }) },
      { onSuccess: () => form.reset() },
    );
  };
  const shown = read.data?.keys.filter(({ revokedAt }) => ended || revokedAt === undefined) ?? [];
  const { columns } = words;
  return (
    <>
      <Head title={words.title} hint={words.hint}>
        <Checkbox
          size="xs"
          label={words.endedToo}
          checked={ended}
          onChange={event => setEnded(event.currentTarget.checked)}
        />
      </Head>
      <Problem of={read.error ?? end.error} />
      <div className={styles.wrap}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{columns.name}</th>
              <th scope="col">{columns.scopes}</th>
              <th scope="col">{columns.made}</th>
              <th scope="col">{columns.used}</th>
              <th scope="col">{strings.common.actions}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(key => (
              <tr key={key.id} data-over={key.revokedAt !== undefined}>
                <th scope="row">{key.name}</th>
                <td>
                  <code>{key.scopes.join(', ')}</code>
                </td>
                <td>
                  {dayOf(key.createdAt)}{' '}
                  {key.createdBy && <span className={styles.dim}>{words.by(key.createdBy)}</span>}
                </td>
                <td>{key.usedAt ? shortOf(key.usedAt) : strings.common.never}</td>
                <td data-line>
                  {key.revokedAt ? (
                    words.ended(dayOf(key.revokedAt))
                  ) : (
                    <Sure label={words.endOf(key.name)} onSure={() => end.mutate(key.id)}>
                      {words.end}
                    </Sure>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {make.data && (
        <Secret
          title={words.made(make.variables?.name ?? '')}
          hint={make.data.approval ? words.waits : undefined}
          value={make.data.key}
        />
      )}
      <section className={styles.side} aria-labelledby="add">
        <h2 id="add">{words.add}</h2>
        <form className={styles.form} onSubmit={submit}>
          <TextInput label={words.name} name="name" required maxLength={120} />
          <fieldset className={styles.scopes}>
            <legend>{words.scopes}</legend>
            {scopes.map(scope => (
              <Checkbox key={scope} size="xs" name="scopes" value={scope} label={<code>{scope}</code>} />
            ))}
          </fieldset>
          <TextInput label={words.reason} name="reason" maxLength={500} />
          <Problem of={make.error} />
          <Button type="submit" loading={make.isPending} style={{ justifySelf: 'start' }}>
            {words.button}
          </Button>
        </form>
      </section>
    </>
  );
}
