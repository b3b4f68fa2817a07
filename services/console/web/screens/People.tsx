import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import type { Role } from '../../../accounts/index.js';
import { ask } from '../api.js';
import { Badge } from '../parts/Badge.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import { Secret } from '../parts/Secret.js';
import styles from '../parts/Table.module.css';
import type { ScreenProps } from '../screens.js';
import { strings } from '../strings.js';

const words = strings.people;

interface Person {
  name: string;
  role: Role;
  disabledAt?: string;
  oneTimeCodes: boolean;
  singleSignOn: boolean;
}
const roles = Object.entries(strings.roles).map(([value, label]) => ({ value, label }));

/** Who may sign in, and as what. */
export default function People({ session }: ScreenProps) {
  const queries = useQueryClient();
  const read = useQuery({ queryKey: ['people'], queryFn: () => ask<{ people: Person[] }>('/v1/people') });
  const again = () => queries.invalidateQueries({ queryKey: ['people'] });
  const change = useMutation({
    mutationFn: ({ name, ...body }: { name: string; role?: string; disabled?: boolean; withoutCode?: true }) =>
      ask(`/v1/people/${encodeURIComponent(name)}`, { method: 'PATCH', body }),
    onSettled: again,
  });
  const add = useMutation({
    mutationFn: (body: object) => ask<{ name: string; password?: string }>('/v1/people', { method: 'POST', body }),
    onSettled: again,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    add.mutate(Object.fromEntries(new FormData(form)), { onSuccess: () => form.reset() });
  };
  const { columns } = words;
  return (
    <>
      <Head title={words.title} />
      <Problem of={read.error ?? change.error} />
      <div className={styles.wrap}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{columns.name}</th>
              <th scope="col">{columns.role}</th>
              <th scope="col">{columns.codes}</th>
              <th scope="col">{columns.state}</th>
              <th scope="col">{strings.common.actions}</th>
            </tr>
          </thead>
          <tbody>
            {read.data?.people.map(({ name, role, disabledAt, oneTimeCodes, singleSignOn }) => (
              <tr key={name} data-over={disabledAt !== undefined}>
                <th scope="row">{name}</th>
                <td>
                  {name === session.person || singleSignOn ? (
                    strings.roles[role]
                  ) : (
                    <NativeSelect
                      size="xs"
                      miw="9rem"
                      aria-label={words.roleOf(name)}
                      value={role}
                      data={roles}
                      onChange={event => change.mutate({ name, role: event.currentTarget.value })}
                    />
                  )}
                </td>
                <td>{singleSignOn ? words.organisation : oneTimeCodes ? strings.common.yes : strings.common.no}</td>
                <td>
                  <Badge tone="mute">{disabledAt ? words.disabled : words.active}</Badge>
                </td>
                <td data-line>
                  {name !== session.person && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={disabledAt ? words.enableOf(name) : words.disableOf(name)}
                      onClick={() => change.mutate({ name, disabled: disabledAt === undefined })}
                    >
                      {disabledAt ? words.enable : words.disable}
                    </Button>
                  )}
                  {oneTimeCodes && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={words.withoutCodeOf(name)}
                      onClick={() => change.mutate({ name, withoutCode: true })}
                    >
                      {words.withoutCode}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {add.data?.password && <Secret title={words.password(add.data.name)} value={add.data.password} />}
      <section className={styles.side} aria-labelledby="add">
        <h2 id="add">{words.add}</h2>
        <form className={styles.form} onSubmit={submit}>
          <TextInput label={words.name} name="name" required maxLength={120} />
          <NativeSelect label={words.role} name="role" data={roles} />
          <Problem of={add.error} />
          <Button type="submit" loading={add.isPending} style={{ justifySelf: 'start' }}>
            {words.button}
          </Button>
        </form>
      </section>
    </>
  );
}
