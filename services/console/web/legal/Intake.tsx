import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { ask, Refused, refusedFields, tellOf } from '../api.js';
import { instantOf, shortOf } from '../format.js';
import { Card } from '../parts/Card.js';
import { Head } from '../parts/Head.js';
import { left } from '../review/Countdown.js';
import { linkTo } from '../router.js';
import type { Session } from '../session.js';
import {
  contentOf,
  type Draft,
  dropDraft,
  emptyDraft,
  faultsOf,
  keepDraft,
  lacksOf,
  readDraft,
  receivedOf,
} from './draft.js';
import { Fields } from './IntakeFields.js';
import styles from './Legal.module.css';
import { Received, words } from './Received.js';
import { InstrumentTag } from './Tags.js';
import { hearTime, words as order, useLegalNow } from './time.js';

const hour = 3600_000;

/** A file as the API takes it. */
async function contentOfFile(file: File): Promise<{ name: string; type: string; content: string }> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  const type = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(file.type) ? file.type : 'application/octet-stream';
  return { name: file.name, type, content: btoa(text) };
}

/** The form for an order that came on paper, as a PDF or by telephone: typed, checked, sent; nothing of it is lost on the way. */
export function Intake({ session }: { session: Session }) {
  const person = session.person ?? '';
  const now = useLegalNow();
  const [draft, setDraft] = useState<Draft>(() => readDraft(person, Date.now()));
  const [file, setFile] = useState<File>();
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [checking, setChecking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const form = useRef<HTMLFormElement>(null);
  const send = useRef<HTMLButtonElement>(null);
  // The server's time counts: what was received is not in its future.
  useQuery({ queryKey: ['server-time'], queryFn: hearTime, staleTime: 600_000 });

  const change = (next: Draft): void => {
    setDraft(next);
    keepDraft(person, next);
  };
  useEffect(() => {
    if (checking) send.current?.focus();
  }, [checking]);

  const received = receivedOf(draft);
  const content = contentOf(draft);
  const lacks = lacksOf(content);
  const tco = content.instrument === 'tco';

  const show = (found: Record<string, string>): void => {
    setChecking(false);
    setFaults(found);
    const [first] = Object.keys(found);
    window.setTimeout(() => form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus());
  };
  const check = (): void => {
    const found = faultsOf(draft, file, now);
    setError(undefined);
    if (Object.keys(found).length > 0) {
      show(found);
      return;
    }
    setFaults({});
    setChecking(true);
    window.scrollTo(0, 0);
  };
  const enter = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      let attached: Awaited<ReturnType<typeof contentOfFile>> | undefined;
      try {
        attached = file && (await contentOfFile(file));
      } catch {
        show({ file: words.errors.fileRead });
        return;
      }
      const body = {
        order: content,
        receivedAt: new Date(received ?? now).toISOString(),
        ...(attached && { file: attached }),
      };
      const { id } = await ask<{ id: string }>('/v1/removal-orders', { method: 'POST', body });
      dropDraft(person);
      window.location.hash = linkTo('orders', id);
    } catch (refused) {
      setError(refused);
      const told = refusedFields(refused).map(
        ({ path, said }) => [path.replace(/^order\./, ''), words.errors.server(said)] as const,
      );
      if (told.length > 0) show(Object.fromEntries(told));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy) return;
    if (checking) void enter();
    else check();
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.current?.requestSubmit();
    }
    // A line that is ended is not an order that is sent.
    else if (event.key === 'Enter' && event.target instanceof HTMLInputElement && event.target.type !== 'submit')
      event.preventDefault();
  };

  const other = error instanceof Refused && error.status === 409 ? String(error.problem.order ?? '') : '';
  const count = Object.keys(faults).length;
  return (
    <>
      <p className={styles.line}>
        <a href={linkTo('orders')}>← {order.back}</a>
      </p>
      <Head title={words.title} hint={words.hint} />
      <form ref={form} className={styles.intake} onSubmit={submit} onKeyDown={keys} noValidate aria-label={words.title}>
        {checking ? (
          <Card title={words.checkTitle} aside={<InstrumentTag of={content.instrument} />}>
            <p className={styles.dim}>{words.checkHint}</p>
            <dl className={styles.facts} style={{ margin: '0.5rem 0 0.9rem' }}>
              <div>
                <dt>{words.fields.receivedAt?.[0]}</dt>
                <dd>{received !== undefined && `${instantOf(received)} (${new Date(received).toISOString()})`}</dd>
              </div>
              <div>
                <dt>{words.fields.file?.[0]}</dt>
                <dd>{file ? file.name : order.notSaid}</dd>
              </div>
            </dl>
            <Received of={content} />
          </Card>
        ) : (
          <Fields draft={draft} onChange={change} file={file} onFile={setFile} faults={faults} now={now} />
        )}
        <div className={styles.aside}>
          <Limit received={received} now={now} tco={tco} />
          <div className={styles.acts}>
            <Button ref={send} type="submit" loading={busy}>
              {checking ? words.send : words.check}
            </Button>
            {checking ? (
              <Button variant="default" onClick={() => setChecking(false)}>
                {words.back}
              </Button>
            ) : (
              <Button
                variant="default"
                onClick={() => {
                  dropDraft(person);
                  setDraft(emptyDraft(now));
                  setFile(undefined);
                  setFaults({});
                }}
              >
                {words.discard}
              </Button>
            )}
          </div>
          <div role="alert">
            {count > 0 && <p className={styles.bad}>{words.wrong(count)}</p>}
            {error !== undefined && count === 0 && (
              <p className={styles.bad}>
                {other ? words.exists : tellOf(error)}{' '}
                {other && <a href={linkTo('orders', other)}>{words.existsOpen}</a>}
              </p>
            )}
          </div>
          <Card title={words.lacksTitle}>
            {lacks.length === 0 ? (
              <p>{words.lacksNone}</p>
            ) : (
              <>
                <ul className={styles.doubts}>
                  {lacks.map(name => (
                    <li key={name}>{order.findings[name] ?? name}</li>
                  ))}
                </ul>
                <p className={styles.dim}>{words.lacksHint}</p>
              </>
            )}
          </Card>
          <p className={styles.dim}>
            {words.keys} {words.draft}
          </p>
        </div>
      </form>
    </>
  );
}

/** What is left of the hour while one types. */
function Limit({ received, now, tco }: { received: number | undefined; now: number; tco: boolean }) {
  const rest = (received ?? now) + hour - now;
  const tone = rest < 0 ? 'over' : rest < 12 * 60_000 ? 'short' : 'calm';
  return (
    <section
      className={styles.big}
      data-tone={tco && received !== undefined ? tone : 'plain'}
      aria-label={words.leftTitle}
    >
      <p className={styles.bigTitle}>{words.leftTitle}</p>
      <p className={styles.bigTime} role="timer">
        {tco && received !== undefined ? left(rest) : '–'}
      </p>
      <p className={styles.bigWhat}>
        {received === undefined ? words.startsNone : tco ? words.starts(shortOf(received + hour)) : words.startsDsa}
      </p>
    </section>
  );
}
