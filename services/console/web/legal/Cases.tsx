import { Button } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api.js';
import { shortOf } from '../format.js';
import { More } from '../parts/More.js';
import { Problem } from '../parts/Said.js';
import { left } from '../review/Countdown.js';
import { linkTo } from '../router.js';
import { may, type Session } from '../session.js';
import { strings } from '../strings.js';
import styles from './Legal.module.css';
import { InstrumentTag } from './Tags.js';
import { heardAt, useLegalNow, words } from './time.js';
import type { Instrument } from './types.js';

interface Case {
  id: string;
  order: string;
  reference?: string;
  instrument: Instrument;
  about: string;
  openedAt: string;
  dueAt?: string;
}
interface Waiting {
  order: string;
  reference?: string;
  n: number;
  form: string;
  madeAt: string;
}

/** What only has to be seen; the server refuses the others. */
const onlySeen = ['executed', 'nothing-there', 'returned'];

function Due({ at }: { at: string | undefined }) {
  const now = useLegalNow();
  const rest = at === undefined ? undefined : Date.parse(at) - now;
  return (
    <div className={styles.left} data-tone={rest === undefined ? 'still' : rest < 0 ? 'over' : 'calm'}>
      {rest !== undefined && <p className={styles.time}>{left(rest)}</p>}
      {rest !== undefined && <p>{rest < 0 ? words.over : words.left}</p>}
    </div>
  );
}

/** What the desk is asked to look at beside the orders themselves. */
export function Cases({ session }: { session: Session }) {
  const queries = useQueryClient();
  const read = useInfiniteQuery({
    queryKey: ['desk-cases'],
    initialPageParam: '',
    queryFn: async ({ pageParam }) => {
      const answer = await ask<{ now: string; cases: Case[]; forms: Waiting[]; next?: string }>(
        `/v1/desk/cases${pageParam && `?cursor=${encodeURIComponent(pageParam)}`}`,
      );
      heardAt(answer.now);
      return answer;
    },
    getNextPageParam: ({ next }) => next,
    refetchInterval: 5_000,
  });
  const seen = useMutation({
    mutationFn: (id: string) => ask(`/v1/desk/cases/${encodeURIComponent(id)}/seen`, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['desk-cases'] }),
  });
  const pages = read.data?.pages ?? [];
  const cases = pages.flatMap(({ cases }) => cases);
  const forms = pages[0]?.forms ?? [];
  const mayDecide = may(session, 'orders:decide');
  return (
    <>
      <Problem of={read.error ?? seen.error} />
      {forms.length > 0 && (
        <section aria-labelledby="forms">
          <div className={styles.bar}>
            <h2 id="forms">{words.formsToSend}</h2>
          </div>
          <ul className={styles.list} style={{ marginBottom: '0.9rem' }}>
            {forms.map(({ order, reference, n, form, madeAt }) => (
              <li key={`${order}/${n}`}>
                <p>{words.formToSend(form)}</p>
                <p>
                  <a className={styles.reference} href={linkTo('orders', order)}>
                    {reference ?? words.noReference}
                  </a>
                </p>
                <p className={styles.dim}>{words.made(shortOf(madeAt))}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
      {cases.length > 0 ? (
        <ol className={styles.list}>
          {cases.map(({ id, order, reference, instrument, about, openedAt, dueAt }) => (
            <li key={id}>
              <Due at={dueAt} />
              <div>
                <p>{words.cases[about] ?? about}</p>
                <p>
                  <a className={styles.reference} href={linkTo('orders', order)}>
                    {reference ?? words.noReference}
                  </a>
                  <InstrumentTag of={instrument} />
                  <span className={styles.dim}>{shortOf(openedAt)}</span>
                </p>
              </div>
              <div>
                {mayDecide && onlySeen.includes(about) && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={words.seenOf(reference ?? words.noReference)}
                    disabled={seen.isPending}
                    onClick={() => seen.mutate(id)}
                  >
                    {words.seen}
                  </Button>
                )}
              </div>
            </li>
          ))}
        </ol>
      ) : (
        <div className={styles.empty}>
          <p>{read.isPending ? strings.frame.loading : words.casesNone}</p>
          {!read.isPending && <p>{words.casesNoneHint}</p>}
        </div>
      )}
      <More of={read} label={words.more} />
    </>
  );
}
