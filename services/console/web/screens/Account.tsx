import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { ask } from '../api.js';
import { shortOf } from '../format.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import styles from '../parts/Table.module.css';
import { TestPost } from '../parts/TestPost.js';
import { Opted } from '../review/Opted.js';
import type { ScreenProps } from '../screens.js';
import { may, sessionKey } from '../session.js';
import { strings } from '../strings.js';

const words = strings.account;

interface OneSession {
  id: string;
  agent: string;
  createdAt: string;
  seenAt: string;
  this: boolean;
}

/** A browser by the name that people know it by. */
const browserOf = (agent: string): string => {
  const [name] = /Firefox|Edg|OPR|Chrome|Safari/.exec(agent) ?? [agent.slice(0, 40) || '–'];
  const [system] = /Windows|Android|iPhone|iPad|Mac OS|Linux/.exec(agent) ?? [];
  return system ? `${name}, ${system}` : name;
};

function Sessions() {
  const queries = useQueryClient();
  const read = useQuery({ queryKey: ['sessions'], queryFn: () => ask<{ sessions: OneSession[] }>('/v1/sessions') });
  const end = useMutation({
    mutationFn: (id: string) => ask(`/v1/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  const { columns } = words;
  return (
    <section aria-labelledby="sessions" className={styles.side}>
      <h2 id="sessions">{words.sessions}</h2>
      <Problem of={read.error ?? end.error} />
      <div className={styles.wrap}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{columns.agent}</th>
              <th scope="col">{columns.since}</th>
              <th scope="col">{columns.seen}</th>
              <th scope="col">{strings.common.actions}</th>
            </tr>
          </thead>
          <tbody>
            {read.data?.sessions.map(one => (
              <tr key={one.id}>
                <th scope="row">{browserOf(one.agent)}</th>
                <td>{shortOf(one.createdAt)}</td>
                <td>{shortOf(one.seenAt)}</td>
                <td>
                  {one.this ? (
                    words.this
                  ) : (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={words.endOf(shortOf(one.createdAt))}
                      onClick={() => end.mutate(one.id)}
                    >
                      {words.end}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Password() {
  const change = useMutation({ mutationFn: (body: object) => ask('/v1/session/password', { method: 'POST', body }) });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    change.mutate(Object.fromEntries(new FormData(form)), { onSuccess: () => form.reset() });
  };
  return (
    <section aria-labelledby="password" className={styles.side}>
      <h2 id="password">{words.password}</h2>
      <form className={styles.form} onSubmit={submit}>
        <TextInput
          type="password"
          label={words.old}
          name="old"
          autoComplete="current-password"
          required
          maxLength={256}
        />
        <TextInput
          type="password"
          label={words.new}
          name="new"
          autoComplete="new-password"
          required
          minLength={12}
          maxLength={256}
        />
        <Problem of={change.error} />
        <p className={styles.good} role="status">
          {change.isSuccess ? words.changed : ''}
        </p>
        <Button type="submit" loading={change.isPending} style={{ justifySelf: 'start' }}>
          {words.change}
        </Button>
      </form>
    </section>
  );
}

function Codes({ session }: Pick<ScreenProps, 'session'>) {
  const queries = useQueryClient();
  const begin = useMutation({
    mutationFn: () => ask<{ secret: string; address: string }>('/v1/session/codes', { method: 'POST' }),
  });
  const confirm = useMutation({
    mutationFn: (code: string) => ask('/v1/session/codes/confirm', { method: 'POST', body: { code } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionKey }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    confirm.mutate(String(new FormData(event.currentTarget).get('code')));
  };
  return (
    <section aria-labelledby="codes" className={styles.side}>
      <h2 id="codes">{words.codes}</h2>
      {session.oneTimeCodes ? (
        <p className={styles.dim}>{confirm.isSuccess ? words.codesDone : words.codesOn}</p>
      ) : (
        <>
          <p className={styles.dim}>{words.codesHint}</p>
          <Problem of={begin.error} />
          {begin.data ? (
            <form className={styles.form} onSubmit={submit}>
              <p>
                {words.codesSecret} <a href={begin.data.address}>{words.codesLink}</a>
              </p>
              <TestPost words={begin.data.secret} />
              <TextInput
                label={words.codesConfirm}
                name="code"
                inputMode="numeric"
                autoComplete="one-time-code"
                pattern="[0-9]{6}"
                maxLength={6}
                required
              />
              <Problem of={confirm.error} />
              <Button type="submit" loading={confirm.isPending} style={{ justifySelf: 'start' }}>
                {words.codesButton}
              </Button>
            </form>
          ) : (
            <Button mt="xs" variant="default" loading={begin.isPending} onClick={() => begin.mutate()}>
              {words.codesBegin}
            </Button>
          )}
        </>
      )}
    </section>
  );
}

/** One's own sessions, password and one-time codes. */
export default function Account({ session }: ScreenProps) {
  return (
    <>
      <Head title={words.title} hint={words.who(session.person ?? '', strings.roles[session.role ?? 'reviewer'])} />
      <Sessions />
      {may(session, 'cases:decide') && (
        <section aria-labelledby="opted" className={styles.side}>
          <h2 id="opted">{strings.desk.opted.title}</h2>
          <Opted />
        </section>
      )}
      <Codes session={session} />
      <Password />
    </>
  );
}
