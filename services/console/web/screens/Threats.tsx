import { Button, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ask } from '../api.js';
import { shortOf } from '../format.js';
import { Acts } from '../legal/Acts.js';
import styles from '../legal/Legal.module.css';
import { nameOfState } from '../legal/Received.js';
import { colon, hearTime, useLegalNow } from '../legal/time.js';
import { Badge } from '../parts/Badge.js';
import { Card } from '../parts/Card.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import { type Addressee, States, Tell } from '../parts/Threat.js';
import { left } from '../review/Countdown.js';
import { linkTo } from '../router.js';
import type { ScreenProps } from '../screens.js';
import { strings } from '../strings.js';
import { inMine } from '../words/pick.js';
import { de, en, fr } from '../words/threats.js';

const words = inMine({ en, fr, de });
interface Threat {
  id: string;
  platform: string;
  post: string;
  states: string[];
  why: string;
  tell: Addressee[];
  reportedBy: string;
  reportedAt: string;
  toldAt?: string;
  toldBy?: string;
  receipt?: string;
}

function One({ it, limit, onDone }: { it: Threat; limit: number | undefined; onDone: (said: string) => void }) {
  const now = useLegalNow();
  const open = it.toldAt === undefined;
  const rest = limit === undefined ? undefined : Date.parse(it.reportedAt) + limit * 1_000 - now;
  const tone =
    !open || rest === undefined ? 'still' : rest < 0 ? 'over' : rest < 0.2 * (limit ?? 0) * 1_000 ? 'short' : 'calm';
  const { act } = words;
  return (
    <li style={{ alignItems: 'start' }}>
      <div className={styles.left} data-tone={tone}>
        {open && rest !== undefined && <p className={styles.time}>{left(rest)}</p>}
        <p>
          {open
            ? rest !== undefined && rest < 0
              ? words.over
              : words.left
            : it.toldBy && words.told(it.toldBy, shortOf(it.toldAt ?? ''))}
        </p>
      </div>
      <div style={{ gridColumn: 'span 2' }}>
        <p>
          <strong className={styles.words}>
            {it.platform} {it.post}
          </strong>
          {open && <Badge tone="bad">{words.open}</Badge>}
          <span className={styles.dim}>{words.reported(it.reportedBy, shortOf(it.reportedAt))}</span>
        </p>
        <p className={styles.words}>{it.why}</p>
        <p className={styles.dim}>
          {words.tell}
          {colon}
        </p>
        <Tell of={it.tell} />
        {it.receipt && (
          <p className={styles.words}>
            {words.receipt}
            {colon} {it.receipt}
          </p>
        )}
        {open && (
          <div style={{ marginTop: '0.4rem' }}>
            <Acts
              order=""
              named={`${act.label}: ${it.platform} ${it.post}`}
              acts={[
                {
                  ...{ key: it.id, type: 'form-sent', label: act.label, hint: act.hint, sure: act.sure },
                  fields: [{ name: 'receipt', label: act.field, kind: 'long', min: 1, most: 2_000 }],
                  path: `/v1/threats/${encodeURIComponent(it.id)}/told`,
                  body: ({ receipt = '' }) => ({ receipt: receipt.trim() }),
                },
              ]}
              onDone={what => onDone(words.done(what))}
              onConflict={() => onDone(words.conflict)}
            />
          </div>
        )}
      </div>
    </li>
  );
}

/** The form: what tells of the threat, and whom it concerns. */
function Report({ platform, post, onDone }: { platform: string; post: string; onDone: () => void }) {
  const { form } = words;
  const [given, setGiven] = useState({ platform, post, why: '' });
  const [states, setStates] = useState<string[]>([]);
  const [faults, setFaults] = useState<Partial<typeof given>>({});
  const first = useRef<HTMLFormElement>(null);
  const send = useMutation({
    mutationFn: () => ask<Threat>('/v1/threats', { method: 'POST', body: { ...given, states } }),
    onSuccess: onDone,
  });
  useEffect(() => {
    first.current?.querySelector<HTMLElement>(platform ? 'textarea' : 'input')?.focus();
  }, [platform]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wrong: Partial<typeof given> = {};
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(given.platform)) wrong.platform = form.platformWrong;
    if (!given.post.trim()) wrong.post = form.needed;
    if (!given.why.trim()) wrong.why = form.needed;
    setFaults(wrong);
    const [name] = Object.keys(wrong);
    if (name) first.current?.querySelector<HTMLElement>(`[name="${name}"]`)?.focus();
    else if (!send.isPending) send.mutate();
  };
  const put = (part: Partial<typeof given>): void => setGiven({ ...given, ...part });
  return (
    <form
      ref={first}
      className={styles.fields}
      style={{ maxWidth: '52rem' }}
      onSubmit={submit}
      noValidate
      aria-label={form.title}
    >
      <div className={styles.set}>
        <div className={styles.grid}>
          <TextInput
            name="platform"
            label={form.platform}
            required
            maxLength={63}
            error={faults.platform}
            value={given.platform}
            onChange={event => put({ platform: event.currentTarget.value })}
          />
          <TextInput
            name="post"
            label={form.post}
            required
            maxLength={512}
            error={faults.post}
            value={given.post}
            onChange={event => put({ post: event.currentTarget.value })}
          />
          <Textarea
            wrapperProps={{ 'data-wide': true }}
            name="why"
            label={form.why}
            description={form.whyHelp}
            required
            rows={4}
            maxLength={5_000}
            error={faults.why}
            value={given.why}
            onChange={event => put({ why: event.currentTarget.value })}
          />
          <States of={states} onChange={setStates} />
        </div>
      </div>
      <Card title={form.who}>
        <ul className={styles.doubts}>
          {states.length > 0 ? (
            states.map(code => <li key={code}>{words.state(nameOfState(code))}</li>)
          ) : (
            <>
              <li>{words.home('')}</li>
              <li>{words.europol}</li>
            </>
          )}
        </ul>
      </Card>
      <Problem of={send.error} />
      <Button type="submit" loading={send.isPending} style={{ justifySelf: 'start' }}>
        {form.button}
      </Button>
    </form>
  );
}

/** Threats to life that were reported: whom to tell, and whether they are told. */
export default function Threats({ rest }: ScreenProps) {
  const queries = useQueryClient();
  const [told, setTold] = useState('');
  useQuery({ queryKey: ['server-time'], queryFn: hearTime, staleTime: 600_000 });
  const law = useQuery({
    queryKey: ['obligations'],
    queryFn: () => ask<{ obligations: { name: string; seconds?: number }[] }>('/v1/obligations'),
    staleTime: 600_000,
  });
  const read = useQuery({
    queryKey: ['threats'],
    queryFn: () => ask<{ threats: Threat[] }>('/v1/threats'),
    refetchInterval: 5_000,
  });
  const limit = law.data?.obligations.find(({ name }) => name === 'threat-to-life')?.seconds;
  const [shown, platform = '', post = ''] = rest;
  const again = () => void queries.invalidateQueries({ queryKey: ['threats'] });
  if (shown === 'new')
    return (
      <>
        <p className={styles.line}>
          <a href={linkTo('threats')}>← {words.back}</a>
        </p>
        <Head title={words.form.title} hint={words.hint} />
        <Report
          platform={platform}
          post={post}
          onDone={() => {
            again();
            window.location.hash = linkTo('threats');
          }}
        />
      </>
    );
  const threats = read.data?.threats ?? [];
  return (
    <>
      <Head title={words.title} hint={words.hint}>
        <a className={styles.link} href={linkTo('threats', 'new')}>
          {words.report}
        </a>
      </Head>
      <Problem of={read.error} />
      <p className={styles.status} role="status">
        {told}
      </p>
      {threats.length === 0 ? (
        <div className={styles.empty}>
          <p>{read.isPending ? strings.frame.loading : words.none}</p>
          {!read.isPending && <p>{words.noneHint}</p>}
        </div>
      ) : (
        <ol className={styles.list}>
          {threats.map(it => (
            <One
              key={it.id}
              it={it}
              limit={limit}
              onDone={said => {
                setTold(said);
                again();
              }}
            />
          ))}
        </ol>
      )}
    </>
  );
}
