import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ReviewCase, ReviewDesk } from '../../api/review-types.js';
import { ask } from '../api.js';
import { number, percent } from '../format.js';
import { Dialog } from '../parts/Dialog.js';
import { Problem } from '../parts/Said.js';
import { type Addressee, States, Tell } from '../parts/Threat.js';
import { strings } from '../strings.js';
import { inMine } from '../words/pick.js';
import { de, en, fr } from '../words/threats.js';
import styles from './Dialogs.module.css';
import { categories } from './desk.js';
import { type Made, pathOf, type useQueue } from './useQueue.js';

const words = strings.desk;
const threats = inMine({ en, fr, de });
export type DialogName = 'escalate' | 'handOver' | 'comment' | 'threat' | 'alike';

interface Props {
  it: ReviewCase;
  queue: ReturnType<typeof useQueue>;
  desk: ReviewDesk | undefined;
  onClose: () => void;
}

/** A form that says what went wrong and stays, or closes. */
function Form({
  send,
  onSend,
  children,
}: {
  send: string;
  onSend: (fields: FormData) => Promise<void>;
  children: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setFailed(undefined);
    onSend(fields)
      .catch(setFailed)
      .finally(() => setBusy(false));
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      {children}
      <Problem of={failed} />
      <Button type="submit" loading={busy} style={{ justifySelf: 'start' }}>
        {send}
      </Button>
    </form>
  );
}

const noteOf = (fields: FormData): string => String(fields.get('note') ?? '').trim();

function Escalate({ queue, onClose }: Props) {
  const { hint, note, send, done } = words.escalate;
  return (
    <Form
      send={send}
      onSend={async fields => {
        await queue.handOver({ leads: true }, noteOf(fields), done);
        onClose();
      }}
    >
      <p className={styles.hint}>{hint}</p>
      <TextInput label={note} name="note" required maxLength={2_000} data-autofocus />
    </Form>
  );
}

function HandOver({ queue, desk, onClose }: Props) {
  const { hint, to, everybody, leads, person, skill, note, send, done } = words.handOver;
  const receivers = [
    ...(desk?.people.map(name => ({ value: JSON.stringify({ person: name }), label: person(name) })) ?? []),
    ...(desk?.skills.map(name => ({ value: JSON.stringify({ skill: name }), label: skill(name) })) ?? []),
    { value: '{"leads":true}', label: leads },
    { value: '{"all":true}', label: everybody },
  ];
  return (
    <Form
      send={send}
      onSend={async fields => {
        await queue.handOver(JSON.parse(String(fields.get('to'))) as object, noteOf(fields), done);
        onClose();
      }}
    >
      <p className={styles.hint}>{hint}</p>
      <NativeSelect label={to} name="to" data={receivers} data-autofocus />
      <TextInput label={note} name="note" required maxLength={2_000} />
    </Form>
  );
}

function Comment({ queue, onClose }: Props) {
  const { hint, note, send, done } = words.comment;
  return (
    <Form
      send={send}
      onSend={async fields => {
        await queue.comment(noteOf(fields), 'note', done);
        onClose();
      }}
    >
      <p className={styles.hint}>{hint}</p>
      <TextInput label={note} name="note" data-sent="text" required maxLength={2_000} data-autofocus />
    </Form>
  );
}

interface Told {
  id: string;
  platform: string;
  post: string;
  tell: Addressee[];
  toldBy?: string;
  receipt?: string;
}

/** The same form as the desk's, of the post that is before them; then whom to tell, and the receipt of who was told. */
function Threat({ it, queue, onClose }: Props) {
  const { hint, why, send, done, about, nobody, close } = words.threat;
  const [told, setTold] = useState<Told>();
  const [states, setStates] = useState<string[]>([]);
  const closing = (
    <Button variant={told?.tell.length && !told.receipt ? 'default' : 'filled'} autoFocus onClick={onClose}>
      {close}
    </Button>
  );
  if (told?.receipt)
    return (
      <div className={styles.form}>
        <p role="status">
          {threats.done(threats.act.label)} {threats.receipt}: {told.receipt}
        </p>
        <div>{closing}</div>
      </div>
    );
  if (told)
    return (
      <div className={styles.form}>
        <p role="alert">
          <strong>{told.tell.length > 0 ? done : nobody}</strong>
        </p>
        {told.tell.length > 0 && (
          <>
            <p>{about(`${told.platform} ${told.post}`)}</p>
            <Tell of={told.tell} />
          </>
        )}
        <div>{closing}</div>
        {told.tell.length > 0 && (
          <Form
            send={threats.act.label}
            onSend={async fields => {
              const body = { receipt: noteOf(fields) };
              setTold(await ask<Told>(`/v1/threats/${encodeURIComponent(told.id)}/told`, { method: 'POST', body }));
            }}
          >
            <p className={styles.hint}>{threats.act.hint}</p>
            <Textarea label={threats.act.field} name="note" data-sent="receipt" required maxLength={2_000} rows={2} />
          </Form>
        )}
      </div>
    );
  return (
    <Form
      send={send}
      onSend={async fields => {
        const body = { platform: it.platform, post: it.postId, states, why: noteOf(fields) };
        const answer = await ask<Told>('/v1/threats', { method: 'POST', body });
        setTold(answer);
        // The report stands, whether or not the comment could be kept.
        await queue.comment(noteOf(fields).slice(0, 2_000), 'threat').catch(() => undefined);
      }}
    >
      <p className={styles.hint}>{hint}</p>
      <Textarea
        label={why}
        description={threats.form.whyHelp}
        name="note"
        data-sent="why"
        required
        maxLength={5_000}
        rows={4}
        data-autofocus
      />
      <States of={states} onChange={setStates} />
    </Form>
  );
}

interface AlikeList {
  cases: { id: string; shared: number }[];
}

function Alike({ it, queue, desk, onClose }: Props) {
  const { same, near, what, why, reason, alone, send, done, asked, none } = words.alike;
  const read = useQuery({
    queryKey: ['alike', it.id],
    queryFn: () => ask<AlikeList>(pathOf(it.id, 'alike')),
    staleTime: 0,
    gcTime: 0,
  });
  const [withNear, setWithNear] = useState(false);
  const [decision, setDecision] = useState<Made['decision']>('remove');
  const cases = read.data?.cases ?? [];
  const exact = cases.filter(({ shared }) => shared === 1);
  const nearly = cases.filter(({ shared }) => shared < 1);
  const some = [it.id, ...(withNear ? cases : exact).map(({ id }) => id)].slice(0, 500);
  if (read.data && cases.length === 0) return <p className={styles.hint}>{none}</p>;
  if (!read.data) return <Problem of={read.error} />;
  return (
    <Form
      send={send(number(some.length))}
      onSend={async fields => {
        const made: Made = { decision, category: String(fields.get('category')), note: noteOf(fields) };
        await queue.decideAlike(made, some, {
          done: n => done(number(n)),
          asked: asked(number(some.length)),
        });
        onClose();
      }}
    >
      <p>{same(number(exact.length))}</p>
      {nearly.length > 0 && (
        <Checkbox
          label={near(number(nearly.length), percent(Math.min(...nearly.map(one => one.shared))))}
          checked={withNear}
          onChange={event => setWithNear(event.currentTarget.checked)}
        />
      )}
      <NativeSelect
        label={what}
        value={decision}
        autoFocus
        onChange={event => setDecision(event.currentTarget.value as Made['decision'])}
        data={[
          { value: 'remove', label: strings.review.remove },
          { value: 'keep', label: strings.review.keep },
        ]}
      />
      <NativeSelect
        key={decision}
        label={why}
        name="category"
        data={categories[decision].map(value => ({ value, label: strings.review.categories[value] }))}
      />
      <TextInput label={reason} name="note" data-sent="reason" required maxLength={1_500} />
      {desk && some.length > desk.alone && <p className={styles.hint}>{alone(number(desk.alone))}</p>}
    </Form>
  );
}

const bodies = { escalate: Escalate, handOver: HandOver, comment: Comment, threat: Threat, alike: Alike };

/** What is asked before something is done with a case. Esc closes it, and nothing was done. */
export function CaseDialog({ name, ...props }: Props & { name: DialogName | undefined }) {
  const Body = name && bodies[name];
  return (
    <Dialog opened={name !== undefined} onClose={props.onClose} title={name && words[name].title}>
      {Body && <Body {...props} />}
    </Dialog>
  );
}
