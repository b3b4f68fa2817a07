import { Button, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask, beside } from '../api.js';
import { duration, number, shortOf } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import { Sure } from '../parts/Sure.js';
import styles from '../parts/Table.module.css';
import { nameOfLabel } from '../post/labels.js';
import { useNow } from '../review/Countdown.js';
import { linkTo } from '../router.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { locale, strings } from '../strings.js';
import own from './Incidents.module.css';

const words = strings.incidents;
const named = (label: string): string => beside(nameOfLabel(label));
const labels = ['ve', 'incitement', 'glorification', 'recruitment', 'threat'] as const;

interface Incident {
  id: string;
  name: string;
  state: 'open' | 'ending' | 'ended';
  bank: string;
  thresholds: Record<string, number>;
  languages?: string[];
  people: string[];
  openedBy: string;
  approvedBy: string;
  expiresAt: string;
  endedAt?: string;
  why?: string;
  endedBy?: string;
  report?: {
    opened: number;
    became: Record<string, number>;
    people: number;
    medianDecision?: number;
    bank: { added: number; confirmed: number; removed: number };
  };
}

function Report({ of: { opened, became, people, medianDecision, bank } }: { of: NonNullable<Incident['report']> }) {
  const { report } = words;
  const parts = [
    report.cases(number(opened)),
    ...Object.entries(became).map(([what, n]) => `${report.became[what] ?? what} ${number(n)}`),
    ...(people > 0 ? [report.people(number(people))] : []),
    ...(medianDecision === undefined ? [] : [report.median(duration(medianDecision))]),
  ];
  return (
    <p className={styles.dim}>
      {report.did(parts.join(', '))} {report.bank(number(bank.added), number(bank.confirmed), number(bank.removed))}.
    </p>
  );
}

function Changes({ of: { bank, thresholds, languages, people } }: { of: Incident }) {
  const lower = Object.entries(thresholds).map(([label, score]) => `${named(label)} ${score.toLocaleString(locale)}`);
  return (
    <>
      <p>
        <a href={linkTo('banks', bank)}>{words.bank(bank)}</a>
      </p>
      <p>
        {lower.length > 0 ? words.thresholds(lower.join(', ')) : words.noThresholds}
        {languages && ` (${languages.join(', ')})`}
      </p>
      <p>{people.length > 0 ? words.people(people.join(', ')) : words.everyone}</p>
    </>
  );
}

function End({ of: { id, name }, done }: { of: Incident; done: () => void }) {
  const [why, setWhy] = useState('');
  const end = useMutation({
    mutationFn: () =>
      ask(`/v1/incidents/${encodeURIComponent(id)}/end`, { method: 'POST', body: { reason: why.trim() } }),
    onSettled: done,
  });
  return (
    <>
      <TextInput
        size="xs"
        name="reason"
        aria-label={words.why}
        placeholder={words.why}
        value={why}
        maxLength={2_000}
        onChange={event => setWhy(event.currentTarget.value)}
      />
      <Sure label={words.endOf(name)} busy={end.isPending} disabled={!why.trim()} onSure={() => end.mutate()}>
        {words.end}
      </Sure>
      <Problem of={end.error} />
    </>
  );
}

/** In whole minutes: nothing moves before something changes. */
const leftOf = (ms: number): string => duration(Math.max(60_000, Math.ceil(ms / 60_000) * 60_000));

const listed = (given: FormDataEntryValue | null): string[] =>
  String(given ?? '')
    .split(/[\s,]+/)
    .filter(Boolean);

function AskForm() {
  const queries = useQueryClient();
  const open = useMutation({
    mutationFn: (body: object) => ask('/v1/incidents', { method: 'POST', body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['approvals'] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const lower = labels.flatMap(label => (given.get(label) ? [[label, Number(given.get(label))] as const] : []));
    const languages = listed(given.get('languages'));
    const body = {
      name: given.get('name'),
      reason: given.get('reason'),
      hours: Number(given.get('hours')),
      thresholds: Object.fromEntries(lower),
      people: listed(given.get('people')),
      ...(languages.length > 0 && { languages }),
    };
    open.mutate(body, { onSuccess: () => form.reset() });
  };
  return (
    <section className={styles.side} aria-labelledby="ask">
      <h2 id="ask">{words.ask}</h2>
      <form className={styles.form} onSubmit={submit}>
        <TextInput
          label={words.name}
          description={words.nameHint}
          name="name"
          required
          maxLength={41}
          pattern="[a-z0-9][a-z0-9\-]*"
        />
        <Textarea label={words.reason} name="reason" required rows={2} maxLength={2_000} />
        <TextInput
          label={words.hours}
          name="hours"
          type="number"
          required
          min={0.25}
          max={168}
          step={0.25}
          defaultValue={12}
        />
        <fieldset className={own.lower}>
          <legend>{words.lower}</legend>
          <p className={styles.dim}>{words.lowerHint}</p>
          <div>
            {labels.map(label => (
              <TextInput
                key={label}
                label={named(label)}
                name={label}
                type="number"
                min={0}
                max={1}
                step={0.01}
                w="11rem"
              />
            ))}
          </div>
        </fieldset>
        <TextInput label={words.languages} description={words.languagesHint} name="languages" maxLength={200} />
        <TextInput label={words.first} description={words.firstHint} name="people" maxLength={2_000} />
        <Problem of={open.error} />
        <p className={styles.good} role="status">
          {open.isSuccess ? words.asked : ''}
        </p>
        <Button type="submit" loading={open.isPending} style={{ justifySelf: 'start' }}>
          {words.button}
        </Button>
      </form>
    </section>
  );
}

/** What lasts, what it changes, and what earlier ones did. */
export default function Incidents({ session }: ScreenProps) {
  const queries = useQueryClient();
  const now = useNow(10_000);
  const read = useQuery({
    queryKey: ['incidents'],
    queryFn: () => ask<{ incidents: Incident[] }>('/v1/incidents'),
    refetchInterval: 5_000,
  });
  const rows = read.data?.incidents ?? [];
  const writes = may(session, 'policies:write');
  return (
    <>
      <Head title={words.title} hint={words.hint} />
      <Problem of={read.error} />
      {rows.length === 0 ? (
        <div className={styles.wrap}>
          <p className={styles.none}>{read.isPending ? strings.frame.loading : words.none}</p>
        </div>
      ) : (
        <ul className={own.list}>
          {rows.map(it => (
            <li key={it.id} className={own.incident}>
              <div className={own.left} data-over={it.state !== 'open'}>
                {it.endedAt ? words.endedAt(shortOf(it.endedAt)) : leftOf(Date.parse(it.expiresAt) - now)}
              </div>
              <h2>
                {it.name} <Badge tone={it.state === 'open' ? 'warn' : 'mute'}>{words.states[it.state]}</Badge>
              </h2>
              <div className={own.end}>
                {writes && it.state === 'open' && (
                  <End of={it} done={() => void queries.invalidateQueries({ queryKey: ['incidents'] })} />
                )}
              </div>
              <div>
                <p className={styles.dim}>{words.by(it.openedBy, it.approvedBy)}</p>
                <Changes of={it} />
                {it.endedAt && <p className={styles.dim}>{it.endedBy ? `${it.endedBy}: ${it.why}` : words.byItself}</p>}
                {it.report && <Report of={it.report} />}
              </div>
            </li>
          ))}
        </ul>
      )}
      {writes && <AskForm />}
    </>
  );
}
