import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api.js';
import { dayOf, number, percent, shortOf } from '../format.js';
import { Acts } from '../legal/Acts.js';
import type { Act, Field } from '../legal/acts.js';
import styles from '../legal/Legal.module.css';
import { hearTime, useLegalNow } from '../legal/time.js';
import { Card } from '../parts/Card.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import { left } from '../review/Countdown.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';
import { de, en, fr } from '../words/exposed.js';
import { inMine } from '../words/pick.js';

const words = inMine({ en, fr, de });
const aDay = 86_400_000;

interface Decision {
  id: string;
  reference: string;
  authority: string;
  notifiedAt: string;
  enteredBy: string;
  approvedBy: string;
  binds: boolean;
  report?: number;
  reportDueAt?: string;
  reviewAskedAt?: string;
  liftedAt?: string;
  liftedBy?: string;
  liftedReference?: string;
}
interface State {
  exposed: boolean;
  finalOrders: { count: number; since: string; manyEnough: boolean };
  humanCheck: number;
  decisions: Decision[];
}

const line = (name: string, label: string): Field => ({ name, label, kind: 'line', min: 1, most: 500 });
const long = (name: string, label: string): Field => ({ name, label, kind: 'long', min: 1, most: 5_000 });
const day = (name: string, label: string): Field => ({ name, label, kind: 'day', min: 1 });
/** From the beginning of that day: a limit that runs from it ends no later than it would. */
const begins = (text = ''): string => new Date(`${text}T00:00:00`).toISOString();
const type = 'form-sent' as const;
const path = '/v1/exposed-provider';

/** What can be done now; `second` is asked of somebody else first. */
function actsOf(binding: Decision | undefined): (Act & { second?: true })[] {
  const { enter, lift, sent, asked, answered } = words;
  if (!binding)
    return [
      {
        ...{ key: 'enter', type, label: enter.label, hint: enter.hint, sure: enter.sure, path, second: true },
        fields: [
          line('reference', enter.reference),
          line('authority', enter.authority),
          day('notifiedAt', enter.day),
          long('reason', enter.reason),
        ],
        body: ({ reference = '', authority = '', notifiedAt, reason = '' }) => ({
          ...{ reference: reference.trim(), authority: authority.trim(), reason: reason.trim() },
          notifiedAt: begins(notifiedAt),
        }),
      },
    ];
  const happened = binding.reviewAskedAt ? ('answered' as const) : ('asked' as const);
  const review = binding.reviewAskedAt ? answered : asked;
  return [
    {
      ...{ key: 'sent', type, label: sent.label, hint: sent.hint, sure: sent.sure, path: `${path}/reports` },
      fields: [long('receipt', sent.receipt)],
      body: ({ receipt = '' }) => ({ receipt: receipt.trim() }),
    },
    {
      ...{ key: happened, type, label: review.label, hint: review.hint, path: `${path}/reviews` },
      fields: [long('receipt', review.receipt)],
      body: ({ receipt = '' }) => ({ happened, receipt: receipt.trim() }),
    },
    {
      ...{ key: 'lift', type, label: lift.label, hint: lift.hint, sure: lift.sure, path: `${path}/lift`, second: true },
      fields: [line('reference', lift.reference), day('liftedAt', lift.day), long('reason', lift.reason)],
      body: ({ reference = '', liftedAt, reason = '' }) => ({
        ...{ reference: reference.trim(), reason: reason.trim() },
        liftedAt: begins(liftedAt),
      }),
    },
  ];
}

function Facts({ of }: { of: Decision }) {
  const { fields } = words;
  const facts = [
    [fields.reference, of.reference],
    [fields.authority, of.authority],
    [fields.notified, dayOf(of.notifiedAt)],
    [fields.entered, `${of.enteredBy}, ${fields.agreed} ${of.approvedBy}`],
    ...(of.reviewAskedAt ? [[fields.review, shortOf(of.reviewAskedAt)]] : []),
    ...(of.liftedAt
      ? [[fields.lifted, words.liftedBy(dayOf(of.liftedAt), of.liftedReference ?? '', of.liftedBy ?? '')]]
      : []),
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Counts({ of: { exposed, finalOrders, humanCheck, decisions } }: { of: State }) {
  const now = useLegalNow();
  const { report, reportDueAt } = decisions.find(({ binds }) => binds) ?? {};
  const rest = reportDueAt === undefined ? undefined : Date.parse(reportDueAt) - now;
  const tone = rest === undefined ? 'calm' : rest < 0 ? 'over' : rest < 14 * aDay ? 'short' : 'calm';
  return (
    <dl className={styles.counts}>
      <div data-tone={exposed ? 'short' : 'calm'}>
        <dt>{words.state}</dt>
        <dd className={styles.count}>{exposed ? words.exposed : words.not}</dd>
      </div>
      <div data-tone={finalOrders.manyEnough ? 'short' : 'calm'}>
        <dt>{words.finals}</dt>
        <dd className={styles.count}>{number(finalOrders.count)}</dd>
        <dd className={styles.dim} style={{ margin: 0 }}>
          {words.finalsHint(dayOf(finalOrders.since))}
        </dd>
      </div>
      <div data-tone={tone}>
        <dt>{words.report}</dt>
        <dd className={styles.count}>{rest === undefined ? words.reportNone : left(rest)}</dd>
        {report !== undefined && reportDueAt !== undefined && (
          <dd className={styles.dim} style={{ margin: 0 }}>
            {tone === 'over'
              ? words.reportOver(dayOf(reportDueAt))
              : words.reportBy(number(report), dayOf(reportDueAt))}
          </dd>
        )}
      </div>
      <div>
        <dt>{words.check}</dt>
        <dd className={styles.count}>{percent(humanCheck)}</dd>
        <dd className={styles.dim} style={{ margin: 0 }}>
          {words.checkHint}
        </dd>
      </div>
    </dl>
  );
}

/** Whether the provider is exposed, by which decision, and what follows from it. */
export default function Exposed({ session }: ScreenProps) {
  const queries = useQueryClient();
  const [told, setTold] = useState('');
  useQuery({ queryKey: ['server-time'], queryFn: hearTime, staleTime: 600_000 });
  const read = useQuery({
    queryKey: ['exposed'],
    queryFn: () => ask<State>(path),
    refetchInterval: 10_000,
  });
  const again = () => void queries.invalidateQueries({ queryKey: ['exposed'] });
  const state = read.data;
  if (!state)
    return (
      <>
        <Head title={words.title} hint={words.hint} />
        <Problem of={read.error} />
        {read.isPending && <p>{strings.frame.loading}</p>}
      </>
    );
  const binding = state.decisions.find(({ binds }) => binds);
  const past = state.decisions.filter(({ binds }) => !binds);
  return (
    <>
      <Head title={words.title} hint={words.hint} />
      <Problem of={read.error} />
      <p className={styles.status} role="status">
        {told}
      </p>
      <Counts of={state} />
      {state.finalOrders.manyEnough && !state.exposed && <p className={styles.sure}>{words.many}</p>}
      <div className={styles.order}>
        <div className={styles.column}>
          {binding && (
            <Card title={words.binding}>
              <Facts of={binding} />
            </Card>
          )}
          {(past.length > 0 || !binding) && (
            <Card title={words.past}>
              {past.length === 0 && <p>{words.none}</p>}
              {past.map(one => (
                <div key={one.id} className={styles.item}>
                  <Facts of={one} />
                </div>
              ))}
            </Card>
          )}
        </div>
        <Card title={words.now}>
          {may(session, 'orders:decide') && session.person ? (
            actsOf(binding).map(act => (
              <div key={act.key} className={styles.item}>
                <Acts
                  order=""
                  acts={[act]}
                  onDone={what => {
                    setTold(act.second ? words.waits(what) : words.done(what));
                    again();
                  }}
                  onConflict={() => {
                    setTold(words.conflict);
                    again();
                  }}
                />
              </div>
            ))
          ) : (
            <p>{words.nothing}</p>
          )}
        </Card>
      </div>
    </>
  );
}
