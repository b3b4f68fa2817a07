import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ask, beside, headOf, Refused, refusedFields } from '../api.js';
import { Problem } from '../parts/Said.js';
import { strings } from '../strings.js';
import type { Act, Field } from './acts.js';
import styles from './Legal.module.css';
import { words } from './time.js';

interface Props {
  acts: readonly Act[];
  order: string;
  /** What was done, in a word; the order is read anew. */
  onDone: (what: string) => void;
  onConflict: () => void;
  /** What the button is called to who does not see where it stands. */
  named?: string;
}

/** What the desk may do, as buttons; the one that is pressed opens as a form. */
export function Acts({ acts, order, onDone, onConflict, named }: Props) {
  const [open, setOpen] = useState<string>();
  const opener = useRef<HTMLButtonElement>(null);
  const chosen = acts.find(({ key }) => key === open);
  const close = (): void => {
    setOpen(undefined);
    // Back to where one was, once it is there again.
    window.setTimeout(() => opener.current?.focus());
  };
  if (acts.length === 0) return null;
  return (
    <>
      <div className={styles.acts}>
        {acts.map(({ key, label, first }) => (
          <Button
            key={key}
            size="compact-md"
            variant={first ? 'filled' : 'default'}
            aria-expanded={key === open}
            {...(named && { 'aria-label': named })}
            onClick={event => {
              opener.current = event.currentTarget;
              setOpen(key === open ? undefined : key);
            }}
          >
            {label}
          </Button>
        ))}
      </div>
      {chosen && (
        <ActForm key={chosen.key} act={chosen} order={order} onDone={onDone} onConflict={onConflict} onClose={close} />
      )}
    </>
  );
}

type Given = Record<string, string>;

function faultOf({ name, kind, min }: Field, given: Given): string | undefined {
  const value = (given[name] ?? '').trim();
  if (min === 0 || value.length >= min) return undefined;
  return min === 1 || kind === 'select' ? words.needed : words.tooShort(min);
}

/** The field of the form that a path in what was sent is about. */
function fieldOf({ fields }: Act, path: string): string | undefined {
  const parts = path.split('.');
  return (fields.find(({ name }) => parts.includes(name)) ?? fields.find(({ sent = '' }) => parts.includes(sent)))
    ?.name;
}

function ActForm({
  act,
  order,
  onDone,
  onConflict,
  onClose,
}: Omit<Props, 'acts' | 'named'> & { act: Act; onClose: () => void }) {
  const [given, setGiven] = useState<Given>(() =>
    Object.fromEntries(act.fields.map(({ name, value = '' }) => [name, value])),
  );
  const [faults, setFaults] = useState<Given>({});
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const form = useRef<HTMLFormElement>(null);
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('select, textarea, input, button[type="submit"]')?.focus();
    form.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  useEffect(() => {
    if (asked) yes.current?.focus();
  }, [asked]);
  const put = (name: string, value: string): void => {
    setGiven(before => ({ ...before, [name]: value }));
    setAsked(false);
  };

  const send = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const path = act.path ?? `/v1/removal-orders/${encodeURIComponent(order)}/events`;
      await ask(path, { method: 'POST', body: act.body(given) });
      onDone(act.label);
      onClose();
    } catch (refused) {
      setAsked(false);
      if (refused instanceof Refused && refused.status === 409) return onConflict();
      const told = refusedFields(refused).map(({ path, said }) => [fieldOf(act, path) ?? '', beside(said)] as const);
      setFaults(Object.fromEntries(told));
      setError(refused);
      const [first] = told;
      if (first) form.current?.querySelector<HTMLElement>(`[name="${first[0]}"]`)?.focus();
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = act.fields.flatMap(field => {
      const fault = faultOf(field, given);
      return fault ? [[field.name, fault] as const] : [];
    });
    const impossible = given.ground === 'force-majeure' || given.ground === 'impossibility';
    if (impossible && !given.notAnOutageAlone) found.push(['notAnOutageAlone', words.needed]);
    setFaults(Object.fromEntries(found));
    const [first] = found;
    if (first) form.current?.querySelector<HTMLElement>(`[name="${first[0]}"]`)?.focus();
    else if (act.sure && !asked) setAsked(true);
    else void send();
  };

  return (
    <form
      ref={form}
      className={styles.form}
      aria-label={act.label}
      onSubmit={submit}
      onKeyDown={event => event.key === 'Escape' && onClose()}
      noValidate
    >
      <p className={styles.dim}>{act.hint}</p>
      {act.warning && <p className={styles.sure}>{act.warning}</p>}
      {act.blocked ? (
        <p className={styles.bad} role="alert">
          {act.blocked}
        </p>
      ) : (
        act.fields.map(field => (
          <OneField
            key={field.name}
            field={field}
            value={given[field.name] ?? ''}
            error={faults[field.name]}
            onChange={value => put(field.name, value)}
          />
        ))
      )}
      {error instanceof Refused && Object.keys(faults).length > 0 && !faults[''] ? (
        <p className={styles.bad} role="alert">
          {headOf(error)}
        </p>
      ) : (
        <Problem of={error} />
      )}
      {asked && (
        <p className={styles.sure} role="alert">
          {strings.common.sure} {act.sure}
        </p>
      )}
      <div className={styles.acts}>
        {!act.blocked && (
          <Button
            ref={yes}
            type="submit"
            size="compact-md"
            loading={busy}
            {...(asked && { color: 'var(--bad-strong)' })}
          >
            {asked ? words.yes(act.label) : act.label}
          </Button>
        )}
        <Button size="compact-md" variant="default" onClick={onClose}>
          {strings.common.cancel}
        </Button>
      </div>
    </form>
  );
}

function OneField({
  field: { name, label, kind, min, most, options = [] },
  value,
  error,
  onChange,
}: {
  field: Field;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const common = { name, label, error, ...(min > 0 && { required: true }) };
  if (kind === 'check')
    return (
      <Checkbox
        {...common}
        checked={value !== ''}
        onChange={event => onChange(event.currentTarget.checked ? 'yes' : '')}
      />
    );
  if (kind === 'select')
    return (
      <NativeSelect
        {...common}
        value={value}
        data={[{ value: '', label: '–' }, ...options.map(([value, label]) => ({ value, label }))]}
        onChange={event => onChange(event.currentTarget.value)}
      />
    );
  if (kind === 'long')
    return (
      <Textarea
        {...common}
        rows={3}
        maxLength={most}
        value={value}
        onChange={event => onChange(event.currentTarget.value)}
      />
    );
  return (
    <TextInput
      {...common}
      type={kind === 'day' ? 'date' : 'text'}
      maxLength={most}
      value={value}
      onChange={event => onChange(event.currentTarget.value)}
    />
  );
}
