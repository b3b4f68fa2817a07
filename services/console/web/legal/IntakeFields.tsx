import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { ask } from '../api.js';
import { nameOfLanguage } from '../format.js';
import { byName } from '../review/store.js';
import { type Draft, isExactUrl, noItem, withInstrument } from './draft.js';
import styles from './Legal.module.css';
import { nameOfState, words } from './Received.js';
import { words as order } from './time.js';
import { localIn, ownZone, zones } from './zone.js';

const { fields, sections } = words;
/** Member States by ISO 3166 code; the server's list. */
const memberStates = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' ');
const languages = 'bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv'.split(' ');
const types = Object.keys(words.types) as (keyof typeof words.types)[];

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  file: File | undefined;
  onFile: (file: File | undefined) => void;
  faults: Record<string, string>;
  now: number;
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className={styles.set}>
      <legend>{title}</legend>
      <div className={styles.grid}>{children}</div>
    </fieldset>
  );
}

/** Every field of Annex I, in the order in which the paper has them. */
export function Fields({ draft, onChange, file, onFile, faults, now }: Props) {
  const { text, items } = draft;
  const known = useQuery({
    queryKey: ['authorities'],
    queryFn: () => ask<{ authorities: { id: string; name: string; state: string }[] }>('/v1/authorities'),
    staleTime: 60_000,
  });
  const list = useId();
  const put = (name: string, value: string): void => onChange({ ...draft, text: { ...text, [name]: value } });
  const about = (name: string) => {
    const [label = name, help = ''] = fields[name] ?? [];
    return { name, label, error: faults[name], ...(help && { description: help }) };
  };
  const line = (name: string, more: object = {}) => (
    <TextInput
      {...about(name)}
      maxLength={500}
      value={text[name] ?? ''}
      onChange={event => put(name, event.currentTarget.value)}
      {...more}
    />
  );
  const when = (name: string) => line(name, { type: 'datetime-local', maxLength: undefined, max: '9999-12-31T23:59' });
  const choice = (name: string, options: readonly (readonly [string, string])[]) => (
    <NativeSelect
      {...about(name)}
      value={text[name] ?? ''}
      onChange={event => put(name, event.currentTarget.value)}
      data={[{ value: '', label: words.choose }, ...options.map(([value, label]) => ({ value, label }))]}
    />
  );
  const tco = text.instrument !== 'dsa9';
  const states = memberStates.map(code => [code, nameOfState(code)] as const).sort(([, a], [, b]) => byName(a, b));
  const putItem = (n: number, part: Partial<(typeof items)[number]>): void =>
    onChange({ ...draft, items: items.map((item, i) => (i === n ? { ...item, ...part } : item)) });
  const among = (list: readonly string[], value: string, on: boolean): string[] =>
    on ? [...list, value] : list.filter(one => one !== value);

  return (
    <div className={styles.fields}>
      <Part title={sections.came}>
        <fieldset className={styles.choices} data-wide style={{ border: 0, padding: 0, margin: 0 }}>
          <legend className="hidden-visually">{fields.instrument?.[0]}</legend>
          {(['tco', 'dsa9'] as const).map(value => (
            <label key={value} className={styles.radio}>
              <input
                type="radio"
                name="instrument"
                value={value}
                checked={tco === (value === 'tco')}
                onChange={() => onChange(withInstrument(draft, value))}
              />
              {order.instrumentLong[value]}
            </label>
          ))}
          <p className={styles.dim}>{fields.instrument?.[1]}</p>
        </fieldset>
        <div className={styles.row} style={{ margin: 0 }}>
          {when('receivedAt')}
          <Button variant="default" onClick={() => put('receivedAt', localIn(text.zone ?? ownZone, now))}>
            {words.now}
          </Button>
        </div>
        <NativeSelect
          {...about('zone')}
          value={text.zone ?? ownZone}
          data={[...zones]}
          onChange={event => put('zone', event.currentTarget.value)}
        />
        <div data-wide>
          <label htmlFor={`${list}-file`}>{fields.file?.[0]}</label>
          <p className={styles.dim} id={`${list}-help`}>
            {fields.file?.[1]}
          </p>
          <input
            id={`${list}-file`}
            className={styles.file}
            type="file"
            name="file"
            aria-describedby={`${list}-help`}
            aria-invalid={faults.file !== undefined}
            onChange={event => onFile(event.currentTarget.files?.[0])}
          />
          {file && <span className="hidden-visually">{file.name}</span>}
          {faults.file && <p className={styles.bad}>{faults.file}</p>}
        </div>
      </Part>
      <Part title={sections.a}>
        {line('reference', { maxLength: 200, autoComplete: 'off' })}
        {choice('issuingState', states)}
        {when('issuedAt')}
        {choice(
          'language',
          languages.map(code => [code, nameOfLanguage(code)]),
        )}
        <div data-wide>{line('legalBasis')}</div>
      </Part>
      <Part title={sections.b}>
        <div data-wide>
          {items.map((item, n) => {
            const [label = '', help] = fields['items.url'] ?? [];
            const wrong = item.url.trim() !== '' && !isExactUrl(item.url.trim());
            const part = (name: 'platform' | 'id' | 'note', most: number) => (
              <TextInput
                label={words.itemOf(fields[`items.${name}`]?.[0] ?? name, n + 1)}
                description={fields[`items.${name}`]?.[1]}
                error={faults[`items.${n}.${name}`]}
                name={`items.${n}.${name}`}
                maxLength={most}
                value={item[name]}
                onChange={event => putItem(n, { [name]: event.currentTarget.value })}
              />
            );
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: an address is what is typed into its place.
              <div key={n} className={styles.item}>
                <div className={styles.row}>
                  <TextInput
                    label={words.itemOf(label, n + 1)}
                    {...(n === 0 && { description: help })}
                    error={faults[`items.${n}.url`] ?? (wrong ? words.errors.url : undefined)}
                    name={`items.${n}.url`}
                    maxLength={2_048}
                    value={item.url}
                    autoComplete="off"
                    spellCheck={false}
                    onChange={event => putItem(n, { url: event.currentTarget.value })}
                  />
                  {items.length > 1 && (
                    <Button
                      variant="default"
                      aria-label={words.removeItem(n + 1)}
                      onClick={() => onChange({ ...draft, items: items.filter((_, i) => i !== n) })}
                    >
                      ×
                    </Button>
                  )}
                </div>
                <details>
                  <summary className={styles.dim}>{words.itemOf(words.more, n + 1)}</summary>
                  <div className={styles.grid}>
                    {part('platform', 63)}
                    {part('id', 512)}
                    <div data-wide>{part('note', 2_000)}</div>
                  </div>
                </details>
              </div>
            );
          })}
          {items.length < 100 && (
            <Button
              size="compact-md"
              variant="default"
              onClick={() => onChange({ ...draft, items: [...items, noItem] })}
            >
              {words.addItem}
            </Button>
          )}
        </div>
        {tco && (
          <fieldset className={styles.choices} data-wide style={{ border: 0, padding: 0, margin: 0 }}>
            <legend>{fields.types?.[0]}</legend>
            {types.map(type => (
              <Checkbox
                key={type}
                size="sm"
                label={words.types[type]}
                checked={draft.types.includes(type)}
                onChange={event => onChange({ ...draft, types: among(draft.types, type, event.currentTarget.checked) })}
              />
            ))}
            <p className={styles.dim}>{fields.types?.[1]}</p>
          </fieldset>
        )}
        <Textarea
          data-wide
          {...about('reasons')}
          wrapperProps={{ 'data-wide': true }}
          rows={4}
          maxLength={50_000}
          value={text.reasons ?? ''}
          onChange={event => put('reasons', event.currentTarget.value)}
        />
      </Part>
      {!tco && (
        <Part title={sections.territory}>
          <fieldset className={styles.choices} data-wide style={{ border: 0, padding: 0, margin: 0 }}>
            <legend>{fields.territory?.[0]}</legend>
            <Checkbox
              label={words.whole}
              checked={memberStates.every(code => draft.territory.includes(code))}
              onChange={event => onChange({ ...draft, territory: event.currentTarget.checked ? memberStates : [] })}
            />
            <div className={styles.states}>
              {memberStates.map(code => (
                <Checkbox
                  key={code}
                  size="xs"
                  label={code}
                  aria-label={nameOfState(code)}
                  checked={draft.territory.includes(code)}
                  onChange={event =>
                    onChange({ ...draft, territory: among(draft.territory, code, event.currentTarget.checked) })
                  }
                />
              ))}
            </div>
            <p className={styles.dim}>{fields.territory?.[1]}</p>
          </fieldset>
          {when('deadline')}
        </Part>
      )}
      <Part title={sections.c}>
        <Checkbox
          data-wide
          wrapperProps={{ 'data-wide': true }}
          label={fields.sealed?.[0]}
          checked={draft.sealed}
          onChange={event => onChange({ ...draft, sealed: event.currentTarget.checked })}
        />
        {draft.sealed && when('nonDisclosure.until')}
        {draft.sealed && line('nonDisclosure.reasons', { maxLength: 2_000 })}
      </Part>
      {tco && (
        <Part title={sections.d}>
          <Checkbox
            wrapperProps={{ 'data-wide': true }}
            label={fields.copied?.[0]}
            description={fields.copied?.[1]}
            checked={draft.copied}
            onChange={event => onChange({ ...draft, copied: event.currentTarget.checked })}
          />
        </Part>
      )}
      <Part title={sections.e}>
        <div data-wide>{line('authority.name', { list, autoComplete: 'off' })}</div>
        <datalist id={list}>
          {known.data?.authorities.map(({ id, name, state }) => (
            <option key={id} value={name}>
              {state}
            </option>
          ))}
        </datalist>
        {choice('authority.kind', Object.entries(words.kinds))}
        {line('authority.file')}
        {line('authority.representative')}
        {line('authority.address')}
        {line('authority.email', { inputMode: 'email' })}
        {line('authority.telephone', { inputMode: 'tel' })}
      </Part>
      <Part title={sections.f}>
        <div data-wide>{line('feedbackTo')}</div>
      </Part>
      <Part title={sections.g}>
        {line('redress.body')}
        {line('redress.court')}
        {line('redress.deadline')}
      </Part>
    </div>
  );
}
