import { Button, Modal, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask, Refused, tellOf } from '../api.js';
import { fieldName } from '../parts/fieldName.js';
import { type Session, signedIn, useSignInAgain } from '../session.js';
import { strings } from '../strings.js';
import styles from './SignIn.module.css';

const words = strings.signIn;

function Form({ session, name }: { session: Session | undefined; name?: string | undefined }) {
  const queries = useQueryClient();
  const [needsCode, setNeedsCode] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function signIn(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
    setBusy(true);
    setProblem(undefined);
    try {
      const { person } = await ask<{ person: string }>('/v1/session', { method: 'POST', body: given });
      await signedIn(queries, person);
    } catch (error) {
      if (error instanceof Refused && error.problem.needsCode) setNeedsCode(true);
      else if (error instanceof Refused && error.status === 401) setProblem(strings.problems[401]);
      else setProblem(tellOf(error, path => fieldName(form, path)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={styles.form} onSubmit={event => void signIn(event)}>
      <TextInput label={words.name} name="name" autoComplete="username" required defaultValue={name} maxLength={120} />
      <TextInput
        type="password"
        label={words.password}
        name="password"
        autoComplete="current-password"
        required
        maxLength={256}
        data-autofocus={name !== undefined || undefined}
      />
      {needsCode && (
        <TextInput
          label={words.code}
          description={words.codeHint}
          name="code"
          autoComplete="one-time-code"
          inputMode="numeric"
          pattern="[0-9]{6}"
          maxLength={6}
          required
          autoFocus
        />
      )}
      {problem && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
      <Button type="submit" loading={busy}>
        {words.button}
      </Button>
      {session?.singleSignOn && (
        <Button component="a" href="/v1/session/oidc" variant="default">
          {words.singleSignOn}
        </Button>
      )}
    </form>
  );
}

/** In place of a screen, where nobody is signed in. */
export function SignIn({ session }: { session: Session }) {
  return (
    <section className={styles.signIn} aria-labelledby="sign-in">
      <h1 id="sign-in">{words.title}</h1>
      <Form session={session} />
      <p className={styles.hint}>{words.first}</p>
    </section>
  );
}

/** Over the screen, where a session has ended: what is on the screen stays there. */
export function SignInAgain({ session }: { session: Session | undefined }) {
  const opened = useSignInAgain();
  return (
    <Modal
      opened={opened}
      onClose={() => undefined}
      title={words.again}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      transitionProps={{ duration: 0 }}
      centered
    >
      <p className={styles.hint}>{words.againHint}</p>
      <Form session={session} name={session?.person} />
    </Modal>
  );
}
