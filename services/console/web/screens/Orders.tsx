import { lazy, Suspense, useEffect } from 'react';
import { Attempts } from '../legal/Attempts.js';
import { Cases } from '../legal/Cases.js';
import styles from '../legal/Legal.module.css';
import { OrderList } from '../legal/OrderList.js';
import { words } from '../legal/time.js';
import { Choice } from '../parts/Choice.js';
import { Head } from '../parts/Head.js';
import { linkTo } from '../router.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';

// One order and the form are read when they are asked for.
const Order = lazy(async () => ({ default: (await import('../legal/Order.js')).Order }));
const Intake = lazy(async () => ({ default: (await import('../legal/Intake.js')).Intake }));

const views = ['open', 'all', 'cases', 'attempts'] as const;
type View = (typeof views)[number];
const isView = (name: string): name is View => (views as readonly string[]).includes(name);

/** The legal desk's orders: the list, the form for what came on paper, and each order. */
export default function Orders({ session, rest }: ScreenProps) {
  const [shown = 'open'] = rest;
  // What is opened is read from its beginning.
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each other place.
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [shown]);
  const loading = (
    <>
      <h1>{words.title}</h1>
      <p>{strings.frame.loading}</p>
    </>
  );
  if (shown === 'new')
    return (
      <Suspense fallback={loading}>
        <Intake session={session} />
      </Suspense>
    );
  if (!isView(shown))
    return (
      <Suspense fallback={loading}>
        <Order key={shown} id={shown} session={session} />
      </Suspense>
    );
  return (
    <>
      <Head title={words.title} hint={words.hint}>
        <Choice
          label={words.views}
          value={shown}
          onChange={view => {
            window.location.hash = linkTo('orders', view);
          }}
          options={views.map(name => [name, words.view[name]] as const)}
        />
        {may(session, 'orders:write') && (
          <a className={styles.link} href={linkTo('orders', 'new')}>
            {words.enter}
          </a>
        )}
      </Head>
      {shown === 'cases' && <Cases session={session} />}
      {shown === 'attempts' && <Attempts />}
      {(shown === 'open' || shown === 'all') && <OrderList key={shown} show={shown} session={session} />}
    </>
  );
}
