import { Button, NativeSelect, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../api.js';
import { linkTo } from '../router.js';
import { isFor, screens } from '../screens.js';
import { type Session, sessionKey } from '../session.js';
import { chooseLanguage, type Language, language, languages, strings } from '../strings.js';
import styles from './Frame.module.css';

const words = strings.frame;

function Navigation({ session, shown }: { session: Session; shown: string | undefined }) {
  const mine = screens.filter(screen => !screen.own && isFor(screen, session));
  const groups = (['work', 'desk', 'operate', 'administer'] as const)
    .map(group => ({ group, some: mine.filter(screen => screen.group === group) }))
    .filter(({ some }) => some.length > 0);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (shown) list.current?.querySelector(`[href="${linkTo(shown)}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [shown]);
  return (
    <div className={styles.nav} ref={list}>
      {groups.map(({ group, some }) => (
        <div key={group}>
          {groups.length > 1 && <p className={styles.group}>{words.groups[group]}</p>}
          <ul>
            {some.map(({ name }) => (
              <li key={name}>
                <a href={linkTo(name)} aria-current={name === shown ? 'page' : undefined}>
                  {words.screens[name]}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

function Settings() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <details className={styles.settings}>
      <summary>{words.settings}</summary>
      <NativeSelect
        size="xs"
        label={words.language}
        value={language}
        onChange={event => chooseLanguage(event.currentTarget.value as Language)}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
      />
      <NativeSelect
        size="xs"
        label={words.theme}
        value={colorScheme}
        onChange={event => setColorScheme(event.currentTarget.value as typeof colorScheme)}
        data={(['auto', 'light', 'dark'] as const).map(value => ({ value, label: words.themes[value] }))}
      />
    </details>
  );
}

function Person({ session, shown }: { session: Session; shown: string | undefined }) {
  const queries = useQueryClient();
  if (!session.person) {
    return shown === 'account' || session.needed ? null : (
      <a className={styles.signIn} href={linkTo('account')}>
        {words.signIn}
      </a>
    );
  }
  const signOut = async (): Promise<void> => {
    await ask('/v1/session', { method: 'DELETE' });
    queries.clear();
    window.location.hash = '';
    await queries.invalidateQueries({ queryKey: sessionKey });
    window.location.reload();
  };
  return (
    <div className={styles.person}>
      <a href={linkTo('account')} aria-current={shown === 'account' ? 'page' : undefined}>
        <strong>{session.person}</strong>
        <span>{strings.roles[session.role ?? 'reviewer']}</span>
      </a>
      <Button size="compact-xs" variant="default" onClick={() => void signOut()}>
        {words.signOut}
      </Button>
    </div>
  );
}

/** What is around every screen: where one can go, who one is, how it looks. */
export function Frame({ session, shown }: { session: Session | undefined; shown: string | undefined }) {
  const [open, setOpen] = useState(false);
  return (
    <header className={styles.frame} data-open={open}>
      <button type="button" className={styles.skip} onClick={() => document.getElementById('content')?.focus()}>
        {words.skip}
      </button>
      <nav className={styles.all} aria-label={words.navigation}>
        <div className={styles.top}>
          <img src="/icon.svg" alt="" width="26" height="26" />
          <strong>{strings.name}</strong>
          <Button
            className={styles.menu}
            size="compact-sm"
            variant="default"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {words.navigation}
          </Button>
        </div>
        {session && (
          // A link that was followed closes the menu on a telephone.
          // biome-ignore lint/a11y: the links inside take the keys.
          <div className={styles.rest} onClick={event => (event.target as Element).closest('a') && setOpen(false)}>
            <Navigation session={session} shown={shown} />
            <div className={styles.bottom}>
              <Settings />
              <Person session={session} shown={shown} />
            </div>
          </div>
        )}
      </nav>
    </header>
  );
}
