import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import type { PostName } from '../App.js';
import { ask } from '../api.js';
import { shortOf } from '../format.js';
import { Card } from '../parts/Card.js';
import { Problem } from '../parts/Said.js';
import { readChoices } from '../review/store.js';
import { linkTo } from '../router.js';
import { may, type Session } from '../session.js';
import { strings } from '../strings.js';
import { Acts } from './Acts.js';
import { type Act, actsNow, actsOfForce, actsOfSeal } from './acts.js';
import styles from './Legal.module.css';
import { CasesOf, Doubts, Files, Forms, History, Holds, Items, Scrutiny } from './OrderParts.js';
import { Received } from './Received.js';
import { InstrumentTag, PhaseBadge, SealTag } from './Tags.js';
import { hearTime, LegalClock, useLegalNow, words } from './time.js';
import type { Shown } from './types.js';

const PostDrawer = lazy(async () => ({ default: (await import('../post/PostDrawer.js')).PostDrawer }));

/** How often (ms) an order is read anew: it moves by itself while it is executed. */
const every = 2_000;

/** One order: its clock first, then what can be done, then all that is known of it. */
export function Order({ id, session }: { id: string; session: Session }) {
  const queries = useQueryClient();
  const key = ['order', id];
  const read = useQuery({
    queryKey: key,
    queryFn: () => ask<Shown>(`/v1/removal-orders/${encodeURIComponent(id)}`),
    refetchInterval: every,
  });
  useQuery({ queryKey: ['server-time'], queryFn: hearTime, staleTime: 600_000 });
  const [told, setTold] = useState<{ text: string; bad: boolean }>();
  const [post, setPost] = useState<PostName>();
  const mayDecide = may(session, 'orders:decide');
  const order = read.data;

  const again = useCallback(
    (text: string, bad: boolean): void => {
      setTold({ text, bad });
      void queries.invalidateQueries({ queryKey: ['order', id] });
    },
    [queries, id],
  );
  const target = order?.items.find(item => item.target)?.target;
  const threat = linkTo('threats', 'new', target?.platform ?? '', target?.postId ?? '');
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const { target: at, key, ctrlKey, metaKey, altKey, repeat } = event;
      if (key !== 't' || ctrlKey || metaKey || altKey || repeat || !readChoices(session.person ?? '').singleKeys)
        return;
      if (at instanceof Element && at.closest('input, textarea, select, [role="dialog"]')) return;
      window.location.hash = threat;
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [threat, session.person]);

  if (!order)
    return (
      <>
        <h1>{words.title}</h1>
        <Problem of={read.error} />
        {!read.error && <p className={styles.empty}>{strings.frame.loading}</p>}
      </>
    );

  const acts = (of: readonly Act[]) =>
    mayDecide && (
      <Acts
        acts={of}
        order={id}
        onDone={what => again(words.done(what), false)}
        onConflict={() => again(words.again, true)}
      />
    );
  return (
    <>
      <p className={styles.line}>
        <a href={linkTo('orders')}>← {words.back}</a>
      </p>
      <div className={styles.bar}>
        <div>
          <h1 className={styles.words}>{order.reference ?? words.noReference}</h1>
          <p className={styles.line}>
            <InstrumentTag of={order.instrument} />
            <PhaseBadge of={order.phase} />
            {order.sealed && <SealTag />}
            <span className={styles.dim}>
              {words.instrumentLong[order.instrument]}. {order.content.authority?.name ?? words.unknownAuthority}
              {order.content.issuingState && `, ${order.content.issuingState}`}
              {order.takenBy && `; ${words.takenBy(order.takenBy)}`}.
            </span>
          </p>
        </div>
        {may(session, 'threats:report') && (
          <a className={styles.key} href={threat} aria-keyshortcuts="t">
            <kbd>T</kbd> {words.threat}
          </a>
        )}
      </div>
      {order.sealed && order.sealedUntil && (
        <section className={styles.seal} aria-labelledby="seal">
          <h2 id="seal">{words.sealTitle}</h2>
          <p>{words.sealText(shortOf(order.sealedUntil), words.sealArticle[order.instrument])}</p>
          {acts(actsOfSeal(order))}
        </section>
      )}
      <LegalClock of={order} />
      <p className={styles.status} data-bad={told?.bad} role="status">
        {told?.text}
      </p>
      <div className={styles.order} style={{ marginTop: 0 }}>
        <div className={styles.column}>
          <Card title={words.now}>
            <Now order={order} acts={acts} mayDecide={mayDecide} />
          </Card>
          <Doubts of={order} />
          <Items of={order} acts={acts} onPost={setPost} />
          <Card
            title={words.contentTitle}
            aside={<span className={styles.dim}>{words.contentDoc[order.instrument]}</span>}
          >
            <Received of={order.content} />
            {order.notice && (
              <p className={styles.dim} style={{ marginTop: '0.6rem' }}>
                {words.notice[order.notice]}
              </p>
            )}
            <p className={styles.line} style={{ marginTop: '0.6rem' }}>
              <a href={`/v1/removal-orders/${encodeURIComponent(id)}/order.pdf`} download>
                {words.orderPdf}
              </a>
            </p>
          </Card>
          <History of={order} />
        </div>
        <div className={styles.column}>
          <Forms of={order} acts={acts} />
          <Scrutiny of={order} acts={acts} />
          <Card title={words.bindsTitle}>
            <p>{words.finality[order.finality]}</p>
            {(order.phase === 'lifted' || order.phase === 'ended') && <p>{words.reinstated}</p>}
            {acts(actsOfForce(order))}
          </Card>
          <Holds of={order} />
          <CasesOf of={order} />
          <Files of={order} />
        </div>
      </div>
      <Suspense>{post && <PostDrawer post={post} onClose={() => setPost(undefined)} />}</Suspense>
    </>
  );
}

function Now({
  order,
  acts,
  mayDecide,
}: {
  order: Shown;
  acts: (of: readonly Act[]) => React.ReactNode;
  mayDecide: boolean;
}) {
  const now = useLegalNow();
  const can = mayDecide ? actsNow(order, now) : [];
  return (
    <>
      {order.automatic && <p>{words.automatic}</p>}
      {can.length === 0 && !order.automatic && <p className={styles.dim}>{words.nothingNow}</p>}
      {acts(can)}
    </>
  );
}
