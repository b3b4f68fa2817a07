import { Suspense, useEffect, useRef } from 'react';
import styles from './App.module.css';
import { Frame } from './frame/Frame.js';
import { SignIn, SignInAgain } from './frame/SignIn.js';
import { usePlace } from './router.js';
import { isFor, screens } from './screens.js';
import { useSession } from './session.js';
import { strings } from './strings.js';

export interface PostName {
  platform: string;
  id: string;
}

export function App() {
  const session = useSession();
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  // Who has no business with the live page begins with the first screen that is theirs.
  const home = session && screens.find(screen => isFor(screen, session) && !screen.own);
  const asked = screens.find(({ name }) => name === place.screen);
  const found = window.location.hash.length < 2 && home ? home : asked;
  const { screens: titles } = strings.frame;

  const name = found?.name;
  useEffect(() => {
    document.title = name ? `${titles[name]} – ${strings.name}` : strings.name;
  }, [name, titles]);
  // Another screen is read out from its beginning.
  const first = useRef(true);
  useEffect(() => {
    if (!first.current && name) main.current?.focus();
    first.current = false;
  }, [name]);

  let content = <p className={styles.waiting}>{strings.frame.loading}</p>;
  if (session && !found) content = <p className={styles.waiting}>{strings.frame.notFound}</p>;
  else if (session && found && isFor(found, session)) {
    content = (
      <Suspense fallback={content}>
        <found.Body session={session} rest={place.rest} />
      </Suspense>
    );
  } else if (session && !session.person) content = <SignIn session={session} />;
  else if (session) {
    content = <p className={styles.waiting}>{strings.frame.notAllowed(strings.roles[session.role ?? 'reviewer'])}</p>;
  }
  return (
    <div className={styles.app}>
      <Frame session={session} shown={name} />
      <main className={styles.main} ref={main} tabIndex={-1} id="content">
        {content}
      </main>
      <SignInAgain session={session} />
    </div>
  );
}
