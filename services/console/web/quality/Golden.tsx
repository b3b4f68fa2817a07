import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Golden as Item, QualityAnswer } from '../../api/quality-types.js';
import { ask } from '../api.js';
import { dayOf, nameOfLanguage } from '../format.js';
import { Problem } from '../parts/Said.js';
import { Sure } from '../parts/Sure.js';
import table from '../parts/Table.module.css';
import { strings } from '../strings.js';
import { answerName } from './Lines.js';
import styles from './Quality.module.css';
import { Text } from './Text.js';

const words = strings.quality.golden;
const { categories } = strings.review;
/** The server's `categories`. */
const choices = {
  remove: ['incites', 'solicits', 'recruits', 'instructs', 'threatens', 'other'],
  keep: ['harmless', 'news', 'education', 'art', 'research', 'counter-speech', 'other'],
} as const;
const path = '/console/api/quality/golden';

/** How often test cases come, and how often somebody decides a second time: in hundredths. */
function Rates({ settings }: { settings: QualityAnswer['settings'] }) {
  const queries = useQueryClient();
  const set = useMutation({
    mutationFn: (body: object) => ask('/console/api/quality/settings', { method: 'PUT', body }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['quality'] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    set.mutate({ golden: Number(given.get('golden')) / 100, second: Number(given.get('second')) / 100 });
  };
  const { golden, second, changedAt, changedBy } = settings;
  return (
    <section aria-labelledby="rates">
      <h2 id="rates" className="hidden-visually">
        {words.rates}
      </h2>
      <form className={styles.rates} onSubmit={submit}>
        {(
          [
            ['golden', words.goldenRate, golden],
            ['second', words.secondRate, second],
          ] as const
        ).map(([name, label, value]) => (
          <TextInput
            key={name}
            type="number"
            name={name}
            label={label}
            defaultValue={Math.round(value * 1_000) / 10}
            min={0}
            max={50}
            step={0.1}
            required
          />
        ))}
        <Button type="submit" variant="default" loading={set.isPending}>
          {words.save}
        </Button>
        {changedAt !== undefined && <p className={table.dim}>{words.saved(changedBy ?? '', dayOf(changedAt))}</p>}
      </form>
      <Problem of={set.error} />
    </section>
  );
}

function Add() {
  const queries = useQueryClient();
  const [decision, setDecision] = useState<'remove' | 'keep'>('keep');
  const add = useMutation({
    mutationFn: (body: object) => ask(path, { method: 'POST', body }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['quality'] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    add.mutate(Object.fromEntries(new FormData(form)), { onSuccess: () => form.reset() });
  };
  return (
    <section className={table.side} aria-labelledby="add">
      <h2 id="add">{words.add}</h2>
      <form className={table.form} onSubmit={submit}>
        <Textarea label={words.text} name="text" required maxLength={10_000} rows={3} />
        <TextInput
          label={words.language}
          name="language"
          pattern="[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"
          maxLength={20}
          autoCapitalize="none"
        />
        <NativeSelect
          label={words.decision}
          name="decision"
          value={decision}
          onChange={event => setDecision(event.currentTarget.value as typeof decision)}
          data={[
            { value: 'keep', label: strings.review.keep },
            { value: 'remove', label: strings.review.remove },
          ]}
        />
        <NativeSelect
          key={decision}
          label={words.category}
          name="category"
          data={choices[decision].map(value => ({ value, label: categories[value] }))}
        />
        <Textarea label={words.why} name="why" required maxLength={2_000} rows={2} />
        <Problem of={add.error} />
        <p className={table.good} role="status">
          {add.isSuccess ? words.added : ''}
        </p>
        <Button type="submit" loading={add.isPending} style={{ justifySelf: 'start' }}>
          {words.button}
        </Button>
      </form>
    </section>
  );
}

/** Posts with a known answer, and how often they come. */
export function Golden({ settings, writes }: { settings: QualityAnswer['settings']; writes: boolean }) {
  const queries = useQueryClient();
  const read = useQuery({ queryKey: ['quality', 'golden'], queryFn: () => ask<{ items: Item[] }>(path) });
  const retire = useMutation({
    mutationFn: (id: string) => ask(`${path}/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['quality'] }),
  });
  const items = read.data?.items ?? [];
  const { columns } = words;
  return (
    <>
      <p className={styles.hint}>{words.hint}</p>
      {writes && <Rates key={settings.changedAt} settings={settings} />}
      <Problem of={read.error ?? retire.error} />
      <div className={table.wrap} style={{ marginTop: '0.9rem' }}>
        {items.length === 0 ? (
          <p className={table.none}>{read.isPending ? strings.frame.loading : words.none}</p>
        ) : (
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{columns.text}</th>
                <th scope="col">{columns.answer}</th>
                <th scope="col">{columns.why}</th>
                <th scope="col">{columns.by}</th>
                <th scope="col">{strings.common.actions}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item, n) => (
                <tr key={item.id} data-over={item.retiredAt !== undefined}>
                  <td>
                    <Text label={words.showOf(n + 1)} text={item.text}>
                      {words.show}
                    </Text>{' '}
                    <span className={table.dim}>
                      {item.language ? nameOfLanguage(item.language) : words.anyLanguage}
                    </span>
                  </td>
                  <td>{answerName(item.decision, item.category)}</td>
                  <td>{item.why}</td>
                  <td>
                    {item.createdBy} <span className={table.dim}>{dayOf(item.createdAt)}</span>
                  </td>
                  <td data-line>
                    {item.retiredAt !== undefined
                      ? words.retired(dayOf(item.retiredAt))
                      : writes && (
                          <Sure label={words.retireOf(n + 1)} onSure={() => retire.mutate(item.id)}>
                            {words.retire}
                          </Sure>
                        )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {writes && <Add />}
    </>
  );
}
